"""Word of what a request has changed, sent in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.emulator.api.gate import entity_id
from app.emulator.deps import database
from app.emulator.store import events


def told(object_type: str, event: str, changed: dict[str, Any]) -> dict[str, Any]:
    """The object as it was given, once word goes out of what happened to it."""
    tell(object_type, event, [changed["id"]])
    return changed


def tell(object_type: str, event: str, object_ids: Iterable[str]) -> None:
    """Let word go out of what happened to each of these objects, whether or not they are still there."""
    events.emit_all(database(), entity_id(), object_type, event, object_ids)
