from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.emulator.errors import BadRequestError, ConflictError, NotFoundError
from app.emulator.store import books, connections
from app.emulator.sync import connections as sync
from tests.emulator_factories import Practice


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice(instant=False)
    yield made
    made.close()


def create(practice: Practice) -> str:
    row = sync.create(practice.db, practice.entity_id, "xero", settings_provider="codat")
    return str(row["id"])


def test_a_new_connection_waits_for_access_with_last_pull_already_set(practice: Practice) -> None:
    row = sync.create(practice.db, practice.entity_id, "xero", settings_provider="codat")

    assert (row["status"], row["last_pull"]) == ("pending_auth", row["created_at"])
    assert connections.find_by_link(practice.db, row["provider_connection_id"]) == row


def test_nothing_can_be_connected_without_a_provider_key(practice: Practice) -> None:
    with pytest.raises(BadRequestError):
        sync.create(practice.db, practice.entity_id, "xero", settings_provider=None)


def test_an_entity_has_one_active_connection(practice: Practice) -> None:
    create(practice)

    with pytest.raises(ConflictError):
        create(practice)


def test_after_a_disconnect_a_new_connection_can_be_made(practice: Practice) -> None:
    sync.disconnect(practice.db, create(practice))

    create(practice)

    assert len(connections.find_all(practice.db, practice.entity_id)) == 2


def test_access_goes_to_the_own_organisation_unless_another_is_chosen(practice: Practice) -> None:
    row = sync.authorise(practice.db, create(practice))

    assert (row["status"], row["organisation_id"]) == ("connected", practice.organisation_id)
    assert row["first_pull_done"] == 0


def test_the_wrong_organisation_can_be_chosen(practice: Practice) -> None:
    row = sync.authorise(practice.db, create(practice), "xero", practice.wrong_id)

    assert connections.current_organisation(practice.db, practice.entity_id) == practice.wrong_id
    assert row["organisation_id"] == practice.wrong_id


def test_an_organisation_of_somebody_else_is_not_found(practice: Practice) -> None:
    with pytest.raises(NotFoundError):
        sync.authorise(practice.db, create(practice), None, "somebody-elses")


def test_a_connection_made_for_xero_is_not_authorised_at_quickbooks(practice: Practice) -> None:
    with pytest.raises(BadRequestError):
        sync.authorise(practice.db, create(practice), "quickbooks")


def test_access_that_exists_is_not_given_twice(practice: Practice) -> None:
    connection_id = create(practice)
    sync.authorise(practice.db, connection_id)

    with pytest.raises(ConflictError):
        sync.authorise(practice.db, connection_id)


def test_cancel_changes_nothing_and_the_link_still_works(practice: Practice) -> None:
    connection_id = create(practice)

    assert sync.deny(practice.db, connection_id)["status"] == "pending_auth"
    assert sync.authorise(practice.db, connection_id)["status"] == "connected"


def test_access_withdrawn_says_why_and_can_be_given_again(practice: Practice) -> None:
    connection_id = create(practice)
    sync.authorise(practice.db, connection_id)

    row = sync.revoke(practice.db, connection_id)

    assert row["status"] == "deauthorized"
    assert json.loads(row["errors"]) == [{"message": sync.ACCESS_WITHDRAWN}]
    assert sync.authorise(practice.db, connection_id)["errors"] is None


def test_disconnecting_twice_is_the_same_as_once(practice: Practice) -> None:
    connection_id = create(practice)
    first = sync.disconnect(practice.db, connection_id)

    assert sync.disconnect(practice.db, connection_id) == first


def test_a_disconnected_connection_is_final(practice: Practice) -> None:
    connection_id = create(practice)
    sync.disconnect(practice.db, connection_id)

    for call in (sync.authorise, sync.deny, sync.revoke, sync.request_sync):
        with pytest.raises(ConflictError):
            call(practice.db, connection_id)


def test_only_a_connected_connection_can_be_synced(practice: Practice) -> None:
    with pytest.raises(ConflictError):
        sync.request_sync(practice.db, create(practice))


def test_what_does_not_exist_is_not_found(practice: Practice) -> None:
    with pytest.raises(NotFoundError):
        sync.disconnect(practice.db, "nothing")


def test_every_quickbooks_name_means_one_accounting_system() -> None:
    names = ("quickbooks", "quickbooks_online", "quickbooks_online_sandbox")

    assert {books.books_platform(name) for name in names} == {"quickbooks_online"}
