"""Posting a message to our own address from outside, as Monite and Codat do, to see whether it arrives."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests
from flask_babel import gettext as _

from app.domain.errors import InputError
from app.domain.webhooks import Channel, signatures
from app.domain.webhooks.notices import TEST
from app.services import secrets
from app.services.deps import Deps
from app.services.own_addresses import visitor
from app.services.webhooks.receiving import SECRETS
from app.services.webhooks.subscriptions import address_of
from app.store import events, webhooks
from app.store.database import write

TESTED = "webhooks_tested"
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a test message arrived, and in words what became of it."""

    passed: bool
    words: str


def send_test(deps: Deps, channel: Channel) -> Trial:
    """Post a signed test message to where this channel's messages are posted; it changes nothing."""
    trial = _try(deps, channel)
    with write(deps.db) as db:
        events.add(
            db,
            "",
            deps.clock(),
            TESTED,
            deps.actor,
            object_type="webhook_channel",
            object_id=channel.value,
            became="arrived" if trial.passed else "failed",
            note=trial.words,
        )
    return trial


def _try(deps: Deps, channel: Channel) -> Trial:
    address = address_of(deps.settings, channel)
    try:
        secret = secrets.reveal(deps, SECRETS[channel])
    except InputError as error:
        return Trial(False, error.message)
    if not secret:
        return Trial(False, _("There is no secret for it yet, so that every message is refused."))
    message_id = f"gangway-test-{uuid4()}"
    body = json.dumps(_body(channel, message_id)).encode()
    try:
        headers = _headers(deps, channel, message_id, body, secret)
    except ValueError:
        return Trial(False, _("The secret that was entered is none of Codat's: it begins with whsec_."))
    began = time.monotonic()
    status = _post(address, body, headers)
    milliseconds = round((time.monotonic() - began) * 1000)
    arrived = webhooks.find_message(deps.db, channel, message_id) is not None
    return _verdict(address, status, arrived, milliseconds)


def _verdict(address: str, status: int | None, arrived: bool, milliseconds: int) -> Trial:
    if arrived and status == 200:
        return Trial(True, _("Arrived and accepted in %(ms)s ms.", ms=milliseconds))
    if status is None:
        return Trial(False, _("Nobody answered at %(address)s within 5 seconds.", address=address))
    if status == 200:
        return Trial(
            False,
            _("Something else answers at %(address)s: the message did not arrive here.", address=address),
        )
    words = _(
        "%(address)s answered %(status)s, and the message was not accepted.", address=address, status=status
    )
    return Trial(False, words)


def _body(channel: Channel, message_id: str) -> dict[str, Any]:
    if channel is Channel.CODAT_RULES:
        return {"AlertId": message_id, "RuleType": TEST}
    return {"id": message_id, "action" if channel is Channel.MONITE else "eventType": TEST}


def _headers(deps: Deps, channel: Channel, message_id: str, body: bytes, secret: str) -> Mapping[str, str]:
    plain = {"Content-Type": "application/json", "User-Agent": "gangway"}
    stamp = str(int(deps.clock().timestamp()))
    if channel is Channel.MONITE:
        return {**plain, "Monite-Signature": f"t={stamp},v1={signatures.monite_mac(stamp, body, secret)}"}
    if channel is Channel.CODAT_RULES:
        return {**plain, "Authorization": secret}
    return {
        **plain,
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signatures.codat_mac(message_id, stamp, body, secret)}",
    }


def _post(address: str, body: bytes, headers: Mapping[str, str]) -> int | None:
    """The status of the answer; None when there is none. Senders follow no redirect, so nor does this."""
    with visitor(address) as http:
        try:
            answer = http.post(address, data=body, headers=headers, timeout=PATIENCE, allow_redirects=False)
        except requests.RequestException:
            return None
        return answer.status_code
