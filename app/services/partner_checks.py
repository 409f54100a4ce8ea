"""Checking a line of the partner's set-up: what Monite says of it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from app.domain.errors import CredentialsError, MoniteError, UnavailableError
from app.domain.partner_checks import (
    Line,
    Result,
    failed,
    passed,
    told_cap,
    told_key,
    told_token,
    unknown,
    warned,
)
from app.domain.webhooks import Channel, Topic
from app.domain.webhooks.subscriptions import OBJECT_TYPE, at_address
from app.services import caps, secrets
from app.services.deps import Deps
from app.services.secrets import MONITE_WEBHOOKS
from app.services.webhooks import address_of
from app.store import webhooks

NO_ANSWER = "no_answer"


def examine(deps: Deps, line: Line) -> Result:
    """What is so of one line; nothing is written down."""
    try:
        return _EXAMINERS[line](deps)
    except CredentialsError as error:
        if line is Line.CREDENTIALS:
            return failed("credentials_refused", words=error.message, host=_host(deps))
        return unknown("not_asked")
    except UnavailableError:
        return failed(NO_ANSWER, host=_host(deps))
    except MoniteError as error:
        return failed("refused", words=error.message)


def examine_all(deps: Deps, patience: float) -> Iterator[tuple[Line, Result]]:
    """What is so of each line, one after the other; a Monite that doesn't answer is asked no more."""
    away = False
    for line in Line:
        if away and line is not Line.XERO_CAP:
            yield line, unknown("not_reached")
            continue
        with deps.monite.hurried(patience):
            result = examine(deps, line)
        away = away or result.code == NO_ANSWER
        yield line, result


def _credentials(deps: Deps) -> Result:
    return told_token(deps.monite.renew_token())


def _provider(deps: Deps) -> Result:
    if not deps.monite.capabilities.key_in_settings:
        return unknown("key_by_hand", version=deps.settings.monite_api_version)
    return told_key(deps.monite.get_partner_settings())


def _version(deps: Deps) -> Result:
    mine, theirs = deps.settings.monite_api_version, deps.monite.get_partner_settings().api_version
    if theirs and theirs != mine:
        return warned("version_differs", version=mine, other=theirs)
    return passed("version_answers", version=mine)


def _webhooks(deps: Deps) -> Result:
    address = address_of(deps.settings, Channel.MONITE)
    if not deps.settings.practice and not deps.settings.secure:
        return unknown("webhooks_local")
    found = deps.monite.subscriptions.find()
    ours = at_address(found, address)
    if not ours:
        others = [one.url for one in found if one.object_type == OBJECT_TYPE and one.enabled]
        return warned("webhooks_elsewhere", url=others[0]) if others else warned("webhooks_missing")
    if not ours[0].enabled:
        return warned("webhooks_disabled")
    if secrets.known(deps, MONITE_WEBHOOKS) is None:
        return failed("webhooks_no_secret")
    heard = webhooks.arrivals(deps.db)
    if any(channel is Channel.MONITE and topic is not Topic.TEST for channel, topic in heard):
        return passed("webhooks_here")
    return (
        passed("webhooks_tried")
        if (Channel.MONITE, Topic.TEST) in heard
        else warned("webhooks_silent", url=deps.settings.public_url)
    )


def _xero_cap(deps: Deps) -> Result:
    return told_cap(caps.meter(deps))


_EXAMINERS: Mapping[Line, Callable[[Deps], Result]] = {
    Line.CREDENTIALS: _credentials,
    Line.PROVIDER: _provider,
    Line.VERSION: _version,
    Line.WEBHOOKS: _webhooks,
    Line.XERO_CAP: _xero_cap,
}


def _host(deps: Deps) -> str:
    return urlsplit(deps.settings.monite_api_url).netloc
