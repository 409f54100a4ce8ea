"""Raw messages for whoever reads them: whole for those whose business it is, without names for support."""

from __future__ import annotations

from app.domain import raw_texts
from app.domain.people import Role
from app.services.deps import Deps
from app.store import counterparts, entities


def readable(deps: Deps, text: str, entity_id: str | None, *names: str) -> str:
    """The text as this person may read it.

    For support the names are masked that the business knows, or that are given here, and amounts rounded.
    """
    if not text or deps.actor.role is not Role.SUPPORT:
        return text
    if entity_id:
        own = entities.names(deps.db, [entity_id]).values()
        names = (*names, *own, *counterparts.named_in(deps.db, entity_id, text))
    return raw_texts.masked(text, names)
