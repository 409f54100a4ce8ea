"""Doing one thing to many: start once per form, follow, stop."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.batches import Batch, BatchProgress
from app.domain.errors import InputError, NotThereError
from app.domain.people import Actor
from app.services.deps import Deps
from app.store import batches, outbox, revisions
from app.store.database import write


def create(
    db: Database,
    entity_id: str,
    *,
    kind: str,
    form_key: str,
    total: int,
    details: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> tuple[Batch, bool]:
    """A batch, and whether it is new: a form that is sent twice starts one batch only.

    Call it in the transaction that queues the batch's intents, and queue them only when it is new.
    """
    batch_id = str(uuid.uuid4())
    is_new = batches.add(
        db,
        entity_id,
        batch_id=batch_id,
        kind=kind,
        form_key=form_key,
        total=total,
        details=details,
        actor=actor,
        now=now,
    )
    batch = batches.find_by_form(db, form_key)
    if batch is None or batch.entity_id != entity_id or batch.kind != kind:
        raise InputError("form_key", "This form was used for something else. Load the page again.")
    return batch, is_new


def get(db: Database, entity_id: str, batch_id: str) -> Batch:
    """The entity's own batch; raises NotThereError for anybody else's."""
    batch = batches.find(db, batch_id)
    if batch is None or batch.entity_id != entity_id:
        raise NotThereError("There is no such batch here.")
    return batch


def progress(db: Database, batch_id: str) -> BatchProgress:
    """How far the batch is; raises NotThereError."""
    batch = batches.find(db, batch_id)
    if batch is None:
        raise NotThereError("There is no such batch here.")
    return batches.progress(db, batch)


def stop(deps: Deps, batch_id: str) -> BatchProgress:
    """Send nothing more of the batch; what is under way still gets its answer."""
    now = deps.clock()
    with write(deps.db):
        batch = batches.find(deps.db, batch_id)
        if batch is None:
            raise NotThereError("There is no such batch here.")
        batches.request_stop(deps.db, batch_id, now)
        outbox.stop(deps.db, batch_id, now)
        batches.finish(deps.db, batch_id, now)
        revisions.bump(deps.db, batch.entity_id)
    return progress(deps.db, batch_id)
