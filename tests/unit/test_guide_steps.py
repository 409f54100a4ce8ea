"""The steps of Monite's guide, and what proves them."""

from __future__ import annotations

from app.domain.guide_steps import CODAT_STEPS, RAILZ_STEPS, GuideFacts, Step, StepState, keys_for, steps
from app.domain.partner_checks import Check, Line, Result, failed, passed
from tests.factories import NOW


def check(line: Line, result: Result) -> dict[Line, Check]:
    return {line: Check(line, result, NOW, "Robin", NOW)}


def step(key: str, facts: GuideFacts | None = None, checks: dict[Line, Check] | None = None) -> Step:
    return steps([key], facts or GuideFacts(), checks or {})[0]


def test_each_style_has_the_six_steps_of_its_guide() -> None:
    assert keys_for("codat") == CODAT_STEPS
    assert keys_for("railz") == RAILZ_STEPS
    assert len(CODAT_STEPS) == len(RAILZ_STEPS) == 6


def test_before_anything_happened_nothing_is_proved() -> None:
    found = steps((*CODAT_STEPS, *RAILZ_STEPS), GuideFacts(), {})

    assert {one.state for one in found} == {StepState.OPEN, StepState.UNSEEN}


def test_the_first_connection_proves_the_key_and_the_first_connected_one_the_apps() -> None:
    facts = GuideFacts(first_made_at=NOW, first_connected={"Xero": NOW})

    assert step("codat_key", facts).state is StepState.PROVED
    assert step("apps", facts).values == {"systems": "Xero"}
    assert step("authorised", facts).since == NOW


def test_what_codat_sends_to_monite_is_never_claimed_to_be_proved() -> None:
    facts = GuideFacts(connected=3, last_import_at=NOW, first_connected={"Xero": NOW})

    assert step("codat_rules", facts).state is StepState.UNSEEN


def test_a_check_proves_the_token_and_the_key() -> None:
    assert (
        step("token", checks=check(Line.CREDENTIALS, passed("token_received", minutes=30))).state == "proved"
    )
    assert step("key_stored", checks=check(Line.PROVIDER, failed("key_missing"))).state == "wrong"


def test_a_business_with_invoices_and_no_products_is_named() -> None:
    found = step("entities", GuideFacts(entities=2, without_products=1, example="Harbour Lane"))

    assert (found.state, found.values["example"]) == (StepState.WRONG, "Harbour Lane")
