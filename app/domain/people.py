"""Who is at the screen, and what a person in that role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    BOOKKEEPER = "bookkeeper"
    OWNER = "owner"
    SUPPORT = "support"
    ADMIN = "admin"
    """The partner's administrator: looks after keys, webhooks and the people of support."""
    INVITED = "invited"
    """Whoever holds the login of the accounting system and was sent a link; may do nothing else."""
    SYSTEM = "system"


class Action(StrEnum):
    SEE = "see"
    ASSIGN = "assign"
    RETRY = "retry"
    IMPORT = "import"
    CHANGE_RULES = "change_rules"
    CONNECT = "connect"
    SHARE = "share"
    """Make, replace and withdraw a link for the person who holds the accounting system's login."""
    SUPPORT = "support"
    SETUP = "setup"
    """Keys, webhooks, people and sessions of the whole partner."""


ENTITY_ROLES = frozenset({Role.VIEWER, Role.BOOKKEEPER, Role.OWNER})
PARTNER_ROLES = frozenset({Role.SUPPORT, Role.ADMIN})
"""Those who see every business, and belong to none."""
_MAY: dict[Action, frozenset[Role]] = {
    Action.SEE: ENTITY_ROLES | PARTNER_ROLES,
    Action.ASSIGN: frozenset({Role.BOOKKEEPER, Role.OWNER}) | PARTNER_ROLES,
    Action.RETRY: frozenset({Role.BOOKKEEPER, Role.OWNER}) | PARTNER_ROLES,
    Action.IMPORT: frozenset({Role.BOOKKEEPER, Role.OWNER}) | PARTNER_ROLES,
    Action.CHANGE_RULES: frozenset({Role.BOOKKEEPER, Role.OWNER}),
    Action.CONNECT: frozenset({Role.OWNER}),
    Action.SHARE: frozenset({Role.OWNER}) | PARTNER_ROLES,
    Action.SUPPORT: PARTNER_ROLES,
    Action.SETUP: frozenset({Role.ADMIN}),
}
ON_BEHALF = frozenset({Action.ASSIGN, Action.RETRY, Action.IMPORT, Action.SHARE})
"""What the partner's people may do for a business, once they have said why."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the worker, with the one entity that they belong to (the partner's belong to none)."""

    name: str
    role: Role
    entity_id: str | None = None
    reason: str = ""
    """Why one of the partner's people acts for this business; '' while they only look."""

    @property
    def of_partner(self) -> bool:
        """Whether this person sees every business, and belongs to none."""
        return self.role in PARTNER_ROLES


SYSTEM = Actor("automatic", Role.SYSTEM)


def may(actor: Actor, action: Action, entity_id: str | None = None) -> bool:
    """Whether this person may do this, in this entity when one is given."""
    return could(actor, action, entity_id) and (not must_say_why(actor, action) or bool(actor.reason))


def could(actor: Actor, action: Action, entity_id: str | None = None) -> bool:
    """Whether this person may do this, or might once they have said why."""
    if actor.role is Role.SYSTEM:
        return True
    if actor.role not in _MAY[action]:
        return False
    return entity_id is None or actor.role in PARTNER_ROLES or actor.entity_id == entity_id


def must_say_why(actor: Actor, action: Action) -> bool:
    """Whether this person does this on somebody's behalf, and so needs a reason."""
    return actor.role in PARTNER_ROLES and action in ON_BEHALF
