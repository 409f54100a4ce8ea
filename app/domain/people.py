"""Who is at the screen, and what a person in that role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    BOOKKEEPER = "bookkeeper"
    OWNER = "owner"
    SUPPORT = "support"
    SYSTEM = "system"


class Action(StrEnum):
    SEE = "see"
    ASSIGN = "assign"
    RETRY = "retry"
    CHANGE_RULES = "change_rules"
    CONNECT = "connect"
    SUPPORT = "support"


ENTITY_ROLES = frozenset({Role.VIEWER, Role.BOOKKEEPER, Role.OWNER})
_MAY: dict[Action, frozenset[Role]] = {
    Action.SEE: ENTITY_ROLES | {Role.SUPPORT},
    Action.ASSIGN: frozenset({Role.BOOKKEEPER, Role.OWNER}),
    Action.RETRY: frozenset({Role.BOOKKEEPER, Role.OWNER}),
    Action.CHANGE_RULES: frozenset({Role.BOOKKEEPER, Role.OWNER}),
    Action.CONNECT: frozenset({Role.OWNER}),
    Action.SUPPORT: frozenset({Role.SUPPORT}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the worker, with the one entity that they belong to (support belongs to none)."""

    name: str
    role: Role
    entity_id: str | None = None


SYSTEM = Actor("automatic", Role.SYSTEM)


def may(actor: Actor, action: Action, entity_id: str | None = None) -> bool:
    """Whether this person may do this, in this entity when one is given."""
    if actor.role is Role.SYSTEM:
        return True
    if actor.role not in _MAY[action]:
        return False
    return entity_id is None or actor.role is Role.SUPPORT or actor.entity_id == entity_id
