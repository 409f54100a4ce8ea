"""What happened lately, as people tell it."""

from __future__ import annotations

from dataclasses import replace

from app.domain import events as telling
from app.domain.events import Told
from app.services.deps import Deps
from app.store import account_choices, events

READ = 60
"""Events behind a few lines; beyond that a line says how many there are at least."""


def latest(deps: Deps, entity_id: str, most: int) -> list[Told]:
    """The newest lines of what happened, with accounts by the name that they have now."""
    read = events.told(deps.db, entity_id, READ)
    lines = telling.told(read, most, cut=len(read) == READ)
    ids = {line.account_id for line in lines}
    names = account_choices.named(deps.db, entity_id, ids) if any(ids) else {}
    return [
        replace(line, account=names[line.account_id].label) if line.account_id in names else line
        for line in lines
    ]
