"""Where a stopped record is put right."""

from __future__ import annotations

from app.domain.fixes import About, Destination, destination
from app.domain.problems import Fix, problem_of
from app.domain.record_lists import RecordLine
from app.services.deps import Deps
from app.store import payables, receivables


def find(
    deps: Deps, line: RecordLine, code: str, *, fix: Fix | None = None, search: str = "", back: str = ""
) -> Destination:
    """Where this problem of this record is put right."""
    problem = problem_of(code)
    wanted = problem.fix if fix is None else fix
    about = About(
        entity_id=line.entity_id,
        object_type=line.object_type,
        object_id=line.object_id,
        counterpart_id=_counterpart(deps, line) if wanted is Fix.CONTACT else None,
        search=search,
    )
    return destination(problem, fix, about, deps.settings.partner_addresses, back)


def _counterpart(deps: Deps, line: RecordLine) -> str | None:
    if line.object_id is None:
        return None
    if line.object_type == "bill":
        bill = payables.get(deps.db, line.entity_id, line.object_id)
        return bill.counterpart_id if bill else None
    if line.object_type == "receivable":
        invoice = receivables.get(deps.db, line.entity_id, line.object_id)
        return invoice.counterpart_id if invoice else None
    return None
