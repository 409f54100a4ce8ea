"""Looking again, soon, at records whose push is under way, until it is known what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from app.domain.errors import CredentialsError, MoniteError, UnavailableError
from app.domain.record_tries import MOST_LOOKS, Watched, next_wait, result_of
from app.domain.synced_records import SyncedRecord
from app.services import sightings
from app.services.deps import Deps
from app.store import record_tries, revisions, watched_records
from app.store.database import write

A_CALL = 50
"""As many records as one call asks for by id."""
A_ROUND = 400
WAIT_FOR_AN_ANSWER = timedelta(seconds=10)

Seen = tuple[SyncedRecord, Mapping[str, Any] | None]
Found = Mapping[str, Seen]


def run_due(deps: Deps, seconds: float) -> int:
    """Look at what is due, for about so many seconds; how many records were looked at."""
    until, looked = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        due = watched_records.due(deps.db, deps.clock(), A_ROUND)
        if not due:
            break
        for entity_id, object_type, group in _calls(due):
            _look(deps, entity_id, object_type, group)
            looked += len(group)
    return looked


def _calls(due: Sequence[Watched]) -> Iterator[tuple[str, str, list[Watched]]]:
    """The records in groups that one call can ask for."""
    for (entity_id, object_type), group in groupby(due, lambda w: (w.entity_id, w.object_type)):
        watched = list(group)
        for start in range(0, len(watched), A_CALL):
            yield entity_id, object_type, watched[start : start + A_CALL]


def _look(deps: Deps, entity_id: str, object_type: str, group: Sequence[Watched]) -> None:
    ids = [watched.record_id for watched in group]
    try:
        found = _ask(deps, entity_id, object_type, group)
    except (UnavailableError, CredentialsError):
        with write(deps.db):
            watched_records.postpone(deps.db, ids, deps.clock() + WAIT_FOR_AN_ANSWER)
        return
    except MoniteError:
        # Refused, for whatever reason: that is a look without news, so that it ends some day.
        found = {}
    now = deps.clock()
    with write(deps.db):
        sightings.records(deps.db, entity_id, list(found.values()), now)
        for watched in group:
            record, _ = found.get(watched.record_id, (None, None))
            if record is None or result_of(record.sync_status) is None:
                _look_later(deps, watched, now)
        revisions.bump(deps.db, entity_id)


def _ask(deps: Deps, entity_id: str, object_type: str, group: Sequence[Watched]) -> Found:
    found: dict[str, Seen] = {}
    wanted = {watched.record_id for watched in group}
    object_ids = sorted({watched.object_id for watched in group if watched.object_id})
    pages = deps.monite.synced_records(entity_id, object_type, object_ids=object_ids) if object_ids else ()
    for page in pages:
        found |= {record.id: (record, raw) for record, raw in page if record.id in wanted}
    for watched in group:
        if watched.object_id is None:
            record = deps.monite.get_synced_record(entity_id, watched.record_id)
            found[record.id] = (record, None)
    return found


def _look_later(deps: Deps, watched: Watched, now: datetime) -> None:
    looks = watched.looks + 1
    if looks >= MOST_LOOKS:
        record_tries.give_up(deps.db, watched.record_id, now)
        watched_records.remove(deps.db, watched.record_id)
    else:
        watched_records.looked(deps.db, watched.record_id, now + next_wait(looks))
