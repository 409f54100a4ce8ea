"""Taking a message in: is it genuine, then it is kept. Nothing else happens while its sender waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.domain.errors import InputError
from app.domain.webhooks import PATHS, Channel, Note, Notice, notices, signatures
from app.services import secrets
from app.services.deps import Deps
from app.store import webhooks
from app.store.database import write

LARGEST = 1024 * 1024
"""Bytes of a message; the largest that is known of is a hundredth of it."""
SECRETS: Mapping[Channel, str] = {
    Channel.MONITE: secrets.MONITE_WEBHOOKS,
    Channel.CODAT_EVENTS: secrets.CODAT_EVENTS,
    Channel.CODAT_RULES: secrets.CODAT_RULES,
}
"""By which secret each channel's messages are known."""

Headers = Mapping[str, str]


def receive(deps: Deps, path: str, headers: Headers, body: bytes) -> Note:
    """Keep a message for its handling; Note.NONE when it was genuine, else why it was refused.

    `headers` are by their names in small letters.
    """
    channel = _channel(path, headers)
    note = _verify(deps, channel, headers, body)
    found = _read(channel, headers, body) if note is Note.NONE else None
    if found is None:
        note = note or Note.UNREADABLE
        webhooks.refuse(deps.db, channel, note, deps.clock())
        return note
    with write(deps.db) as db:
        waits = webhooks.add(db, channel, found, body.decode(), deps.clock())
    if waits:
        deps.wake()
    return Note.NONE


def _channel(path: str, headers: Headers) -> Channel:
    if path == PATHS[Channel.MONITE]:
        return Channel.MONITE
    signed = _one_of(headers, "webhook-signature", "svix-signature")
    return Channel.CODAT_EVENTS if signed else Channel.CODAT_RULES


def _verify(deps: Deps, channel: Channel, headers: Headers, body: bytes) -> Note:
    try:
        secret = secrets.reveal(deps, SECRETS[channel])
    except InputError:
        return Note.KEY_LOST
    if not secret:
        return Note.NO_KEY
    if channel is Channel.MONITE:
        return signatures.of_monite(headers.get("monite-signature", ""), body, secret, deps.clock())
    if channel is Channel.CODAT_RULES:
        return signatures.of_codat_rule(headers.get("authorization", ""), secret)
    return signatures.of_codat_event(
        _message_id(headers),
        _one_of(headers, "webhook-timestamp", "svix-timestamp"),
        _one_of(headers, "webhook-signature", "svix-signature"),
        body,
        secret=secret,
        now=deps.clock(),
    )


def _read(channel: Channel, headers: Headers, body: bytes) -> Notice | None:
    """The message; None when its body is no JSON object."""
    try:
        told: Any = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    message_id = _message_id(headers) if channel is Channel.CODAT_EVENTS else ""
    return notices.read(channel, told, body, message_id)


def _message_id(headers: Headers) -> str:
    return _one_of(headers, "webhook-id", "svix-id")


def _one_of(headers: Headers, *names: str) -> str:
    """Svix sends its headers under the names of the standard, or under its own."""
    return next((headers[name] for name in names if headers.get(name)), "")
