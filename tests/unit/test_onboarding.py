from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.connections import ConnectionStatus
from app.domain.onboarding import Facts, Step, StepState, finished, next_step, tasks

NEW = Facts(
    connection=None,
    confirmed=False,
    imported=False,
    import_problem=False,
    accounts=0,
    products_needing=3,
    products=4,
    lines_needing=6,
    lines=18,
    bills_to_read=0,
    rules_settled=False,
    sent=0,
    released=False,
    first_open=False,
    first_done=False,
)
CONNECTED = replace(NEW, connection=ConnectionStatus.CONNECTED, confirmed=True, imported=True, accounts=86)
DONE = replace(CONNECTED, products_needing=0, lines_needing=0, rules_settled=True, released=True)


def states(facts: Facts) -> list[str]:
    return [task.state.value for task in tasks(facts)]


def test_a_new_entity_can_connect_and_look_at_the_rules_only() -> None:
    shut = ["cannot_start", "cannot_start", "cannot_start"]
    assert states(NEW) == ["not_started", *shut, "not_started", "cannot_start"]
    assert next_step(tasks(NEW)) is Step.CONNECT


def test_an_unconfirmed_organisation_keeps_the_first_step_open() -> None:
    assert tasks(replace(CONNECTED, confirmed=False))[0].state is StepState.IN_PROGRESS


def test_accounts_can_be_assigned_while_the_import_still_runs() -> None:
    facts = replace(CONNECTED, imported=False)

    assert states(facts)[1:4] == ["in_progress", "in_progress", "in_progress"]
    assert next_step(tasks(facts)) is Step.PRODUCTS


def test_bill_lines_are_not_done_while_some_were_never_read() -> None:
    facts = replace(DONE, bills_to_read=12)

    assert tasks(facts)[3].state is StepState.IN_PROGRESS
    assert not finished(facts)


def test_a_list_that_failed_leaves_the_import_partly_done() -> None:
    assert tasks(replace(CONNECTED, import_problem=True))[1].state is StepState.PARTLY


def test_everything_done_is_finished_and_asks_for_nothing() -> None:
    assert finished(DONE)
    assert next_step(tasks(DONE)) is None


def test_a_new_product_does_not_undo_a_finished_set_up() -> None:
    assert finished(replace(DONE, products_needing=1, sent=40))


def test_withdrawn_access_is_a_problem_of_a_finished_set_up_too() -> None:
    facts = replace(DONE, sent=40, connection=ConnectionStatus.DEAUTHORIZED)

    assert tasks(facts)[0].state is StepState.PROBLEM
    assert finished(facts)


def test_one_can_be_sent_first_once_the_import_is_here() -> None:
    assert tasks(replace(CONNECTED, imported=False))[5].state is StepState.CANNOT_START
    assert tasks(CONNECTED)[5].state is StepState.NOT_STARTED


def test_one_that_was_sent_and_not_judged_keeps_the_set_up_open() -> None:
    facts = replace(DONE, released=False, first_open=True, sent=1)

    assert tasks(facts)[5].state is StepState.IN_PROGRESS
    assert not finished(facts)


@pytest.mark.parametrize(
    "facts",
    [replace(DONE, released=False, first_done=True), replace(DONE, released=True, first_open=True)],
    ids=["right or skipped", "everything goes"],
)
def test_sending_one_first_is_done_when_it_is_right_or_skipped_or_everything_goes(facts: Facts) -> None:
    assert tasks(facts)[5].state is StepState.COMPLETED
    assert finished(replace(facts, sent=1))
