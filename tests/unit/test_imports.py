"""What an import's rows say: as read, and as the provider told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.connections import Connection, ConnectionStatus
from app.domain.import_types import ImportType
from app.domain.imports import Phase, RowState, UnmatchedName, count_of, phase_of, row_state, unmatched
from app.domain.resources import ResourceState

NOW = datetime(2025, 5, 9, 9, 42, tzinfo=UTC)
NEW = Connection("c1", ConnectionStatus.CONNECTED, "xero", None, NOW, NOW, NOW)
BEGUN = replace(NEW, first_connected_at=NOW, first_stamp=NOW)
IMPORTED = replace(BEGUN, last_pull=NOW + timedelta(minutes=7))
READ = ResourceState("products", "ok", NOW)
ASKED = replace(READ, requested_at=NOW + timedelta(seconds=1))
TOLD_DONE = ImportType("products", "done", NOW)
TOLD_FAILED = ImportType("products", "failed", NOW, "Xero refused")


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        (None, Phase.NONE),
        (replace(NEW, status=ConnectionStatus.PENDING_AUTH), Phase.NONE),
        (BEGUN, Phase.RUNNING),
        (replace(BEGUN, status=ConnectionStatus.DEAUTHORIZED), Phase.STOPPED),
        (replace(BEGUN, status=ConnectionStatus.DISCONNECTED), Phase.STOPPED),
        (IMPORTED, Phase.DONE),
        (replace(IMPORTED, status=ConnectionStatus.DISCONNECTED), Phase.DONE),
    ],
)
def test_the_phase_follows_from_the_connection_alone(connection: Connection | None, expected: Phase) -> None:
    assert phase_of(connection) is expected


@pytest.mark.parametrize(
    ("phase", "count", "read", "told", "expected"),
    [
        (Phase.RUNNING, 0, None, None, RowState.NONE),
        (Phase.RUNNING, 3, READ, None, RowState.RUNNING),
        (Phase.RUNNING, 3, READ, TOLD_DONE, RowState.DONE),
        (Phase.RUNNING, 0, None, TOLD_DONE, RowState.RUNNING),
        (Phase.RUNNING, 3, ASKED, TOLD_DONE, RowState.RUNNING),
        (Phase.RUNNING, 0, READ, TOLD_FAILED, RowState.FAILED),
        (Phase.DONE, 3, READ, None, RowState.DONE),
        (Phase.DONE, 3, None, None, RowState.RUNNING),
        (Phase.DONE, 3, READ, TOLD_FAILED, RowState.FAILED),
        (Phase.DONE, 3, replace(READ, state="error", error="403"), TOLD_DONE, RowState.UNREAD),
        (Phase.STOPPED, 3, READ, None, RowState.STOPPED),
        (Phase.STOPPED, 3, READ, TOLD_DONE, RowState.DONE),
        (Phase.NONE, 0, READ, None, RowState.NONE),
    ],
)
def test_a_row_is_over_when_all_is_here_or_the_provider_said_so(
    phase: Phase, count: int, read: ResourceState | None, told: ImportType | None, expected: RowState
) -> None:
    assert row_state(phase, count, read, told) is expected


def test_names_without_a_match_leave_a_row_partly_done() -> None:
    assert row_state(Phase.DONE, 39, READ, None, unmatched=2) is RowState.PARTLY
    assert row_state(Phase.RUNNING, 39, READ, None, unmatched=2) is RowState.RUNNING


@pytest.mark.parametrize(("minutes", "expected"), [(59, RowState.FAILED), (61, RowState.DONE)])
def test_an_old_failure_is_no_news_of_a_later_import(minutes: int, expected: RowState) -> None:
    later = NOW + timedelta(minutes=minutes)

    assert row_state(Phase.DONE, 3, READ, TOLD_FAILED, imported_at=later) is expected


def test_a_name_is_listed_once_with_the_record_that_stopped_over_it() -> None:
    record = UnmatchedName("vendor", "Acme Dairy", "NAME_TWICE", "r1")
    again = UnmatchedName("vendor", " acme dairy", "NAME_TWICE")
    oat = UnmatchedName("product", "Oat", "NAME_TWICE")

    found = unmatched([record], [again, oat])

    assert found == [oat, record]
    assert (count_of(found, "products"), count_of(found, "counterparts")) == (1, 1)
    assert count_of(found, "tax_rates") == 0
