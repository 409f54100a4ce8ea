"""The steps of Monite's guide that come before anybody connects, each with what proves that it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.partner_checks import Check, Line, Outcome


class StepState(StrEnum):
    PROVED = "proved"
    OPEN = "open"
    WRONG = "wrong"
    UNSEEN = "unseen"
    """It happens where Gangway can't look."""


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """What the mirror knows that proves a step."""

    entities: int = 0
    entities_seen_at: datetime | None = None
    without_products: int = 0
    """Businesses that have invoices and not one product."""
    example: str = ""
    """The name of one of them."""
    first_made_at: datetime | None = None
    """When the first connection of all was made."""
    first_connected: Mapping[str, datetime] = field(default_factory=dict)
    """When a business first connected each accounting system, by the system's name."""
    connected: int = 0
    last_import_at: datetime | None = None

    @property
    def first_connected_at(self) -> datetime | None:
        return min(self.first_connected.values(), default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the guide; `proof` names the words for what was found."""

    key: str
    state: StepState
    proof: str
    since: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


CODAT_STEPS = ("apps", "codat_key", "codat_rules", "token", "key_stored", "entities")
RAILZ_STEPS = ("accounts", "handed_over", "token", "entities", "connection_made", "authorised")
MARKABLE = frozenset({"apps", "codat_key", "codat_rules", "accounts", "handed_over"})
"""Steps that are done elsewhere, so that a person may say that they are."""


def steps(keys: Sequence[str], facts: GuideFacts, checks: Mapping[Line, Check]) -> list[Step]:
    """Each step as it stands, in the guide's order."""
    return [_step(key, facts, checks) for key in keys]


def keys_for(provider_style: str) -> Sequence[str]:
    """The steps that this style of provider has."""
    return CODAT_STEPS if provider_style == "codat" else RAILZ_STEPS


def _step(key: str, facts: GuideFacts, checks: Mapping[Line, Check]) -> Step:
    if key in ("apps", "accounts"):
        return _by_systems(key, facts)
    if key in ("codat_key", "connection_made"):
        return _proved_at(key, facts.first_made_at)
    if key in ("handed_over", "authorised"):
        return _proved_at(key, facts.first_connected_at)
    if key == "codat_rules":
        return _rules(facts)
    if key == "entities":
        return _entities(facts)
    return _by_check(key, checks.get(Line.CREDENTIALS if key == "token" else Line.PROVIDER))


def _proved_at(key: str, at: datetime | None) -> Step:
    return Step(key, StepState.PROVED, "first", at) if at else Step(key, StepState.OPEN, "not_yet")


def _by_systems(key: str, facts: GuideFacts) -> Step:
    if not facts.first_connected:
        return Step(key, StepState.OPEN, "not_yet")
    named = ", ".join(sorted(facts.first_connected))
    return Step(key, StepState.PROVED, "systems", facts.first_connected_at, {"systems": named})


def _rules(facts: GuideFacts) -> Step:
    """Codat tells Monite, not Gangway: what Monite knows since is a hint, and no proof."""
    if facts.connected:
        values = {"count": facts.connected, "imported": facts.last_import_at is not None}
        return Step("codat_rules", StepState.UNSEEN, "hint", facts.last_import_at, values)
    return Step("codat_rules", StepState.UNSEEN, "no_hint")


def _entities(facts: GuideFacts) -> Step:
    if not facts.entities:
        return Step("entities", StepState.OPEN, "none")
    values = {"count": facts.entities, "without": facts.without_products, "example": facts.example}
    if facts.without_products:
        return Step("entities", StepState.WRONG, "no_products", facts.entities_seen_at, values)
    return Step("entities", StepState.PROVED, "read", facts.entities_seen_at, values)


def _by_check(key: str, check: Check | None) -> Step:
    if check is None:
        return Step(key, StepState.OPEN, "unchecked")
    states = {
        Outcome.PASSED: StepState.PROVED,
        Outcome.WARNED: StepState.WRONG,
        Outcome.FAILED: StepState.WRONG,
        Outcome.UNKNOWN: StepState.UNSEEN,
    }
    values = {"text": check.result.text, "filled": dict(check.result.values)}
    return Step(key, states[check.result.outcome], "check", check.since, values)
