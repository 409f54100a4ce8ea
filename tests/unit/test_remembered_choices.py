"""What people answered to "from now on?", and what the accounting service falls back on."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from app.domain.entity_defaults import EntityDefaults
from app.store import entity_defaults, remembered_choices
from app.store.database import write
from tests.factories import MARIE, NOW


def test_the_newest_answer_for_a_supplier_counts(db: Database) -> None:
    with write(db):
        remembered_choices.answer(db, "e1", "Acme", "a1", yes=True, actor=MARIE, now=NOW)
        remembered_choices.answer(db, "e1", "Acme", "a2", yes=True, actor=MARIE, now=NOW + timedelta(days=1))

    assert remembered_choices.find(db, "e1", ["Acme", "Other"])["Acme"].account_id == "a2"
    assert len(remembered_choices.all_yes(db, "e1")) == 1


def test_a_no_is_known_but_not_listed(db: Database) -> None:
    with write(db):
        remembered_choices.answer(db, "e1", "Acme", "a1", yes=False, actor=MARIE, now=NOW)

    assert not remembered_choices.find(db, "e1", ["Acme"])["Acme"].yes
    assert remembered_choices.all_yes(db, "e1") == []


def test_choices_of_one_business_are_not_anothers(db: Database) -> None:
    with write(db):
        remembered_choices.answer(db, "e1", "Acme", "a1", yes=True, actor=MARIE, now=NOW)

    assert remembered_choices.find(db, "e2", ["Acme"]) == {}
    assert not remembered_choices.remove(db, "e2", "Acme")
    assert remembered_choices.remove(db, "e1", "Acme")
    assert remembered_choices.find(db, "e1", ["Acme"]) == {}


def test_replacing_an_account_moves_only_those_who_have_it(db: Database) -> None:
    with write(db):
        for supplier, account in (("Acme", "a1"), ("Bean Bros", "a1"), ("Chair & Co", "a2")):
            remembered_choices.answer(db, "e1", supplier, account, yes=True, actor=MARIE, now=NOW)
        moved = remembered_choices.replace(db, "e1", "a1", "a3", actor=MARIE, now=NOW)

    assert moved == 2
    assert [one.account_id for one in remembered_choices.all_yes(db, "e1")] == ["a3", "a3", "a2"]


def test_defaults_say_whether_they_differ_from_before(db: Database) -> None:
    none, some = EntityDefaults(), EntityDefaults(products_account_id="a1")
    with write(db):
        assert entity_defaults.save(db, "e1", none, {}, NOW)
        assert not entity_defaults.save(db, "e1", none, {}, NOW)
        assert entity_defaults.save(db, "e1", some, {}, NOW)

    found = entity_defaults.find(db, "e1")
    assert found is not None
    assert found.products_account_id == "a1"
    assert entity_defaults.find(db, "e2") is None
