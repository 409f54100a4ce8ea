"""What stands around a page: the frame of the entity in its address."""

from __future__ import annotations

from typing import Any

from flask import g, request

from app.domain.people import Action, may
from app.services import frames
from app.services.frames import Frame
from app.web.requests import actor_or_nobody, deps


def frame() -> Frame | None:
    """The frame of the entity in the address; read once, when a template first asks."""
    if "frame" not in g:
        entity_id: Any = (request.view_args or {}).get("entity_id")
        seen = entity_id and may(actor_or_nobody(), Action.SEE, entity_id)
        keep(frames.get(deps(), entity_id) if seen else None)
    found: Frame | None = g.frame
    return found


def keep(found: Frame | None) -> None:
    """Show this frame, which a page that changes nothing has read already, and read none again."""
    g.frame = found
