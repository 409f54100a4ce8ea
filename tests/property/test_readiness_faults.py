"""Each fault alone, on both accounting systems and in every version: foretold, and then refused for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.readiness import Outcome
from tests.foretold_worlds import both_sides
from tests.property.test_readiness_foretold import LineSpec, Scene, Spec, World, check, foretell

GOOD_LINE = LineSpec(account="costs", tax="19", amounts="right", name="Paper", in_catalogue=False)
GOOD = Spec(
    kind="bill",
    status="waiting_to_be_paid",
    number="",
    day="2026-06-01",
    currency="EUR",
    party="Kohl AG",
    lines=(GOOD_LINE,),
    discount=False,
    deduction=False,
)
INVOICE = replace(GOOD, kind="receivable", status="issued")


def line(document: Spec, **changes: object) -> Spec:
    return replace(document, lines=(replace(GOOD_LINE, **changes),))  # type: ignore[arg-type]


FAULTS: dict[str, tuple[Spec, str]] = {
    "nothing": (GOOD, ""),
    "nothing, on an invoice": (INVOICE, ""),
    "no lines": (replace(GOOD, lines=()), "LINES_NONE"),
    "no lines, on an invoice": (replace(INVOICE, lines=()), "LINES_NONE"),
    "no account": (line(GOOD, account="none"), "ACC_LINE"),
    "no account, on a product": (line(INVOICE, account="none", in_catalogue=True), "ACC_PRODUCT"),
    "no account, on a line of its own": (line(INVOICE, account="none"), "ACC_PRODUCT"),
    "an archived account": (line(GOOD, account="archived"), "ACC_ARCHIVED"),
    "an account that was removed": (line(INVOICE, account="removed"), "ACC_ARCHIVED"),
    "an account of nobody": (line(GOOD, account="nobodys"), "ACC_GONE"),
    "a bank account": (line(GOOD, account="bank"), "ACC_GONE"),
    "no tax rate": (line(GOOD, tax="none"), "TAX_MISSING"),
    "a rate that is not there": (line(INVOICE, tax="17.5"), "TAX_NO_MATCH"),
    "a rate that was archived": (line(GOOD, tax="20 archived"), "TAX_NO_MATCH"),
    "an archived rate, chosen": (line(GOOD, tax="rate archived"), "TAX_NO_MATCH"),
    "a rate of nobody, chosen": (line(INVOICE, tax="rate nobodys"), "TAX_NO_MATCH"),
    "nobody to pay": (replace(GOOD, party=""), "CONTACT_NONE"),
    "nobody who pays": (replace(INVOICE, party=""), "CONTACT_NONE"),
    "a discount on the whole invoice": (replace(INVOICE, discount=True), "DISCOUNT_WHOLE"),
    "a deduction without a rate": (replace(INVOICE, deduction=True), "DEDUCTION_TAX"),
    "no text": (line(GOOD, name=""), "xero: DESCRIPTION"),
    "more tax than amount": (line(INVOICE, amounts="too much tax"), "xero: TAX_TOO_LARGE"),
    "a discount on a bill": (replace(GOOD, discount=True), "xero: BILL_DISCOUNT"),
    "a wrong amount": (line(GOOD, amounts="off"), "LINE_TOTAL"),
    "a wrong amount, of a product": (line(INVOICE, amounts="off", in_catalogue=True), "LINE_TOTAL"),
    "nothing to pay": (line(GOOD, amounts="nothing"), "quickbooks_online: AMOUNT_NONE"),
    "a long number": (replace(INVOICE, number="9" * 22), "quickbooks_online: TOO_LONG"),
}


@pytest.mark.parametrize("version", ["2023-09-01", "2024-01-31", "2024-05-25"])
@pytest.mark.parametrize("platform", ["xero", "quickbooks_online"])
def test_each_fault_is_foretold_and_then_refused_for_it(platform: str, version: str) -> None:
    scene = Scene(
        platform=platform,
        version=version,
        discounts=False,
        rules=None,
        default=None,
        deductions=None,
        rounds=(),
        later=(),
        closed_here=False,
        mended=False,
        access_lost=False,
    )
    with both_sides(platform=platform, version=version) as sides:
        world = World(scene, sides)
        world.set_up()
        for number, (spec, _code) in enumerate(FAULTS.values()):
            world.make(replace(spec, number=spec.number or f"N-{number}"))
        said = foretell(world)
        world.try_all()

        records = world.records()
        for object_id, (fault, (_spec, code)) in zip(world.ids, FAULTS.items(), strict=True):
            check(world, object_id, said[object_id], records[object_id])
            system, _, only = code.rpartition(": ")
            expected = only if system in ("", platform) else ""
            assert said[object_id].headline == expected, fault
            assert (records[object_id]["sync_status"] == "error") == bool(expected), fault
            assert (said[object_id].outcome is Outcome.CLEAR) == (not expected), fault


@pytest.mark.parametrize("platform", ["xero", "quickbooks_online"])
def test_a_number_that_was_sent_before_is_foretold_in_xero_and_warned_of_in_quickbooks(platform: str) -> None:
    scene = Scene(platform, "2024-01-31", False, None, None, None, (), (), False, False, False)
    with both_sides(platform=platform, version="2024-01-31") as sides:
        world = World(scene, sides)
        world.set_up()
        world.make(replace(INVOICE, number="I-1"))
        world.try_all()
        world.make(replace(INVOICE, number="I-1"))

        [_, second] = foretell(world).items()
        world.try_all()

        record = world.records()[second[0]]
        check(world, second[0], second[1], record)
        assert record["sync_status"] == "error"
        assert (second[1].codes or second[1].cautions) == ("NUMBER_USED",)
        assert (second[1].outcome is Outcome.REFUSED) == (platform == "xero")
