"""What stops a record is put right here, and the emulator's books then take it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.outbox import OutboxState
from app.domain.people import Actor, Role
from app.domain.record_lists import LogFilter, RecordLine
from app.domain.resources import ENTITIES, EVERYBODY
from app.domain.synced_records import RecordState
from app.services import line_taxes, product_edits, refresh, retries
from app.services.deps import Deps
from app.services.line_taxes import Choice
from app.services.product_edits import Edit
from app.store import payable_lines, payables, record_lists
from app.store.database import write
from tests.contract.gangways import open_deps
from tests.emulator_servers import Client, Running, serve

READ = ("connection", "sync_rules", "tax_rates", "products", "measure_units")
BILLS = "synced_records:bill"


@dataclass(frozen=True)
class Dentist:
    """Saguaro Ridge: one of its bills has a tax rate that QuickBooks lacks."""

    emulator: Running
    deps: Deps
    entity_id: str

    @property
    def monite(self) -> Client:
        return self.emulator.client(self.entity_id)

    def read(self, *resources: str) -> None:
        for resource in resources:
            refresh.read_now(self.deps, self.entity_id, resource, 20)

    def stopped(self) -> RecordLine:
        """The record, with the bill that it is about as a scan leaves it; other bills are not needed."""
        db, entity_id = self.deps.db, self.entity_id
        found = record_lists.every(db, entity_id, LogFilter(problem="TAX_NO_MATCH"), 10)[0]
        bill_id, now = found.object_id or "", self.deps.clock()
        lines = [row for page in self.deps.monite.line_items(entity_id, bill_id) for row in page]
        bill = self.deps.monite.get_payable(entity_id, bill_id)
        with write(db):
            payables.save(db, entity_id, [(bill, None)], now)
            payable_lines.replace(db, entity_id, bill_id, lines, now)
        return found

    def record(self, record_id: str) -> RecordLine:
        found = record_lists.get(self.deps.db, self.entity_id, record_id)
        assert found is not None
        return found


@pytest.fixture
def dentist(tmp_path: Path) -> Iterator[Dentist]:
    with serve(tmp_path / "emulator") as emulator, open_deps(emulator, tmp_path) as deps:
        entity_id = emulator.entity_id("Saguaro Ridge")
        bookkeeper = Actor("Dana Price", Role.BOOKKEEPER, entity_id)
        dentist = Dentist(emulator, deps.acting_as(bookkeeper), entity_id)
        refresh.read_now(deps, EVERYBODY, ENTITIES, 20)
        dentist.read(*READ, BILLS)
        yield dentist


def test_a_tax_rate_chosen_here_makes_the_retry_arrive(dentist: Dentist) -> None:
    record, deps = dentist.stopped(), dentist.deps
    bill_id = record.object_id or ""
    before = line_taxes.get(deps, dentist.entity_id, bill_id)
    rate = next(rate for rate in before.offer.fitting if rate.name == "NON" or not rate.rate)

    after = line_taxes.choose(
        deps,
        dentist.entity_id,
        bill_id,
        {line.line.id: Choice(rate.id, line.shown) for line in before.lacking},
    )
    retries.retry(deps, dentist.entity_id, record.id)
    dentist.read(BILLS)

    assert before.lacking
    assert after.lacking == []
    lines = dentist.monite.get(f"/payables/{bill_id}/line_items")["data"]
    assert rate.id in {line["accounting_tax_rate_id"] for line in lines}
    assert dentist.record(record.id).state is RecordState.SENT


def test_a_rate_that_monite_refuses_stays_chosen_and_changes_nothing(dentist: Dentist) -> None:
    bill_id = dentist.stopped().object_id or ""
    before = line_taxes.get(dentist.deps, dentist.entity_id, bill_id)
    line = before.lacking[0]
    dentist.emulator.control("POST", "/faults", {"kind": "conflict", "count": 1})

    after = line_taxes.choose(
        dentist.deps,
        dentist.entity_id,
        bill_id,
        {line.line.id: Choice(before.offer.fitting[0].id, line.shown)},
    )

    refused = after.refused[0]
    assert (refused.line.id, refused.asked and refused.asked.error_status) == (line.line.id, 409)
    assert refused.shown == before.offer.fitting[0].id
    assert refused.line.accounting_tax_rate_id is None


def test_a_price_and_a_unit_given_here_stand_at_monite(dentist: Dentist) -> None:
    product = dentist.monite.get("/products")["data"][0]
    unit = dentist.monite.send("POST", "/measure_units", json={"name": "visit"}).json()
    dentist.read("measure_units")

    found = product_edits.edit(
        dentist.deps,
        dentist.entity_id,
        product["id"],
        Edit(12_345, "USD", unit_id=unit["id"]),
    )

    now = dentist.monite.get(f"/products/{product['id']}")
    assert found.asked is not None
    assert found.asked.state is OutboxState.DONE
    assert (now["price"], now["measure_unit_id"]) == ({"value": 12_345, "currency": "USD"}, unit["id"])
    assert (found.product.price, found.unit and found.unit.name) == (12_345, "visit")


def test_a_new_unit_is_made_once_however_often_it_is_asked_for(dentist: Dentist) -> None:
    products = dentist.monite.get("/products")["data"][:2]

    for product in products:
        product_edits.edit(
            dentist.deps, dentist.entity_id, product["id"], Edit(500, "USD", new_unit="Half hour")
        )

    units = [unit for unit in dentist.monite.get("/measure_units")["data"] if unit["name"] == "Half hour"]
    now = [dentist.monite.get(f"/products/{product['id']}")["measure_unit_id"] for product in products]
    assert len(units) == 1
    assert now == [units[0]["id"]] * 2


def test_what_nobody_answers_stays_asked_for(dentist: Dentist) -> None:
    bill_id = dentist.stopped().object_id or ""
    before = line_taxes.get(dentist.deps, dentist.entity_id, bill_id)
    line = before.lacking[0]
    dentist.emulator.control("POST", "/faults", {"kind": "api_down"})

    after = line_taxes.choose(
        dentist.deps,
        dentist.entity_id,
        bill_id,
        {line.line.id: Choice(before.offer.fitting[0].id, line.shown)},
    )

    assert after.saving
    assert next(one for one in after.lines if one.line.id == line.line.id).saving
