"""Putting another account in the place of one that can't be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import Kind
from app.domain.errors import InputError, NotThereError
from app.services import account_problems, accounts, replacements
from app.services.deps import Deps
from app.services.replacements import Scope
from app.store import account_saves, events, remembered_choices
from app.store.database import write
from tests.account_samples import BANK, NEW, OLD, SALES, WHEN, add_product, import_accounts
from tests.factories import MARIE, make_deps
from tests.log_samples import add_bill, add_record

EVERYWHERE = Scope("old")


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    """Old marketing is archived: on two lines, on a sent one, on a paid one, on a product, for Acme."""
    import_accounts(db, OLD, NEW, SALES, BANK)
    old = {"ledger_account_id": "old"}
    with write(db):
        add_bill(db, "b1", old, old, {"ledger_account_id": "new"})
        add_bill(db, "sent", old)
        add_bill(db, "paid", old | {"editable": 0}, status="paid")
        add_record(db, "r1", object_id="sent", sync_status="done")
        remembered_choices.answer(db, "e1", "Acme", "old", yes=True, actor=MARIE, now=WHEN)
    add_product(db, "p1", "old")
    import_accounts(db, replace(OLD, status="Archived"), NEW, SALES, BANK, at=WHEN + timedelta(hours=1))
    deps = make_deps(db, settings)
    yield deps
    deps.monite.close()


def wanted(deps: Deps) -> dict[str, str | None]:
    """What was chosen and waits for Monite, by row."""
    rows = deps.db.query(
        "SELECT id, wanted_account_id FROM payable_lines WHERE wanted_account_id IS NOT NULL"
        " UNION ALL SELECT id, wanted_account_id FROM products WHERE wanted_account_id IS NOT NULL"
    )
    return {row["id"]: row["wanted_account_id"] for row in rows}


def test_the_review_says_what_changes_and_what_stays(deps: Deps) -> None:
    review = replacements.review(deps, "e1", EVERYWHERE)

    assert review.changing == {Kind.PRODUCTS: 1, Kind.BILLS: 2}
    assert (review.sent, review.locked) == (1, 1)
    assert {row.payable_id for row in review.staying} == {"sent", "paid"}
    assert [choice.supplier for choice in review.suppliers] == ["Acme"]


def test_everything_that_can_change_does_and_nothing_else(deps: Deps) -> None:
    replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")

    assert wanted(deps) == {"b1-line-0": "new", "b1-line-1": "new", "p1": "new"}
    assert [one.account_id for one in remembered_choices.all_yes(deps.db, "e1")] == ["new"]
    assert account_problems.count(deps, "e1", Kind.BILLS) == 0


def test_the_trail_tells_which_suppliers_followed_and_which_were_forgotten(deps: Deps) -> None:
    replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")
    assert accounts.forget(deps, "e1", "Acme")
    assert not accounts.forget(deps, "e1", "Acme")

    told = [(one.kind, one.was, one.became, one.note) for one in events.find(deps.db, "e1", limit=2)]
    followed = events.latest(deps.db, "e1", "choice_remembered")
    assert told[0] == ("choice_forgotten", "new", None, "Acme")
    assert followed is not None
    assert (followed.was, followed.became) == ("old", "new")


def test_the_same_form_sent_twice_is_done_once(deps: Deps) -> None:
    first = replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")
    again = replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")

    assert [batch.id for batch in again] == [batch.id for batch in first]
    assert deps.db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 3


def test_one_kind_alone_leaves_the_others_and_what_is_remembered(deps: Deps) -> None:
    scope = Scope("old", (Kind.BILLS,), more=False)

    replacements.apply(deps, "e1", scope, "new", form_key="f")

    assert set(wanted(deps)) == {"b1-line-0", "b1-line-1"}
    assert [one.account_id for one in remembered_choices.all_yes(deps.db, "e1")] == ["old"]


@pytest.mark.parametrize("account_id", ["old", "bank", "nobody", ""])
def test_what_cannot_be_chosen_changes_nothing(deps: Deps, account_id: str) -> None:
    with pytest.raises(InputError):
        replacements.apply(deps, "e1", EVERYWHERE, account_id, form_key="f")

    assert wanted(deps) == {}


def test_an_account_that_nobody_knows_has_no_review(deps: Deps) -> None:
    with pytest.raises(NotThereError):
        replacements.review(deps, "e1", Scope("nobody"))


def test_accounts_of_its_own_type_are_offered_first(deps: Deps) -> None:
    found = replacements.choices(deps, "e1", EVERYWHERE, "")

    assert [one.id for one in found.shown] == ["new", "sales"]


def test_what_changed_is_told_while_something_uses_the_account(deps: Deps) -> None:
    (told,) = accounts.changes(deps, "e1")
    assert told.needs_replacing
    assert (told.uses.lines, told.uses.products, told.uses.suppliers) == (3, 1, 1)

    with write(deps.db):
        deps.db.execute("DELETE FROM payable_lines")
        deps.db.execute("UPDATE products SET ledger_account_id = 'new'")
        remembered_choices.remove(deps.db, "e1", "Acme")

    assert accounts.changes(deps, "e1") == []


def test_what_is_being_replaced_needs_no_replacing(deps: Deps) -> None:
    replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")

    (told,) = accounts.changes(deps, "e1")

    assert told.lost
    assert not told.needs_replacing


def test_ok_settles_what_was_seen_and_not_what_came_later(deps: Deps) -> None:
    renamed = replace(NEW, name="Promotion")
    import_accounts(deps.db, renamed, SALES, OLD, at=WHEN + timedelta(hours=2))
    seen = next(one for one in accounts.changes(deps, "e1") if one.account.id == "new")
    import_accounts(deps.db, replace(NEW, name="Publicity"), SALES, OLD, at=WHEN + timedelta(hours=3))

    accounts.settle(deps, "e1", "new", seen.seen)

    (left,) = (one for one in accounts.changes(deps, "e1") if one.account.id == "new")
    assert [(one.was, one.became) for one in left.news] == [("Promotion", "Publicity")]


def test_a_choice_that_is_refused_is_a_problem_again(deps: Deps) -> None:
    replacements.apply(deps, "e1", EVERYWHERE, "new", form_key="f")
    with write(deps.db):
        account_saves.refuse(deps.db, Kind.BILLS, "b1-line-0", "new", "locked")

    assert account_problems.count(deps, "e1", Kind.BILLS) == 1
