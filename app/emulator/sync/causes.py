"""What happens in the accounting system so that it refuses things, as faults that can be taken back.

Each is made for one entity, in the books that it now or last used; its options come back with what is
needed to undo it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.store import book_pages, books, clock, corrections, listings

Options = dict[str, Any]
Make = Callable[[Database, str | None, Options], Options]
Undo = Callable[[Database, Options], None]

LOCKS = {"period": "lock_date", "year_end": "year_end_lock_date"}


def _close_period(db: Database, entity_id: str | None, options: Options) -> Options:
    """Up to `date` (today), by the lock of the `period` or that of the `year_end` in `lock`."""
    organisation = _organisation(db, entity_id)
    column = LOCKS.get(options.get("lock", "period"))
    if column is None:
        raise BadRequestError("The lock is one of period, year_end.")
    until = str(options.get("date") or clock.now(db).date().isoformat())
    return {**_set(db, organisation, column, until), "date": until}


def _setting(column: str, value: str) -> Make:
    def make(db: Database, entity_id: str | None, _options: Options) -> Options:
        return _set(db, _organisation(db, entity_id), column, value)

    return make


def _set(db: Database, organisation: Options, column: str, value: str) -> Options:
    corrections.set_fact(db, organisation["id"], column, value)
    return {"organisation_id": organisation["id"], "column": column, "before": organisation[column]}


def _unset(db: Database, options: Options) -> None:
    corrections.set_fact(db, options["organisation_id"], options["column"], options["before"])


def _archive_account(db: Database, entity_id: str | None, options: Options) -> Options:
    """The account `account_id`, else the one that most lines are assigned to."""
    organisation = _organisation(db, entity_id)
    accounts = {row["id"]: row for row in corrections.find_accounts(db, organisation["id"])}
    asked: str | None = options.get("account_id") or listings.most_assigned_account(db, str(entity_id))
    in_use = (row["id"] for row in accounts.values() if row["status"] == "Active")
    account_id = asked if asked is not None else next(in_use, "")
    if account_id not in accounts:
        raise NotFoundError("Account not found")
    corrections.set_account_status(db, organisation["id"], account_id, "Archived")
    before = accounts[account_id]["status"]
    return {"organisation_id": organisation["id"], "account_id": account_id, "before": before}


def _restore_account(db: Database, options: Options) -> None:
    corrections.set_account_status(db, options["organisation_id"], options["account_id"], options["before"])


def _archive_contact(db: Database, entity_id: str | None, options: Options) -> Options:
    """The contact `contact_id`, else the one that most bills and invoices are linked to by now."""
    organisation = _organisation(db, entity_id)
    contacts = {row["id"]: row for row in corrections.find_contacts(db, organisation["id"])}
    used = corrections.most_used_contact(db, str(entity_id), organisation["id"])
    asked: str | None = options.get("contact_id") or used
    in_use = (row["id"] for row in contacts.values() if row["status"] == "Active")
    contact_id = asked if asked is not None else next(in_use, "")
    if contact_id not in contacts:
        raise NotFoundError("Contact not found")
    corrections.set_contact_status(db, organisation["id"], contact_id, "Archived")
    before = contacts[contact_id]["status"]
    return {"organisation_id": organisation["id"], "contact_id": contact_id, "before": before}


def _restore_contact(db: Database, options: Options) -> None:
    corrections.set_contact_status(db, options["organisation_id"], options["contact_id"], options["before"])


def _disable_currency(db: Database, entity_id: str | None, options: Options) -> Options:
    """The currency `currency`, else the first one beside the organisation's own."""
    organisation = _organisation(db, entity_id)
    base = organisation["base_currency"]
    enabled = [one for one in corrections.find_currencies(db, organisation["id"]) if one != base]
    currency = options.get("currency") or next(iter(enabled), None)
    if currency not in enabled:
        words = f"there are {', '.join(enabled)}" if enabled else f"there is only their own, {base}"
        raise BadRequestError(f"The books have no such currency to switch off; {words}.")
    corrections.disable_currency(db, organisation["id"], currency)
    return {"organisation_id": organisation["id"], "currency": currency}


def _enable_currency(db: Database, options: Options) -> None:
    corrections.enable_currency(db, options["organisation_id"], options["currency"])


def _enter_number(db: Database, entity_id: str | None, options: Options) -> Options:
    """A document entered by hand with `number`, else with that of the next one to be pushed.

    `document` is an invoice or, where the books want those unique too, a bill; without it, whichever
    is still to be pushed.
    """
    organisation = _organisation(db, entity_id)
    unique = ("invoice",) if organisation["platform"] == "xero" else ("invoice", "bill")
    kinds = [options["document"]] if options.get("document") else unique
    if kinds[0] not in unique:
        raise BadRequestError(
            f"Numbers are unique here of: {', '.join(unique)}. In Xero, those of bills may repeat."
        )
    number = options.get("number")
    unsent = {
        kind: corrections.find_unsent(db, str(entity_id), organisation["id"], kind, number) for kind in kinds
    }
    kind, found = next(((kind, row) for kind, row in unsent.items() if row), ("", None))
    if found is None:
        raise BadRequestError(f"No {' or '.join(kinds)} with such a number is still to be pushed.")
    document_id = str(uuid4())
    at = clock.stamp(clock.now(db))
    contact_id = found["contact_id"] or _anybody(db, organisation["id"])
    corrections.enter_document(
        db, organisation["id"], document_id, kind, {**found, "contact_id": contact_id}, at=at
    )
    return {"organisation_id": organisation["id"], "document_id": document_id, "number": found["number"]}


def _remove_document(db: Database, options: Options) -> None:
    corrections.remove_document(db, options["organisation_id"], options["document_id"])


def _anybody(db: Database, organisation_id: str) -> str:
    contact = next(iter(books.contacts(db, organisation_id)), None)
    if contact is None:
        raise BadRequestError("The books have no contact to enter a document for.")
    return str(contact["id"])


def _organisation(db: Database, entity_id: str | None) -> Options:
    found = book_pages.organisation_of(db, entity_id) if entity_id else None
    if found is None:
        raise BadRequestError("This fault needs the entity_id of an entity that has books.")
    return found


MADE: dict[str, Make] = {
    "period_closed": _close_period,
    "account_archived": _archive_account,
    "contact_archived": _archive_contact,
    "currency_disabled": _disable_currency,
    "duplicate_number": _enter_number,
    "subscription_lapsed": _setting("subscription", "ended"),
    "plan_too_small": _setting("plan", "smallest"),
    "rights_reduced": _setting("user_rights", "reading"),
}
UNDONE: dict[str, Undo] = {
    "period_closed": _unset,
    "account_archived": _restore_account,
    "contact_archived": _restore_contact,
    "currency_disabled": _enable_currency,
    "duplicate_number": _remove_document,
    "subscription_lapsed": _unset,
    "plan_too_small": _unset,
    "rights_reduced": _unset,
}
