"""A business as support sees it in a list: how far it is, what is wrong, who acts next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.connections import system_name
from app.domain.problems import Owner, Problem, problem_of

VIEWS = ("all", "stuck", "withdrawn", "late", "failing")
STUCK_AFTER_DAYS = 3
STEPS = ("connect", "import", "products", "bills", "rules", "done")


@dataclass(frozen=True, slots=True)
class Business:
    id: str
    name: str
    status: str
    """none, late, or one of the connection states."""
    platform: str | None
    organisation: str | None
    step: str
    step_since: datetime | None
    attention: int
    problem: str
    """What stops most of its records; '' when nothing does."""
    imported_at: datetime | None

    @property
    def system(self) -> str:
        return system_name(self.platform) if self.platform else ""

    @property
    def why(self) -> Problem | None:
        return problem_of(self.problem) if self.problem else None

    @property
    def next_owner(self) -> str:
        """Whose turn it is: customer, accountant, us, or '' when it is nobody's."""
        if self.status == "deauthorized" or self.step != "done":
            return "customer"
        if self.why is None:
            return ""
        return {Owner.YOU: "customer", Owner.ACCOUNTANT: "accountant", Owner.SUPPORT: "us"}.get(
            self.why.owner, ""
        )
