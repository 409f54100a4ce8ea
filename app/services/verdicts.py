"""Whether records can be tried again now, and if not, why: one answer for one record and for thousands.

What rests on the last import stops nobody from trying: it may have been put right over there since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain import outlines
from app.domain.facts import Context
from app.domain.problems import Phrase, problem_of
from app.domain.readiness import SAVING, Verdict
from app.domain.record_lists import RecordBrief, RecordLine
from app.domain.synced_records import RecordState
from app.services import readiness
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import automatic_tries, document_lacks
from app.store.database import to_text

RULES = "RULES"
_WHY = {
    "ACC_LINE": "a line still has no account",
    "ACC_PRODUCT": "a product still has no account",
    "LINES_NONE": "still has no lines",
    "DISCOUNT_WHOLE": "discount on the whole invoice",
    RULES: "your sync rules leave it out",
    SAVING: "an account is still being saved",
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
    if frame.regained:
        return Phrase("Check first whether it is the same organisation as before.")
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
    others = [record for record in records if record.id not in found and record.object_id]
    context = readiness.context(deps, entity_id)
    for object_type in ("bill", "receivable"):
        alike = [record for record in others if record.object_type == object_type]
        for record, code in _hindered(deps, entity_id, context, alike):
            found[record.id] = Phrase(_WHY[code] if code in _WHY else problem_of(code).title)
    return found


def foretold(deps: Deps, frame: Frame | None, line: RecordLine) -> Verdict:
    """Everything that sending this record needs, as far as it is known here, and what comes of it."""
    context = readiness.context(deps, line.entity_id, frame)
    return readiness.foretell(deps, line.entity_id, line.object_type, line.object_id, context)


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
        object_status=line.object_status,
        in_books=line.platform_object_id is not None,
        changed_at=to_text(line.updated_at),
    )


def _hindered(
    deps: Deps, entity_id: str, context: Context, records: Sequence[RecordBrief]
) -> Iterator[tuple[RecordBrief, str]]:
    """Those of these bills, or invoices, for which trying makes no sense now, each with the code of why."""
    if not records:
        return
    is_bill = records[0].object_type == "bill"
    object_ids = [record.object_id for record in records if record.object_id]
    lacks = document_lacks.find(deps.db, entity_id, context, records[0].object_type, object_ids)
    statuses = context.statuses(is_bill=is_bill)
    for record in records:
        if record.object_id not in lacks:
            continue
        status = record.object_status
        # What is in the books is only updated: outside the rules it stays there unchanged.
        outside = statuses is not None and status is not None and status not in statuses
        code = RULES if outside and not record.in_books else ""
        code = code or outlines.hindrance(
            lacks[record.object_id], context, is_bill=is_bill, in_books=record.in_books
        )
        if code:
            yield record, code
