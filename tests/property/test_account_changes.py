"""Whatever happens to an account between two looks, a person is told how it differs, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from app.domain.account_changes import ChangeKind, news
from app.domain.accounts import LedgerAccount
from app.store import account_changes, account_choices
from app.store.database import prepare, write
from tests.account_samples import NEW, OLD, WHEN, import_accounts

ACCOUNTS = st.builds(
    lambda name, code, status: replace(OLD, name=name, nominal_code=code, status=status),
    st.sampled_from(["Postage", "Freight", "Mail"]),
    st.sampled_from(["404", "405", None]),
    st.sampled_from(["Active", "Archived"]),
)
READS = st.lists(st.one_of(st.none(), ACCOUNTS), min_size=1, max_size=6)
"""What each read of the accounts finds; None when it is not listed."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("changes") / "store.sqlite3"
    prepare(path).close()
    return path


def read_all(db: Database, first: LedgerAccount, reads: list[LedgerAccount | None]) -> None:
    """The first read, and the others one after the other."""
    for hours, found in enumerate([first, *reads]):
        listed = [NEW] if found is None else [NEW, found]
        import_accounts(db, *listed, at=WHEN + timedelta(hours=hours))


def lost(account: LedgerAccount | None) -> bool:
    return account is None or account.status != "Active"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ACCOUNTS, reads=READS)
def test_what_is_told_is_how_the_last_read_differs_from_the_first(
    store: Path, first: LedgerAccount, reads: list[LedgerAccount | None]
) -> None:
    db = prepare(store)
    with write(db):
        for table in ("ledger_accounts", "account_changes"):
            db.execute(f"DELETE FROM {table}")
    read_all(db, first, reads)
    account = account_choices.named(db, "e1", ["old"])["old"]
    told = {
        one.kind: one for one in news(account_changes.find_open(db, "e1", ["old"]).get("old", []), account)
    }
    db.close()

    last = reads[-1]
    shown = next((one for one in reversed(reads) if one is not None), first)
    assert (ChangeKind.GONE in told) == (last is None)
    assert (ChangeKind.RESTORED in told) == (lost(first) and not lost(last))
    if last is not None:
        assert (ChangeKind.ARCHIVED in told) >= (lost(last) and not lost(first))
        assert not (ChangeKind.ARCHIVED in told and not lost(last))
    assert (ChangeKind.RENAMED in told) == (shown.name != first.name)
    assert (ChangeKind.RECODED in told) == (shown.nominal_code != first.nominal_code)
