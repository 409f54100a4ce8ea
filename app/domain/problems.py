"""Why a record stopped, in words: what it is, who can put it right, and whether Retry helps.

Nothing here knows a single message: those stand in the catalogue. One raw text may tell of several
problems, with semicolons between; the one that blocks most is the record's, the others are told with it.
The texts are looked up in the language of the page where they are shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from app.domain.catalogue import ENTRIES
from app.domain.remedies import Again, Fix, Owner, Phrase, Problem
from app.domain.synced_records import RecordState

__all__ = [
    "CATALOGUE",
    "UNKNOWN",
    "Again",
    "Diagnosis",
    "Fix",
    "Owner",
    "Phrase",
    "Problem",
    "code_of",
    "codes_of",
    "diagnose",
    "fingerprint",
    "names_of",
    "other_problems",
    "problem_of",
    "values_in",
    "what_happened",
]

UNKNOWN = "UNKNOWN"
CATALOGUE: Mapping[str, Problem] = {problem.code: problem for problem in ENTRIES}
LONGEST_SAID = 300
LONGEST_READ = 5_000
"""What stands further on in a text is not read: nobody says that much, and reading takes its time."""

_TEXTS = tuple(
    (problem.code, re.compile(text, re.IGNORECASE | re.DOTALL))
    for problem in ENTRIES
    for text in problem.texts
)
# Accounts and items have codes as well.
_NUMBERED = r"(?:error ?code|\"code\"|\bcode[=:]|(?<!account )(?<!item )\bcode\b|\berror)\W{0,4}"
_NUMBERS = tuple(
    (problem.code, re.compile(rf"{_NUMBERED}0*(?:{'|'.join(problem.codes)})\b", re.IGNORECASE))
    for problem in ENTRIES
    if problem.codes
)
# "message=…; errorCode=…; statusCode=…" is one fault.
_BETWEEN = re.compile(r";\s+(?!\w+=)")
_BLOCKS = {
    again: place
    for place, again in enumerate(
        (Again.NEVER, Again.AFTER_FIX, Again.AFTER_CHECK, Again.AFTER_WAIT, Again.LATER)
    )
}
_PLACE = {problem.code: place for place, problem in enumerate(ENTRIES)}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The word that people see for a record, and the code of its problem ('' when there is none)."""

    state: RecordState
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one part of a raw text was recognised as, and what it names."""

    code: str
    values: Mapping[str, str]


def problem_of(code: str) -> Problem:
    """The entry of a code; that of UNKNOWN for a code that is not in the catalogue."""
    return CATALOGUE.get(code, CATALOGUE[UNKNOWN])


def code_of(text: str, object_type: str) -> str:
    """The code of the most blocking problem that a raw text tells of; UNKNOWN when no entry knows it."""
    return codes_of(text, object_type)[0]


@lru_cache(4096)
def codes_of(text: str, object_type: str) -> tuple[str, ...]:
    """Every problem that a raw text tells of, the most blocking first."""
    found = dict.fromkeys(_for_type(read.code, object_type) for read in _parts(text))
    return tuple(sorted(found, key=_rank))


def other_problems(code: str, text: str | None, object_type: str) -> Sequence[Problem]:
    """The entries that a raw text tells of beside this one, for "Also: …"."""
    codes = codes_of(text or "", object_type)
    return [CATALOGUE[other] for other in codes if other not in (code, UNKNOWN)]


def diagnose(object_type: str, sync_status: str, error_text: str | None) -> Diagnosis:
    """What a record's status and error text mean to a person."""
    if sync_status == "done":
        return Diagnosis(RecordState.SENT)
    if sync_status != "error" and not error_text:
        return Diagnosis(RecordState.WAITING)
    if sync_status == "pending":
        return Diagnosis(RecordState.WAITING)
    code = code_of(error_text or "", object_type)
    return Diagnosis(RecordState.ATTENTION if CATALOGUE[code].retryable else RecordState.CANNOT, code)


def what_happened(
    code: str, error_text: str | None, system: str, known: Mapping[str, str] | None = None
) -> Phrase:
    """The text of a problem, with what the raw message names, else what is known here, if that is enough."""
    problem = problem_of(code)
    values = {**names_of(system), **(known or {}), **values_in(error_text or "", problem.code)}
    if error_text and problem.code == UNKNOWN:
        values["said"] = error_text if len(error_text) <= LONGEST_SAID else error_text[:LONGEST_SAID] + "…"
    try:
        _ = problem.precise % values
    except KeyError:
        return Phrase(problem.text, values)
    return Phrase(problem.precise or problem.text, values)


def names_of(system: str) -> dict[str, str]:
    """What texts call the accounting system, within a sentence and at its start."""
    return {"system": system, "System": system[:1].upper() + system[1:]}


def values_in(text: str, code: str) -> dict[str, str]:
    """What a raw text names about this problem: account, currency, date, name; only what is there."""
    same = {"ACC_LINE", "ACC_PRODUCT"} if code == "ACC_PRODUCT" else {code}
    return next((dict(read.values) for read in _parts(text) if read.code in same and read.values), {})


@cache
def fingerprint() -> str:
    """Tells one state of the catalogue from another, as far as reading texts goes."""
    told = repr([(entry.code, entry.texts, entry.codes, entry.again.value) for entry in ENTRIES])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _parts(text: str) -> list[_Read]:
    """What is recognised in a text: each of its faults, else the text as a whole."""
    text = text[:LONGEST_READ]
    known = [read for part in _BETWEEN.split(text) if (read := _read(part)).code != UNKNOWN]
    return known or [_read(text)]


@lru_cache(4096)
def _read(part: str) -> _Read:
    """The first entry that fits; every value that any of its texts finds."""
    for code, pattern in (*_TEXTS, *_NUMBERS):
        found = pattern.search(part)
        if found:
            named = {key: value.strip() for key, value in found.groupdict().items() if value}
            return _Read(code, named)
    return _Read(UNKNOWN, {})


def _for_type(code: str, object_type: str) -> str:
    return "ACC_PRODUCT" if code == "ACC_LINE" and object_type == "receivable" else code


def _rank(code: str) -> tuple[int, int]:
    return _BLOCKS[CATALOGUE[code].again], _PLACE[code]
