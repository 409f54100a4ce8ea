"""Home as people see it: what is done, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.connections import Connection
from app.domain.events import Told
from app.domain.first_sends import Outcome
from app.domain.onboarding import Facts, Step, Task, finished, next_step, tasks
from app.domain.resources import IMPORTED, LINE_ITEMS, ResourceState
from app.services import frames, histories, refresh
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import attempts, preferences, progress
from app.store.progress import AssignCount, ProblemCount, Progress

STEPS_SHOWN = "steps"


@dataclass(frozen=True, slots=True)
class Home:
    frame: Frame | None
    tasks: tuple[Task, ...]
    next: Step | None
    finished: bool
    steps_shown: bool
    """Whether this person wants to see the steps although they are done."""
    sent_today: int
    documents: dict[str, int]
    """How many bills and invoices are in each state of their records."""
    problems: list[ProblemCount]
    unread: list[ResourceState]
    """Lists whose last read failed."""
    last: list[Told]
    settled_at: datetime | None

    @property
    def sent_today_text(self) -> str:
        """The number, or "1000+" where counting stopped."""
        most = progress.COUNTED
        return str(self.sent_today) if self.sent_today <= most else f"{most}+"


def home(deps: Deps, entity_id: str, since_midnight: datetime) -> Home:
    """Everything for Home, from the store alone."""
    frame = frames.get(deps, entity_id)
    sums = progress.get(deps.db, entity_id)
    read = refresh.overview(deps.db, entity_id)
    facts = _facts(deps, frame, sums, read)
    found = tasks(facts)
    return Home(
        frame=frame,
        tasks=found,
        next=next_step(found),
        finished=finished(facts),
        steps_shown=preferences.get(deps.db, deps.actor.name, entity_id, STEPS_SHOWN) == "shown",
        sent_today=progress.sent_since(deps.db, entity_id, since_midnight),
        documents=sums.documents,
        problems=progress.problems(deps.db, entity_id),
        unread=[state for state in read.values() if state.state == "error"],
        last=histories.latest(deps, entity_id, 5),
        settled_at=frame.rules_saved_at if frame else None,
    )


def show_steps(deps: Deps, entity_id: str, shown: bool) -> None:
    """Remember whether this person wants to see the finished steps."""
    value = "shown" if shown else "folded"
    preferences.put(deps.db, deps.actor.name, entity_id, STEPS_SHOWN, value)


def _facts(deps: Deps, frame: Frame | None, sums: Progress, read: dict[str, ResourceState]) -> Facts:
    connection = frame.connection if frame else None
    sent = sums.documents.get("sent", 0)
    ours = connection and attempts.of_connection(deps.db, frame.entity_id, connection.id) if frame else None
    none = AssignCount()
    products, bills = sums.assign.get("products", none), sums.assign.get("bills", none)
    held = frame is not None and frame.held
    saved = frame is not None and frame.rules_saved_at is not None
    imported = connection is not None and connection.imported_at is not None
    going = sent > 0 and not held
    return Facts(
        connection=connection.status if connection else None,
        confirmed=_confirmed(connection, ours is not None) or (frame is not None and frame.regained),
        imported=imported,
        import_problem=any(name in read and read[name].state == "error" for name in IMPORTED),
        accounts=sums.accounts,
        products_needing=products.needs,
        products=products.total,
        lines_needing=bills.needs,
        lines=bills.total,
        bills_to_read=sums.bills_to_read if _reading_lines(read) else 0,
        rules_settled=saved or going or (imported and frame is not None and not frame.can_hold),
        sent=sent,
        released=going or (frame is not None and frame.rules_confirmed),
        first_open=frame is not None and frame.first_open,
        first_done=frame is not None and frame.first_outcome in (Outcome.RIGHT, Outcome.SKIPPED),
    )


def _confirmed(connection: Connection | None, ours: bool) -> bool:
    return connection is not None and (connection.confirmed_at is not None or not ours)


def _reading_lines(read: dict[str, ResourceState]) -> bool:
    lines = read.get(LINE_ITEMS)
    return lines is None or lines.as_of is None or lines.under_way
