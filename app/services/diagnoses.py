"""When the catalogue has changed, stored texts are read anew, so that old records tell the new words."""

from __future__ import annotations

from app.domain.problems import diagnose, fingerprint
from app.services.deps import Deps
from app.store import diagnoses, revisions
from app.store.database import write

AT_ONCE = 1000
"""Records in one transaction: short enough that nobody waits for it."""


def renew(deps: Deps) -> int:
    """Read every stopped record with the catalogue as it is now; how many tell another problem.

    Costs one look when the catalogue hasn't changed. What was read stays read, even after a kill.
    """
    now, renewed = fingerprint(), 0
    place = diagnoses.place(deps.db, now)
    while place is not None:
        records = diagnoses.next_stopped(deps.db, place, AT_ONCE)
        read = [
            (record, diagnose(record.object_type, record.sync_status, record.error_text))
            for record in records
        ]
        changed = [(record, found) for record, found in read if found.problem not in ("", record.problem)]
        place = records[-1].place if len(records) == AT_ONCE else None
        with write(deps.db) as db:
            diagnoses.replace(db, changed)
            diagnoses.keep_place(db, now, place)
            for entity_id in {record.entity_id for record, _ in changed}:
                revisions.bump(db, entity_id)
        renewed += len(changed)
    return renewed
