"""Default accounts, where the version has them: read, changed one at a time, confirmed by Monite's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.domain.outbox import OutboxState
from app.domain.people import Actor, Role
from app.domain.resources import DEFAULTS, ENTITIES, EVERYBODY
from app.services import default_accounts, refresh, replacements
from app.services.deps import Deps
from app.services.replacements import Scope
from app.store import entity_defaults, events, ledger_accounts, tax_rates
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve

VERSION = "2024-05-25"


@dataclass(frozen=True)
class Books:
    """Kettwerk, connected, over the newest version of Monite."""

    emulator: Running
    deps: Deps
    entity_id: str

    def at_monite(self) -> Any:
        client = self.emulator.client(version=VERSION)
        return client.get(f"/entities/{self.entity_id}/settings")["accounting"]

    def income(self) -> str:
        found = ledger_accounts.find_offered(self.deps.db, self.entity_id)
        return next(one.id for one in found if one.type == "Income")

    def set_at_monite(self, accounting: dict[str, Any]) -> None:
        client = self.emulator.client(version=VERSION)
        path = f"/entities/{self.entity_id}/settings"
        assert client.send("PATCH", path, json={"accounting": accounting}).ok


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with (
        serve(tmp_path / "emulator") as emulator,
        open_deps(emulator, tmp_path, monite_api_version=VERSION) as deps,
    ):
        entity_id = emulator.entity_id("Kettwerk")
        refresh.read_now(deps, EVERYBODY, ENTITIES)
        for resource in ("connection", "ledger_accounts", "tax_rates", DEFAULTS):
            refresh.read_now(deps, entity_id, resource)
        yield Books(emulator, deps.acting_as(Actor("Dana Price", Role.OWNER, entity_id)), entity_id)


def test_a_default_is_saved_beside_the_others_and_confirmed(books: Books) -> None:
    rate = tax_rates.find(books.deps.db, books.entity_id)[0].id
    books.set_at_monite({"tax_ids": {"deductions": rate}})

    row = default_accounts.save(books.deps, books.entity_id, "products", books.income())

    assert row is not None
    assert row.state is OutboxState.DONE
    assert books.at_monite() == {
        "ledger_account_ids": {"payments": None, "products": books.income()},
        "tax_ids": {"deductions": rate},
    }
    kept = entity_defaults.find(books.deps.db, books.entity_id)
    assert kept is not None
    assert (kept.products_account_id, kept.deductions_tax_id) == (books.income(), rate)
    assert events.latest(books.deps.db, books.entity_id, "default_changed") is not None


def test_a_default_can_be_taken_away_again(books: Books) -> None:
    default_accounts.save(books.deps, books.entity_id, "products", books.income())

    default_accounts.save(books.deps, books.entity_id, "products", None)

    assert books.at_monite()["ledger_account_ids"]["products"] is None
    assert default_accounts.field(books.deps, books.entity_id, "products").label == ""


def test_a_bank_account_is_offered_for_payments_alone(books: Books) -> None:
    banks = {
        one.id for one in ledger_accounts.find_all(books.deps.db, books.entity_id) if one.is_bank_account
    }

    payments = default_accounts.choices(books.deps, books.entity_id, "payments").shown
    products = default_accounts.choices(books.deps, books.entity_id, "products").shown

    assert payments[0].id in banks
    assert not banks & {one.id for one in products}


def test_without_an_answer_the_wish_is_shown_as_not_confirmed(books: Books) -> None:
    books.emulator.control("POST", "/faults", {"kind": "api_down"})

    row = default_accounts.save(books.deps, books.entity_id, "products", books.income())

    field = default_accounts.field(books.deps, books.entity_id, "products")
    assert row is not None
    assert row.open
    assert field.value is None
    assert field.asked


def test_a_refusal_is_told_in_words_and_nothing_counts_as_saved(books: Books) -> None:
    books.emulator.control("POST", "/faults", {"kind": "unprocessable", "count": 1})

    default_accounts.save(books.deps, books.entity_id, "products", books.income())

    field = default_accounts.field(books.deps, books.entity_id, "products")
    assert (field.value, field.asked) == (None, None)
    assert field.refusal


def test_an_earlier_version_is_not_asked_for_defaults(tmp_path: Path) -> None:
    with serve(tmp_path / "emulator") as emulator, open_deps(emulator, tmp_path) as deps:
        entity_id = emulator.entity_id("Kettwerk")

        refresh.read_now(deps, entity_id, DEFAULTS)

        assert entity_defaults.find(deps.db, entity_id) is None
        assert not default_accounts.view(deps, entity_id).supported


def test_replacing_the_default_account_everywhere_changes_it_at_monite_too(books: Books) -> None:
    old = books.income()
    default_accounts.save(books.deps, books.entity_id, "products", old)
    new = next(
        one.id for one in ledger_accounts.find_offered(books.deps.db, books.entity_id) if one.id != old
    )

    review = replacements.review(books.deps, books.entity_id, Scope(old))
    replacements.apply(books.deps, books.entity_id, Scope(old), new, form_key="f", defaults=review.defaults)

    assert review.defaults == ["products"]
    assert books.at_monite()["ledger_account_ids"]["products"] == new
