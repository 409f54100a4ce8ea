"""Accounts as a file: written for a spreadsheet, read back, compared, and applied once a person says so."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from charset_normalizer import from_bytes
from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.account_files import (
    AccountFile,
    Change,
    Entry,
    FileReport,
    Problem,
    entries,
    headings,
    judged,
    repaired,
    repeated,
    zeros_kept,
)
from app.domain.account_names import AccountNames
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignQuery, Kind
from app.domain.batches import Batch
from app.domain.errors import InputError, NotThereError
from app.domain.events import ASSIGNED, Event
from app.domain.uploads import read_table
from app.services import account_problems, bulk_assignments
from app.services.deps import Deps
from app.store import account_choices, account_files, assignables, events
from app.store.database import write

KEPT = timedelta(days=30)
NOTED_WITHIN = timedelta(minutes=2)
AT_ONCE = 1000
SHOWN = 100
"""Rows of each part that a page shows; the report has them all."""
_OLDER_ENCODINGS = ["cp1252", "cp1250", "cp1251", "mac_roman", "cp850", "cp1253", "cp1254", "cp1257"]
_USUAL, _AS_GOOD = "cp1252", 0.05
_GUESSED_FROM = 200_000


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One row that would change, as people know it."""

    change: Change
    row: Assignable | None
    by: Event | None = None
    """Of a conflict: who gave it the account that it has now, if that was done here."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying a file would change, as far as one page shows it."""

    file: AccountFile
    changes: list[ShownChange]
    conflicts: list[ShownChange]
    problems: list[Problem]
    accounts: dict[str, LedgerAccount]
    """The accounts that the shown rows name, by id."""
    batch: Batch | None = None


def rows(deps: Deps, entity_id: str, query: AssignQuery) -> Iterator[tuple[Assignable, LedgerAccount | None]]:
    """Every row that a filter shows, beside the account that it has now, a thousand at a time."""
    known = {account.id: account for account in account_files.accounts(deps.db, entity_id)}
    for part in assignables.every(deps.db, entity_id, query, AT_ONCE):
        for row in part:
            yield row, known.get(row.current_account_id or "")


def upload(deps: Deps, entity_id: str, kind: Kind, name: str, data: bytes) -> AccountFile:
    """Read a file and compare it with how everything stands; nothing is changed by that.

    Raises InputError when it cannot be read at all. What is wrong with single rows is in its report.
    """
    table = read_table(data, headings(kind), _guess)
    found = entries(table, kind)
    known = account_files.accounts(deps.db, entity_id)
    codes = {account.id: account.nominal_code for account in known}
    names = AccountNames(known, zeros_kept=zeros_kept(found.rows, codes))
    asked = list(_judged(deps.db, entity_id, kind, found.rows, names))
    report = FileReport(
        encoding=table.encoding,
        separator=table.separator,
        rows=len(asked),
        unchanged=asked.count(None),
        ignored=[cell[:100] for cell in found.ignored[:20]],
        is_blind=found.is_blind,
        repaired=repaired(found.rows, names),
        changes=[one for one in asked if isinstance(one, Change)],
        problems=[one for one in asked if isinstance(one, Problem)],
    )
    now = deps.clock()
    file = AccountFile(
        id=str(uuid.uuid4()),
        entity_id=entity_id,
        kind=kind,
        name=name[:200],
        report=report,
        actor_name=deps.actor.name,
        created_at=now,
    )
    with write(deps.db):
        account_files.add(deps.db, file)
    return file


def drop_old(deps: Deps) -> int:
    """Throw away what was uploaded more than 30 days ago; how many files that were."""
    before = deps.clock() - KEPT
    if not account_files.has_older(deps.db, before):
        return 0
    with write(deps.db):
        return account_files.drop_older(deps.db, before)


def get(deps: Deps, entity_id: str, file_id: str) -> AccountFile:
    """A file that was uploaded for this entity in the last 30 days; raises NotThereError."""
    file = account_files.get(deps.db, entity_id, file_id)
    if file is None or file.created_at < deps.clock() - KEPT:
        raise NotThereError(_("There is no such file here."))
    return file


def preview(deps: Deps, entity_id: str, file_id: str) -> Preview:
    """What applying a file would change, the first rows of each kind."""
    file = get(deps, entity_id, file_id)
    changes, conflicts = file.report.plain_changes[:SHOWN], file.report.conflicts[:SHOWN]
    stored = _stored(deps.db, entity_id, file.kind, [change.id for change in (*changes, *conflicts)])
    return Preview(
        file=file,
        changes=[ShownChange(change, stored.get(change.id)) for change in changes],
        conflicts=[
            ShownChange(change, stored.get(change.id), _last_choice(deps.db, entity_id, change))
            for change in conflicts
        ],
        problems=file.report.problems[:SHOWN],
        accounts=named(deps, [*changes, *conflicts], entity_id),
        batch=bulk_assignments.get(deps, entity_id, file.batch_id) if file.batch_id else None,
    )


def named(deps: Deps, changes: Sequence[Change], entity_id: str) -> dict[str, LedgerAccount]:
    """The accounts that these changes name, by id."""
    ids = {each for change in changes for each in (change.account_id, change.before, change.was)}
    return account_choices.named(deps.db, entity_id, ids)


def apply(
    deps: Deps, entity_id: str, file_id: str, *, use: Collection[str] = (), use_all: bool = False
) -> Batch:
    """Change what the file asks for and is fine, as one batch; of the conflicts, those that a person said.

    A row that was changed again since the file was compared is left alone, and the batch tells of it. A
    file that was applied before gives the batch of that time. Raises InputError when nothing is left to do.
    """
    file = get(deps, entity_id, file_id)
    wanted = [
        change for change in file.report.changes if not change.is_conflict or use_all or change.id in use
    ]
    if not wanted:
        raise InputError("apply", _("There is nothing in this file to apply."))
    key = f"account-file:{file.id}"
    batch = _start(deps, file, wanted, key)
    while _was_cut_off(deps, batch):
        # What was noted until then has its account; the others are noted now.
        batch = _start(deps, file, wanted, f"{key}:{batch.id}")
    with write(deps.db):
        account_files.mark_applied(deps.db, file.id, batch.id, deps.clock())
    return batch


def _start(deps: Deps, file: AccountFile, wanted: Sequence[Change], form_key: str) -> Batch:
    return bulk_assignments.start(
        deps,
        file.entity_id,
        file.kind,
        {change.id: change.account_id for change in wanted},
        form_key=form_key,
        expected={change.id: change.before or None for change in wanted},
        details={"file": file.name, "file_id": file.id},
        reasons={change.id: {"file": file.name} for change in wanted},
    )


def _was_cut_off(deps: Deps, batch: Batch) -> bool:
    """Whether whoever noted the rows of a batch died before they were all noted."""
    return "left" not in batch.details and deps.clock() - batch.created_at > NOTED_WITHIN


def _judged(
    db: Database, entity_id: str, kind: Kind, rows: Sequence[Entry], names: AccountNames
) -> Iterator[Change | Problem | None]:
    """What each row asks for, compared with a thousand stored rows at a time."""
    base, twice = account_problems.base_currency(db, entity_id), repeated(rows)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        stored = _stored(db, entity_id, kind, [row.id for row in part])
        for row in part:
            yield judged(row, stored.get(row.id), names, base, twice.get(row.id, ()))


def _stored(db: Database, entity_id: str, kind: Kind, ids: Sequence[str]) -> Mapping[str, Assignable]:
    return {
        row.id: row
        for start in range(0, len(ids), AT_ONCE)
        for row in assignables.find(db, entity_id, kind, ids[start : start + AT_ONCE])
    }


def _last_choice(db: Database, entity_id: str, change: Change) -> Event | None:
    found = events.find(db, entity_id, kinds=[ASSIGNED], object_id=change.id, limit=1)
    return found[0] if found and found[0].became == change.before else None


def _guess(data: bytes) -> str | None:
    """The encoding of a text from before Unicode, by the letters that make words of it.

    Many texts are as likely in several of them; then it is the one that most spreadsheets write.
    """
    found = from_bytes(data[:_GUESSED_FROM], cp_isolation=_OLDER_ENCODINGS, threshold=0.5)
    best = found.best()
    if best is None:
        return None
    usual = [match for match in found if _USUAL in match.could_be_from_charset]
    return _USUAL if usual and usual[0].chaos <= best.chaos + _AS_GOOD else best.encoding
