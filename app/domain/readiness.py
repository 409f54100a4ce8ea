"""What will become of a bill or an invoice once it is tried, told from what is known here.

Three answers: it will be refused, and why; nothing is known against it; or that can't be told yet.
The second is no promise: what Monite's API doesn't show (see docs/repairing.md) may still stop it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.conditions import Condition, Stage, conditions
from app.domain.facts import ARCHIVED, BANK, GONE, Context, DocumentFacts, LineFacts
from app.domain.outlines import IMPORTED, SAVING, UNDECIDED, UNREAD

__all__ = [
    "ARCHIVED",
    "BANK",
    "GONE",
    "IMPORTED",
    "SAVING",
    "UNDECIDED",
    "UNREAD",
    "Condition",
    "Context",
    "DocumentFacts",
    "LineFacts",
    "Outcome",
    "Verdict",
    "conditions",
    "settled",
    "verdict",
]

_ALIKE = ({"ACC_LINE", "ACC_PRODUCT"}, {"NOT_CONNECTED", "CONN_WITHDRAWN"})
_UPDATES = (Stage.RULES, Stage.BOOKS)


class Outcome(StrEnum):
    """What will become of a document once it is tried."""

    REFUSED = "refused"
    CLEAR = "clear"
    """Nothing is known against it."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is foretold of a document, and what it rests on."""

    outcome: Outcome
    codes: tuple[str, ...]
    """Why it will be refused, the first thing that stops it first; why it can't be told, if that's so."""
    cautions: tuple[str, ...]
    """What may stop it as well, although nobody can tell from here."""
    conditions: tuple[Condition, ...]

    @property
    def headline(self) -> str:
        """The first of the reasons; '' when there is none."""
        return self.codes[0] if self.codes else ""

    @property
    def hindrance(self) -> str:
        """The code of why trying makes no sense now; '' when it may.

        What rests on the last import is no hindrance: it may have been put right over there.
        """
        if self.outcome is Outcome.UNDECIDED:
            return SAVING if SAVING in self.codes else ""
        return next((code for code in self.codes if code not in IMPORTED), "")


def verdict(document: DocumentFacts | None, context: Context) -> Verdict:
    """What is foretold of a document; of anything else only whether the connection stands."""
    found = conditions(document, context)
    against = [condition for condition in found if condition.ok is False]
    # What is in the books already may stand there unchanged, and then nobody looks at it again.
    updates = document is not None and document.in_books
    stops = [one for one in against if not (updates and one.stage in _UPDATES)]
    cautions = [one for one in found if one.caution or (one in against and one not in stops)]
    waits = _undecided(document)
    outcome = Outcome.REFUSED if stops else Outcome.UNDECIDED if waits else Outcome.CLEAR
    return Verdict(
        outcome, _codes(stops) or waits, tuple(dict.fromkeys(one.code for one in cautions)), tuple(found)
    )


def settled(code: str, found: Iterable[Condition]) -> bool:
    """Whether what stopped a record is known to be put right: every condition about it holds now."""
    about = next((alike for alike in _ALIKE if code in alike), {code})
    related = [condition for condition in found if condition.code in about]
    return bool(related) and all(condition.ok for condition in related)


def _codes(found: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(condition.code for condition in found))


def _undecided(document: DocumentFacts | None) -> tuple[str, ...]:
    if document is None:
        return ()
    missing = [line for line in document.lines if line.account is None]
    if not document.lines_read or any(line.may_default and not line.saving for line in missing):
        return (UNREAD,)
    return (SAVING,) if any(line.saving for line in missing) else ()
