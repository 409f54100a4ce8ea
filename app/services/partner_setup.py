"""The partner's own set-up: what is in place, what was found when it was checked, and checking it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain import guide_steps
from app.domain.errors import CredentialsError, InputError, MoniteError, RefusedError, UnavailableError
from app.domain.events import Event
from app.domain.guide_steps import MARKABLE, Step
from app.domain.partner_checks import (
    Check,
    Line,
    Result,
    failed,
    passed,
    told_cap,
    told_token,
    unknown,
    warned,
)
from app.domain.provider_keys import CODAT, PartnerSettings, ending_of, read_key
from app.domain.webhooks import Channel
from app.monite.versions import VERSIONS, Capabilities
from app.services import secrets
from app.services.deps import Deps
from app.services.secrets import MONITE_WEBHOOKS, PASTED, masked
from app.store import entities, events, guide_facts, partner_checks, webhooks, xero_places
from app.store.database import write
from app.store.partner_checks import Mark
from app.store.secrets import KeptSecret

PATIENCE = 6.0
"""Seconds for which a person waits for one check."""
KEY_STORED, STEP_MARKED, STEP_UNMARKED = "provider_key_stored", "setup_step_marked", "setup_step_unmarked"
CAP_REACHED = "xero_cap_reached"
TURNED_AWAY = 10
"""How many of those who found Xero's limit reached are listed."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The whole page."""

    checks: Mapping[Line, Check]
    steps: Sequence[Step]
    marks: Mapping[str, Mark]
    versions: Mapping[str, Capabilities]
    client_id: str
    client_secret: str
    """Both masked."""
    secrets: Mapping[str, KeptSecret | None]
    """Codat's, by name: what may be said of them."""
    used: int
    turned_away: Sequence[tuple[Event, str]]
    """Who found Xero's limit reached, with the name of the business."""


def get(deps: Deps) -> Setup:
    """Everything that is known of the set-up, without asking anybody."""
    checks = partner_checks.find(deps.db)
    keys = guide_steps.keys_for(deps.monite.capabilities.provider_style)
    return Setup(
        checks=checks,
        steps=guide_steps.steps(keys, guide_facts.get(deps.db), checks),
        marks=partner_checks.marks(deps.db),
        versions=VERSIONS,
        client_id=masked(deps.settings.monite_client_id),
        client_secret=masked(deps.settings.monite_client_secret),
        secrets={name: secrets.known(deps, name) for name in PASTED},
        used=xero_places.used(deps.db),
        turned_away=_turned_away(deps),
    )


def _turned_away(deps: Deps) -> list[tuple[Event, str]]:
    found = events.find(deps.db, "", kinds=[CAP_REACHED], limit=TURNED_AWAY)
    named = {event.object_id: entities.get(deps.db, event.object_id or "") for event in found}
    return [(event, entity.name if (entity := named[event.object_id]) else "–") for event in found]


def check(deps: Deps, line: Line) -> Check:
    """Check one line now, and keep what came of it."""
    with deps.monite.hurried(PATIENCE):
        result = examine(deps, line)
    return _keep(deps, line, result)


def check_all(deps: Deps) -> None:
    """Check every line now."""
    for line in Line:
        check(deps, line)


def examine(deps: Deps, line: Line) -> Result:
    """What is so of one line; nothing is written down."""
    try:
        return _EXAMINERS[line](deps)
    except CredentialsError as error:
        if line is Line.CREDENTIALS:
            return failed("credentials_refused", words=error.message, host=_host(deps))
        return unknown("not_asked")
    except UnavailableError:
        return failed("no_answer", host=_host(deps))
    except MoniteError as error:
        return failed("refused", words=error.message)


def store_key(deps: Deps, pasted: str, *, any_length: bool = False) -> Result:
    """Pass the provider's key on to Monite, see that it arrived, and keep nothing of it but its ending.

    Raises InputError, in words, for what can't be a key, and MoniteError when Monite doesn't take it.
    """
    if not deps.monite.capabilities.key_in_settings:
        raise InputError("key", "With this API version, Monite's support stores the key.")
    key = read_key(pasted, any_length=any_length)
    with deps.monite.hurried(PATIENCE * 2):
        before = ending_of(deps.monite.get_partner_settings().token)
        try:
            deps.monite.store_provider_key(CODAT, key.encoded)
        except RefusedError as error:
            raise InputError("key", f"Monite didn't take the key: {error.message}") from error
        found = deps.monite.get_partner_settings()
    result = _key_result(found)
    if found.token and ending_of(found.token) not in ("", key.ending):
        result = failed("key_differs", provider=CODAT.capitalize(), ending=key.ending)
    with write(deps.db) as db:
        events.add(
            db,
            "",
            deps.clock(),
            KEY_STORED,
            deps.actor,
            object_type="provider",
            object_id=CODAT,
            was=before or None,
            became=key.ending,
        )
        _keep(deps, Line.PROVIDER, result)
    return result


def mark(deps: Deps, step: str, *, done: bool) -> None:
    """Keep, or take back, a person's word that a step outside of our sight is done."""
    if step not in MARKABLE:
        raise InputError("step", "This step proves itself, so it can't be marked.")
    now = deps.clock()
    with write(deps.db) as db:
        if done:
            partner_checks.mark(db, step, now, deps.actor.name)
        elif not partner_checks.unmark(db, step):
            return
        kind = STEP_MARKED if done else STEP_UNMARKED
        events.add(db, "", now, kind, deps.actor, object_type="step", object_id=step)


def _keep(deps: Deps, line: Line, result: Result) -> Check:
    now = deps.clock()
    with write(deps.db) as db:
        partner_checks.save(db, line, result, now, deps.actor.name)
        return partner_checks.find(db)[line]


def _credentials(deps: Deps) -> Result:
    return told_token(deps.monite.renew_token())


def _provider(deps: Deps) -> Result:
    if not deps.monite.capabilities.key_in_settings:
        return unknown("key_by_hand", version=deps.settings.monite_api_version)
    return _key_result(deps.monite.get_partner_settings())


def _key_result(found: PartnerSettings) -> Result:
    if not found.provider and not found.token:
        return failed("key_missing")
    provider = (found.provider or CODAT).capitalize()
    if provider.casefold() != CODAT:
        return warned("provider_other", provider=provider)
    if not found.token:
        return passed("key_untold", provider=provider)
    ending = ending_of(found.token)
    if ending:
        return passed("key_stored", provider=provider, ending=ending)
    # What is told only in part says nothing of how the whole is encoded.
    is_told = found.token.isascii() and "*" not in found.token
    return (warned if is_told else passed)(
        "key_encoded_wrongly" if is_told else "key_untold", provider=provider
    )


def _version(deps: Deps) -> Result:
    mine, theirs = deps.settings.monite_api_version, deps.monite.get_partner_settings().api_version
    if theirs and theirs != mine:
        return warned("version_differs", version=mine, other=theirs)
    return passed("version_answers", version=mine)


def _webhooks(deps: Deps) -> Result:
    if secrets.known(deps, MONITE_WEBHOOKS) is None:
        return warned("webhooks_missing")
    heard = [at for (channel, _), at in webhooks.arrivals(deps.db).items() if channel is Channel.MONITE]
    return passed("webhooks_here") if heard else warned("webhooks_silent", url=deps.settings.public_url)


def _xero_cap(deps: Deps) -> Result:
    return told_cap(xero_places.used(deps.db), deps.settings.xero_cap)


_EXAMINERS: Mapping[Line, Callable[[Deps], Result]] = {
    Line.CREDENTIALS: _credentials,
    Line.PROVIDER: _provider,
    Line.VERSION: _version,
    Line.WEBHOOKS: _webhooks,
    Line.XERO_CAP: _xero_cap,
}


def _host(deps: Deps) -> str:
    return urlsplit(deps.settings.monite_api_url).netloc
