"""What Monite refused is told beside what was asked for: the trail must not leave it as if it were done."""

from __future__ import annotations

from app.domain.outbox import OutboxRow
from app.services.deps import Deps
from app.store import events


def tell(deps: Deps, row: OutboxRow, kind: str, *, wanted: str | None, why: str) -> None:
    """Write down that this was asked for and not done, inside the caller's transaction."""
    events.add(
        deps.db,
        row.entity_id,
        deps.clock(),
        kind,
        deps.actor,
        object_type=row.object_type,
        object_id=row.object_id,
        note=why,
        batch_id=row.batch_id,
        details={"wanted": wanted} if wanted else None,
    )
