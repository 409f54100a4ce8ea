"""Coming in: which businesses there are, and who a person is once they have chosen one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.people import PARTNER_ROLES, Actor, Role
from app.services.deps import Deps
from app.store import entrances, frames
from app.store.entrances import Entrance

SHOWN = 50
PRACTICE_NAMES = {
    Role.OWNER: "Dana Price",
    Role.BOOKKEEPER: "Priya Nair",
    Role.VIEWER: "Sam Okoro",
    Role.SUPPORT: "Alex Lind",
    Role.ADMIN: "Robin Hale",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The businesses that match, of how many; `known` is False while the list was never read."""

    entrances: list[Entrance]
    total: int

    @property
    def known(self) -> bool:
        return self.total > 0


def find(deps: Deps, query: str) -> Found:
    """Businesses whose name holds the query, at most SHOWN of them."""
    return Found(entrances.find(deps.db, query, SHOWN), entrances.count(deps.db))


def exists(deps: Deps, entity_id: str) -> bool:
    """Whether there is such a business here."""
    return frames.exists(deps.db, entity_id)


def person(role: Role, entity_id: str) -> Actor:
    """The person that a role stands for; the partner's people belong to no business."""
    return Actor(PRACTICE_NAMES[role], role, None if role in PARTNER_ROLES else entity_id)


def way(who: Actor, wanted: str = "") -> str:
    """Where somebody who came in goes: to the local address that they wanted, if it is a place of theirs."""
    if who.role in PARTNER_ROLES:
        return wanted if wanted.startswith(("/support", "/partner", "/e/", "/sessions")) else "/support"
    home = f"/e/{who.entity_id}"
    return wanted if f"{urlsplit(wanted).path}/".startswith((f"{home}/", "/sessions/")) else home
