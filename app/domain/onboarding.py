"""The steps of a set-up, derived from what is true now, so that they cannot disagree with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.connections import ConnectionStatus


class Step(StrEnum):
    CONNECT = "connect"
    IMPORT = "import"
    PRODUCTS = "products"
    BILLS = "bills"
    RULES = "rules"
    FIRST = "first"


class StepState(StrEnum):
    CANNOT_START = "cannot_start"
    NOT_STARTED = "not_started"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    PARTLY = "partly"
    PROBLEM = "problem"
    COMPLETED = "completed"


OPEN = (
    StepState.NOT_STARTED,
    StepState.WAITING,
    StepState.IN_PROGRESS,
    StepState.PROBLEM,
    StepState.PARTLY,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the steps follow from."""

    connection: ConnectionStatus | None
    confirmed: bool
    """A person said that it is the right organisation, or nobody here ever had to."""
    imported: bool
    import_problem: bool
    accounts: int
    products_needing: int
    products: int
    lines_needing: int
    lines: int
    bills_to_read: int
    """Bills whose lines were not read yet."""
    rules_settled: bool
    """A person saved the rules, or records went out before this dashboard came."""
    sent: int
    released: bool
    """Sending was let go, here or before this dashboard came."""
    first_open: bool
    """One record was sent first, and nobody has said yet that it is right."""
    first_done: bool
    """A person said that the one that was sent first is right, or did without."""


@dataclass(frozen=True, slots=True)
class Task:
    """One step with its state; `done` of `total` where something is counted."""

    step: Step
    state: StepState
    needing: int = 0
    total: int = 0
    reading: int = 0


def tasks(facts: Facts) -> tuple[Task, ...]:
    """The six steps in the order in which they are shown; 3 to 5 may be done in any order."""
    return (
        Task(Step.CONNECT, _connect(facts)),
        Task(Step.IMPORT, _import(facts)),
        Task(
            Step.PRODUCTS,
            _assign(facts, facts.products_needing, 0),
            facts.products_needing,
            facts.products,
        ),
        Task(
            Step.BILLS,
            _assign(facts, facts.lines_needing, facts.bills_to_read),
            facts.lines_needing,
            facts.lines,
            facts.bills_to_read,
        ),
        Task(Step.RULES, StepState.COMPLETED if facts.rules_settled else StepState.NOT_STARTED),
        Task(Step.FIRST, _first(facts)),
    )


def next_step(found: tuple[Task, ...]) -> Step | None:
    """The step to do now: the first that is open, but nobody is sent to wait for an import."""
    open_tasks = [task for task in found if task.state in OPEN]
    for task in open_tasks:
        if task.step is not Step.IMPORT or len(open_tasks) == 1:
            return task.step
    return None


def finished(facts: Facts) -> bool:
    """Whether the set-up is behind the person: all steps done once, so that sending has been released."""
    states = [task.state for task in tasks(facts)]
    if all(state is StepState.COMPLETED for state in states):
        return True
    gone = facts.connection in (ConnectionStatus.DEAUTHORIZED, ConnectionStatus.DISCONNECTED)
    waits = facts.first_open and not facts.released
    return facts.rules_settled and facts.sent > 0 and (facts.confirmed or gone) and not waits


def _connect(facts: Facts) -> StepState:
    if facts.connection is ConnectionStatus.CONNECTED:
        return StepState.COMPLETED if facts.confirmed else StepState.IN_PROGRESS
    return {
        ConnectionStatus.PENDING_AUTH: StepState.WAITING,
        ConnectionStatus.CHECKING: StepState.WAITING,
        ConnectionStatus.DEAUTHORIZED: StepState.PROBLEM,
    }.get(facts.connection or ConnectionStatus.DISCONNECTED, StepState.NOT_STARTED)


def _import(facts: Facts) -> StepState:
    if facts.connection is not ConnectionStatus.CONNECTED:
        return StepState.COMPLETED if facts.imported else StepState.CANNOT_START
    if not facts.imported:
        return StepState.IN_PROGRESS
    return StepState.PARTLY if facts.import_problem else StepState.COMPLETED


def _assign(facts: Facts, needing: int, unread: int) -> StepState:
    if not facts.accounts:
        return StepState.CANNOT_START
    return StepState.COMPLETED if not needing and not unread else StepState.IN_PROGRESS


def _first(facts: Facts) -> StepState:
    if facts.first_done or facts.released:
        return StepState.COMPLETED
    if facts.first_open:
        return StepState.IN_PROGRESS
    ready = facts.connection is ConnectionStatus.CONNECTED and facts.imported
    return StepState.NOT_STARTED if ready else StepState.CANNOT_START
