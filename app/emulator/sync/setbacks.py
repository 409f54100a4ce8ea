"""Refusals on purpose: the fault `refusal` makes the next push meet the words of an accounting system."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.rules.objections import OBJECTIONS, Effect, Objection
from app.emulator.store import faults
from app.emulator.sync.books import RefusedError

Row = dict[str, Any]


class Setbacks:
    """The refusals that are armed for an entity, read once for many records."""

    def __init__(self, db: Database, entity_id: str) -> None:
        self._db = db
        self._armed: list[Row] = [
            fault
            for fault in faults.find_all(db)
            if fault["kind"] == "refusal" and fault["entity_id"] in (None, entity_id)
        ]

    def refuse(self, kind: str) -> None:
        """Raise RefusedError if the next such object is to be refused; that uses the fault once."""
        setback = self._take(kind, ("refused",))
        if setback is not None:
            raise RefusedError([setback.example])

    def meet(self, kind: str) -> Effect | None:
        """What the next such document meets instead of a refusal: it is put off, or its answer is lost."""
        found = self._take(kind, ("later", "written"))
        return found.effect if found is not None else None

    def _take(self, kind: str, effects: tuple[Effect, ...]) -> Objection | None:
        for fault in self._armed:
            objection = OBJECTIONS[fault["options"]["error"]]
            if objection.effect in effects and objection.concerns(kind):
                self._use(fault)
                return objection
        return None

    def _use(self, fault: Row) -> None:
        faults.use(self._db, fault["id"])
        if fault["remaining"] is not None:
            fault["remaining"] -= 1
            if fault["remaining"] <= 0:
                self._armed.remove(fault)
