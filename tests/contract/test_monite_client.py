"""Our client against the emulator, over a real port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.connections import ConnectionStatus
from app.domain.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from app.domain.sync_rules import NOTHING, USUAL, SyncRules
from app.monite.client import Monite, Page, T
from app.services.deps import Deps
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Running]:
    with serve(tmp_path) as running:
        yield running


@pytest.fixture
def deps(emulator: Running, tmp_path: Path) -> Iterator[Deps]:
    with open_deps(emulator, tmp_path) as deps:
        yield deps


@pytest.fixture
def monite(deps: Deps) -> Monite:
    return deps.monite


@pytest.fixture
def untouched(emulator: Running) -> str:
    return emulator.entity_id("Fernlight")


@pytest.fixture
def failing(emulator: Running) -> str:
    return emulator.entity_id("Saguaro")


def all_of(pages: Iterator[Page[T]]) -> list[T]:
    return [found for page in pages for found, _ in page]


def test_every_entity_is_listed_with_its_name(emulator: Running, monite: Monite) -> None:
    told = {
        (entity["id"], entity["organization"]["legal_name"]) for entity in emulator.client().all("/entities")
    }

    assert {(entity.id, entity.name) for entity in all_of(monite.list_entities())} == told


def test_a_connection_from_its_creation_to_its_end(emulator: Running, monite: Monite, untouched: str) -> None:
    created = monite.create_connection(untouched, "xero")
    assert (created.status, created.platform) == (ConnectionStatus.PENDING_AUTH, "xero")
    assert created.connection_url

    emulator.control("POST", f"/connections/{created.id}/authorise", {})
    connected = monite.get_connection(untouched, created.id)
    assert connected.status is ConnectionStatus.CONNECTED
    assert connected.business is not None
    monite.sync(untouched, created.id)

    assert monite.disconnect(untouched, created.id).status is ConnectionStatus.DISCONNECTED
    assert monite.disconnect(untouched, created.id).status is ConnectionStatus.DISCONNECTED
    with pytest.raises(ConflictError):
        monite.sync(untouched, created.id)


def test_a_second_connection_is_a_conflict(monite: Monite, untouched: str) -> None:
    monite.create_connection(untouched, "xero")

    with pytest.raises(ConflictError):
        monite.create_connection(untouched, "xero")


def test_rules_are_put_in_place_and_read_back(monite: Monite, untouched: str) -> None:
    assert monite.get_sync_rules(untouched).same_as(USUAL)
    assert monite.patch_sync_rules(untouched, NOTHING).sends_nothing

    some = SyncRules(("paid",), ("issued", "overdue"))
    monite.patch_sync_rules(untouched, some)
    assert monite.get_sync_rules(untouched).same_as(some)


def test_long_lists_are_read_to_their_end_without_repeats(emulator: Running, monite: Monite) -> None:
    large = emulator.entity_id("Tamarack")

    found = [payable.id for payable in all_of(monite.payables(large))]

    assert (len(found), len(set(found))) == (2000, 2000)
    assert all_of(monite.ledger_accounts(large))


def test_bills_come_newest_first_and_by_status(monite: Monite, failing: str) -> None:
    found = all_of(monite.payables(failing, ["paid", "draft"]))

    assert {payable.status for payable in found} == {"paid", "draft"}
    assert found == sorted(found, key=lambda payable: payable.created_at, reverse=True)


def test_only_invoices_are_read_of_the_receivables(monite: Monite, failing: str) -> None:
    assert {invoice.type for invoice in all_of(monite.receivables(failing))} == {"invoice"}


def test_an_account_reaches_a_line_and_a_product(monite: Monite, failing: str) -> None:
    account = next(a for a in all_of(monite.ledger_accounts(failing)) if a.offered)
    payable = all_of(monite.payables(failing, ["waiting_to_be_paid"]))[0]
    line = all_of(monite.line_items(failing, payable.id))[0]
    product = all_of(monite.products(failing))[0]

    saved = monite.update_line_item(failing, payable.id, line.id, ledger_account_id=account.id)
    assert saved.ledger_account_id == account.id
    changed = monite.update_product(failing, product.id, ledger_account_id=account.id)
    assert changed.ledger_account_id == account.id


def test_a_paid_bill_cannot_be_changed(monite: Monite, failing: str) -> None:
    account = all_of(monite.ledger_accounts(failing))[0]
    payable = all_of(monite.payables(failing, ["paid"]))[0]
    line = all_of(monite.line_items(failing, payable.id))[0]

    with pytest.raises(ConflictError, match="current state"):
        monite.update_line_item(failing, payable.id, line.id, ledger_account_id=account.id)


def test_a_failed_record_is_found_and_pushed_again(monite: Monite, failing: str) -> None:
    records = all_of(monite.synced_records(failing, "bill"))
    failed = next(record for record in records if record.sync_status == "error")
    assert failed.error_text
    assert failed.object_id

    pushed = monite.push_record(failing, failed.id)
    assert pushed.updated_at > failed.updated_at
    assert monite.get_synced_record(failing, failed.id).id == failed.id
    again = all_of(monite.synced_records(failing, "bill", object_ids=[failed.object_id]))
    assert [record.id for record in again] == [failed.id]
    newer = all_of(monite.synced_records(failing, "bill", updated_since=pushed.updated_at))
    assert failed.id in [record.id for record in newer]
    assert len(newer) < len(records)


def test_what_is_not_there_and_what_is_not_ours_are_told_apart(monite: Monite, untouched: str) -> None:
    with pytest.raises(NotFoundError):
        monite.get_payable(untouched, UNKNOWN)
    with pytest.raises(ForbiddenError):
        monite.list_connections(UNKNOWN)


def test_a_revoked_token_is_replaced_without_anybody_noticing(
    emulator: Running, monite: Monite, untouched: str
) -> None:
    monite.list_connections(untouched)
    emulator.control("POST", "/faults", {"kind": "token_revoked", "count": 1})

    assert monite.list_connections(untouched) == []


@pytest.mark.parametrize("kind", ["api_down", "garbage", "no_answer", "server_error"])
def test_a_service_in_trouble_is_unavailable_and_heals(
    emulator: Running, monite: Monite, untouched: str, kind: str
) -> None:
    emulator.control("POST", "/faults", {"kind": kind})
    with monite.hurried(3), pytest.raises(UnavailableError):
        monite.list_connections(untouched)

    emulator.control("DELETE", "/faults", {"kind": kind})
    assert monite.list_connections(untouched) == []


def test_a_limit_says_when_to_come_back(emulator: Running, monite: Monite, untouched: str) -> None:
    emulator.control("POST", "/faults", {"kind": "rate_limited"})

    with pytest.raises(RateLimitedError) as caught:
        monite.create_connection(untouched, "xero")
    assert caught.value.retry_after >= 1


def test_wrong_credentials_are_named(emulator: Running, untouched: str) -> None:
    stranger = Monite(f"{emulator.url}/v1", UNKNOWN, "wrong", "2024-01-31")

    with pytest.raises(CredentialsError):
        stranger.list_connections(untouched)
    stranger.close()
