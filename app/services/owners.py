"""Who can do what the person at the screen may not."""

from __future__ import annotations

from app.domain.people import Role
from app.services.deps import Deps
from app.services.entrances import PRACTICE_NAMES
from app.store import owners

MOST = 3


def names(deps: Deps, entity_id: str) -> list[str]:
    """The owners of a business by name, at most MOST; in practice there always is one."""
    found = owners.find(deps.db, entity_id, MOST)
    if not found and deps.settings.open_chooser:
        return [PRACTICE_NAMES[Role.OWNER]]
    return found
