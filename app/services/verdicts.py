"""Whether a record can be tried again now, and if not, why: one answer for one record and for thousands."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.problems import Phrase, problem_of
from app.domain.readiness import Condition, conditions
from app.domain.record_lists import RecordBrief, RecordLine
from app.domain.sync_rules import SyncRules
from app.domain.synced_records import RecordState
from app.services import holds
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import automatic_tries, record_documents, record_lacks, sync_rules
from app.store.database import to_text

_WHY = {
    "ACC_LINE": "a line still has no account",
    "ACC_PRODUCT": "a product still has no account",
    "LINES_NONE": "still has no lines",
    "DISCOUNT_WHOLE": "discount on the whole invoice",
    "RULES": "your sync rules leave it out",
}
_STATES = {
    RecordState.SENT: Phrase("already sent"),
    RecordState.WAITING: Phrase("already on its way"),
    RecordState.LEFT_OUT: Phrase("handled elsewhere"),
}


def obstacle(frame: Frame | None) -> Phrase | None:
    """Why nothing can be sent at all now; None when it can."""
    if frame is None or not frame.connected:
        return Phrase("Connect to your accounting system first. Nothing can be sent until then.")
    if frame.held:
        return Phrase("Sending is on hold. Resume it first, under Sync rules.")
    return None


def why_not(deps: Deps, line: RecordLine) -> Phrase | None:
    """Why this record can't be tried again now; None when it can. A planned try stands in nobody's way."""
    planned = line.id in automatic_tries.next_at(deps.db, [line.id])
    brief = brief_of(line.as_told if planned else line)
    return against(deps, line.entity_id, [brief]).get(line.id)


def against(deps: Deps, entity_id: str, records: Sequence[RecordBrief]) -> dict[str, Phrase]:
    """Why records can't be tried again now; those that can are left out."""
    found: dict[str, Phrase] = {}
    for record in records:
        if record.state in _STATES:
            found[record.id] = _STATES[record.state]
        elif not problem_of(record.problem).retryable:
            found[record.id] = Phrase(problem_of(record.problem).title)
    others = [record.id for record in records if record.id not in found]
    lacking = record_lacks.find(deps.db, entity_id, others, rules_in_force(deps, entity_id))
    return found | {record_id: Phrase(_WHY[code]) for record_id, code in lacking.items()}


def brief_of(line: RecordLine) -> RecordBrief:
    """As much of a record as a verdict takes."""
    return RecordBrief(
        id=line.id,
        object_type=line.object_type,
        object_id=line.object_id,
        state=line.state,
        problem=line.problem,
        title=line.title,
        party=line.party,
        amount=line.amount,
        currency=line.currency,
        in_books=line.platform_object_id is not None,
        changed_at=to_text(line.updated_at),
    )


def missing(deps: Deps, frame: Frame | None, line: RecordLine) -> list[Condition]:
    """Everything that sending this record needs, as far as it is known here."""
    facts = None
    if line.object_id:
        facts = record_documents.facts(deps.db, line.entity_id, line.object_type, line.object_id)
    rules = rules_in_force(deps, line.entity_id)
    sends = None if rules is None else rules.payable if line.object_type == "bill" else rules.receivable
    return conditions(
        facts,
        connected=frame is not None and frame.connected,
        sends=sends,
        system=frame.system if frame else "your accounting system",
    )


def rules_in_force(deps: Deps, entity_id: str) -> SyncRules | None:
    """What goes out, or will once sending is no longer on hold; None while that was never read."""
    hold = holds.standing(deps.db, entity_id)
    return hold.rules if hold else sync_rules.find(deps.db, entity_id)
