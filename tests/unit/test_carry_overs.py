"""Connecting again: what became of the accounts in use, and whether it is the same organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from app.domain.carry_overs import Before, Carried, Fate, Verdict, changed_hands, compare, find
from app.domain.connections import BusinessInfo, Connection, ConnectionStatus
from app.domain.errors import ConflictError, ForbiddenError, RefusedError
from app.domain.resources import CONNECTION
from app.services import carry_overs, doubts, frames, sightings
from app.store import carry_overs as rows
from app.store import connections, events, resources
from app.store.database import to_text, write
from tests.account_samples import BANK, NEW, OLD, SALES, WHEN, account, add_product, import_accounts
from tests.factories import make_deps, make_settings

LATER = WHEN + timedelta(hours=1)
HARBOUR = BusinessInfo("Harbour Lane Coffee", "Harbour Lane Coffee Ltd", "GBP")
TRADING = BusinessInfo("Harbour Lane Trading", "Harbour Lane Trading Ltd", "GBP")
CONNECTED = Connection(
    id="c1",
    status=ConnectionStatus.CONNECTED,
    platform="xero",
    connection_url="https://x.test",
    last_pull=WHEN,
    created_at=WHEN - timedelta(days=1),
    updated_at=WHEN,
    business=HARBOUR,
)
WITHDRAWN = replace(CONNECTED, status=ConnectionStatus.DEAUTHORIZED, business=None)
RENEWED = replace(CONNECTED, last_pull=LATER + timedelta(minutes=1))


def used(*accounts: Any) -> tuple[Carried, ...]:
    return tuple(Carried(a.id, a.nominal_code, a.name, a.type, a.is_bank_account) for a in accounts)


@pytest.mark.parametrize(
    ("now_listed", "fate", "now_id"),
    [
        ([OLD, NEW], Fate.KEPT, "old"),
        ([replace(OLD, name="Renamed", nominal_code="9")], Fate.KEPT, "old"),
        ([replace(OLD, status="Archived")], Fate.ARCHIVED, "old"),
        ([replace(OLD, gone=True), NEW], Fate.MISSING, None),
        ([replace(OLD, id="other")], Fate.MOVED, "other"),
        ([replace(OLD, id="other", name=" old  MARKETING ")], Fate.MOVED, "other"),
        ([replace(OLD, id="other", name="New marketing")], Fate.MISSING, None),
        ([replace(OLD, id="other", nominal_code="405")], Fate.MISSING, None),
        ([replace(OLD, id="other", status="Archived")], Fate.MISSING, None),
        ([replace(OLD, id="other", is_bank_account=True)], Fate.MISSING, None),
        ([replace(OLD, id="one"), replace(OLD, id="two")], Fate.MISSING, None),
        ([], Fate.MISSING, None),
    ],
)
def test_an_account_is_found_by_its_id_else_by_code_and_name_where_only_one_has_those(
    now_listed: list[Any], fate: Fate, now_id: str | None
) -> None:
    [found] = find(used(OLD), now_listed)

    assert (found.fate, found.now.id if found.now else None) == (fate, now_id)


def test_without_codes_name_and_type_have_to_agree() -> None:
    plain = account("plain", "", "Cleaning")
    there = [replace(plain, id="income", type="Income"), replace(plain, id="expense")]

    [found] = find(used(replace(plain, nominal_code=None)), there)

    assert found.now is not None
    assert found.now.id == "expense"


@pytest.mark.parametrize(
    ("kept", "moved", "missing", "business", "verdict"),
    [
        (24, 0, 0, HARBOUR, Verdict.SAME),
        (13, 0, 11, TRADING, Verdict.UNSURE),
        (1, 23, 0, None, Verdict.SAME),
        (11, 0, 13, HARBOUR, Verdict.DIFFERENT),
        (0, 9, 15, TRADING, Verdict.DIFFERENT),
        (0, 24, 0, TRADING, Verdict.DIFFERENT),
        (0, 24, 0, replace(HARBOUR, base_currency="EUR"), Verdict.DIFFERENT),
        (0, 24, 0, replace(HARBOUR, name="Harbour Lane Coffee Ltd"), Verdict.SAME),
        (0, 24, 0, None, Verdict.UNSURE),
        (0, 0, 0, None, Verdict.UNSURE),
        (0, 0, 0, HARBOUR, Verdict.SAME),
        (0, 0, 0, TRADING, Verdict.DIFFERENT),
    ],
)
def test_fewer_than_half_of_the_accounts_or_another_name_look_like_a_different_organisation(
    kept: int, moved: int, missing: int, business: BusinessInfo | None, verdict: Verdict
) -> None:
    many = [account(f"a{n}", str(100 + n), f"Account {n}") for n in range(kept + moved + missing)]
    there = many[:kept] + [replace(one, id=f"new-{one.id}") for one in many[kept : kept + moved]]
    before = Before("c1", "xero", HARBOUR, 86, used(*many))

    seen = compare(before, replace(CONNECTED, business=business), find(before.used, there))

    assert (seen.verdict, seen.used, seen.found) == (verdict, len(many), kept + moved)


@pytest.mark.parametrize(("business", "verdict"), [(HARBOUR, Verdict.UNSURE), (TRADING, Verdict.DIFFERENT)])
def test_before_the_import_has_finished_the_accounts_prove_nothing(
    business: BusinessInfo, verdict: Verdict
) -> None:
    before = Before("c1", "xero", HARBOUR, 86, used(OLD, NEW))

    seen = compare(before, replace(CONNECTED, business=business), find(before.used, [OLD, NEW]), whole=False)

    assert seen.verdict is verdict


def test_another_system_is_another_organisation() -> None:
    before = Before("c1", "xero", HARBOUR, 86, ())

    seen = compare(before, replace(CONNECTED, platform="quickbooks"), ())

    assert (seen.other_system, seen.verdict) == (True, Verdict.DIFFERENT)


def see(db: Database, *seen: Connection, now: datetime = LATER) -> None:
    for one in seen:
        with write(db):
            sightings.connection(db, "e1", one, now)


def test_what_there_was_outlives_the_access_and_is_what_the_next_one_is_checked_against(
    db: Database,
) -> None:
    import_accounts(db, OLD, NEW, SALES, BANK)
    add_product(db, "p1", "sales")
    see(db, CONNECTED, WITHDRAWN)

    see(db, replace(RENEWED, business=TRADING))

    carry = rows.find(db, "e1")
    assert carry is not None
    assert (carry.unasked, carry.before.business, carry.before.accounts) == (True, HARBOUR, 4)
    assert [one.label for one in carry.before.used] == ["200 Sales"]
    found = connections.get(db, "c1")
    assert found is not None
    assert found.confirmed_at is None
    assert events.of_object(db, "e1", "c1", "import_finished") is not None


def test_access_that_is_regained_has_not_imported_yet(db: Database) -> None:
    see(db, CONNECTED, WITHDRAWN)

    see(db, CONNECTED)

    found = connections.get(db, "c1")
    assert found is not None
    assert (found.imported_at, found.first_connected_at) == (None, LATER)


def test_setting_out_twice_keeps_what_there_was_at_first(db: Database, tmp_path: Any) -> None:
    import_accounts(db, OLD, NEW, SALES, BANK)
    add_product(db, "p1", "sales")
    see(db, CONNECTED, WITHDRAWN)
    deps = make_deps(db, make_settings(tmp_path))
    carry_overs.begin(deps, "e1")
    import_accounts(db, NEW, at=LATER)

    carry_overs.begin(deps, "e1")

    carry = rows.find(db, "e1")
    assert carry is not None
    assert (carry.before.accounts, carry.unasked, carry.started_by) == (4, False, "Marie")
    assert [one.id for one in carry.before.used] == ["sales"]
    deps.monite.close()


def test_a_first_connection_that_nobody_confirmed_leaves_nothing_to_check(
    db: Database, tmp_path: Any
) -> None:
    deps = make_deps(db, make_settings(tmp_path))
    with write(db):
        db.execute(
            "INSERT INTO attempts (id, entity_id, connection_id, browser, started_by, started_at)"
            " VALUES ('a1', 'e1', 'c1', 'b', 'Marie', ?)",
            [to_text(WHEN)],
        )
    see(db, replace(CONNECTED, status=ConnectionStatus.PENDING_AUTH), CONNECTED, WITHDRAWN)

    carry_overs.begin(deps, "e1")
    see(db, RENEWED)

    assert rows.find(db, "e1") is None
    deps.monite.close()


@pytest.mark.parametrize(
    ("error", "looked"),
    [
        (ConflictError("nothing is connected", status=409), True),
        (ForbiddenError("not allowed", status=403), True),
        (RefusedError("no such field", status=422), False),
    ],
)
def test_a_refusal_that_may_mean_lost_access_has_the_connection_read_at_once(
    db: Database, error: Any, looked: bool
) -> None:
    see(db, CONNECTED)

    with write(db):
        doubts.raised(db, "e1", error, LATER)

    assert (resources.get(db, "e1", CONNECTION).requested_at == LATER) is looked


def test_every_page_asks_for_the_check_once_there_is_access_again(db: Database, tmp_path: Any) -> None:
    with write(db):
        db.execute(
            "INSERT INTO entities (id, name, country, currency, status, raw, seen_at)"
            " VALUES ('e1', 'Harbour Lane Coffee Ltd', 'GB', 'GBP', 'active', '{}', ?)",
            [to_text(WHEN)],
        )
    deps = make_deps(db, make_settings(tmp_path))
    banners = []
    for seen in (CONNECTED, WITHDRAWN, RENEWED):
        see(db, seen)
        frame = frames.get(deps, "e1")
        banners.append(frame.banner if frame else None)

    assert banners[1:] == ["withdrawn", "regained"]
    deps.monite.close()


@pytest.mark.parametrize(
    ("was", "there", "changed"),
    [
        (("Fernlight", "Fernlight Ltd", "GBP"), ("Rook Lettings", "Rook Lettings Ltd", "GBP"), True),
        (("Fernlight", "Fernlight Ltd", "GBP"), ("Rook", "Fernlight Limited", "GBP"), False),
        (("Fernlight", None, "GBP"), ("Fernlight", "Fernlight Ltd", "GBP"), False),
        (("Fernlight", None, "GBP"), ("Rook", None, "GBP"), True),
        (("Fernlight", None, "GBP"), ("Fernlight", None, "EUR"), True),
        (("Fernlight", None, None), (None, "Fernlight Ltd", "EUR"), False),
    ],
)
def test_another_organisation_is_told_from_another_name(
    was: tuple[str | None, str | None, str | None],
    there: tuple[str | None, str | None, str | None],
    changed: bool,
) -> None:
    before, after = (replace(CONNECTED, business=BusinessInfo(*told)) for told in (was, there))

    assert changed_hands(before, after) is changed
