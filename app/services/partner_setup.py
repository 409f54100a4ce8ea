"""The partner's own set-up: what is in place, checking it now, and putting it in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain import guide_steps
from app.domain.caps import Meter, Reached
from app.domain.errors import InputError, RefusedError
from app.domain.guide_steps import MARKABLE, Step
from app.domain.partner_checks import Check, Line, Result, failed, told_key
from app.domain.provider_keys import CODAT, ending_of, read_key
from app.monite.versions import VERSIONS, Capabilities
from app.services import caps, webhooks
from app.services.deps import Deps
from app.services.partner_checks import examine, examine_all
from app.services.secrets import masked
from app.services.webhooks import ChannelState
from app.store import events, guide_facts, partner_checks
from app.store.database import write
from app.store.partner_checks import Mark

PATIENCE = 6.0
"""Seconds for which a person waits for one check."""
KEY_STORED, STEP_MARKED, STEP_UNMARKED = "provider_key_stored", "setup_step_marked", "setup_step_unmarked"


@dataclass(frozen=True, slots=True)
class Setup:
    """The whole page."""

    client_id: str
    client_secret: str
    """Both masked."""
    checks: Mapping[Line, Check]
    steps: Sequence[Step]
    marks: Mapping[str, Mark]
    versions: Mapping[str, Capabilities]
    channels: Sequence[ChannelState]
    meter: Meter
    turned_away: Sequence[Reached]


def get(deps: Deps) -> Setup:
    """Everything that is known of the set-up, without asking anybody."""
    checks = partner_checks.find(deps.db)
    keys = guide_steps.keys_for(deps.monite.capabilities.provider_style)
    return Setup(
        client_id=masked(deps.settings.monite_client_id),
        client_secret=masked(deps.settings.monite_client_secret),
        checks=checks,
        steps=guide_steps.steps(keys, guide_facts.get(deps.db), checks),
        marks=partner_checks.marks(deps.db),
        versions=VERSIONS,
        channels=webhooks.channels(deps),
        meter=caps.meter(deps),
        turned_away=caps.reached(deps),
    )


def check(deps: Deps, line: Line) -> Check:
    """Check one line now, and keep what came of it."""
    with deps.monite.hurried(PATIENCE):
        result = examine(deps, line)
    return _keep(deps, line, result)


def check_all(deps: Deps) -> None:
    """Check every line now."""
    for line, result in examine_all(deps, PATIENCE):
        _keep(deps, line, result)


def store_key(deps: Deps, pasted: str, *, any_length: bool = False) -> Result:
    """Pass the provider's key on to Monite, see that it arrived, and keep nothing of it but its ending.

    Raises InputError, in words, for what can't be a key or Monite doesn't take.
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
    result = told_key(found)
    if ending_of(found.token) not in ("", key.ending):
        result = failed("key_differs", ending=key.ending)
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
