"""What happens in the accounting system so that it refuses things, as faults that can be taken back.

Each is made for one entity, in the books that it now or last used; its options come back with what is
needed to undo it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.store import book_pages, books, clock, corrections, listings

Row = dict[str, Any]
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


@dataclass(frozen=True, slots=True)
class _Things:
    """What a chart or an address book holds, and how one of it is put away and brought back."""

    name: str
    find: Callable[[Database, str], list[Row]]
    most_used: Callable[[Database, str, str], str | None]
    set_status: Callable[[Database, str, str, str], None]

    def chosen(self, db: Database, entity_id: str | None, options: Options) -> tuple[str, Row]:
        """The one that the options name, else the one that is used most, else any that is in use."""
        organisation_id = _organisation(db, entity_id)["id"]
        rows = {row["id"]: row for row in self.find(db, organisation_id)}
        asked = options.get(f"{self.name}_id") or self.most_used(db, str(entity_id), organisation_id)
        found = asked or next((one for one, row in rows.items() if row["status"] == "Active"), "")
        if found not in rows:
            raise NotFoundError(f"{self.name.capitalize()} not found")
        return organisation_id, rows[found]

    def archive(self, db: Database, entity_id: str | None, options: Options) -> Options:
        """Put one of them away."""
        organisation_id, row = self.chosen(db, entity_id, options)
        self.set_status(db, organisation_id, row["id"], "Archived")
        return {"organisation_id": organisation_id, f"{self.name}_id": row["id"], "before": row["status"]}

    def restore(self, db: Database, options: Options) -> None:
        """As it was before."""
        self.set_status(db, options["organisation_id"], options[f"{self.name}_id"], options["before"])


_ACCOUNTS = _Things(
    "account",
    corrections.find_accounts,
    lambda db, entity_id, _: listings.most_assigned_account(db, entity_id),
    corrections.set_account_status,
)
_CONTACTS = _Things(
    "contact", corrections.find_contacts, corrections.most_used_contact, corrections.set_contact_status
)


def _rename_account(db: Database, entity_id: str | None, options: Options) -> Options:
    """To `name`, else to one that tells it from before."""
    organisation_id, row = _ACCOUNTS.chosen(db, entity_id, options)
    name = str(options.get("name") or f"{row['name']} (renamed)")
    corrections.rename_account(db, organisation_id, row["id"], name)
    return {"organisation_id": organisation_id, "account_id": row["id"], "name": name, "before": row["name"]}


def _name_again(db: Database, options: Options) -> None:
    corrections.rename_account(db, options["organisation_id"], options["account_id"], options["before"])


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
    "account_archived": _ACCOUNTS.archive,
    "account_renamed": _rename_account,
    "contact_archived": _CONTACTS.archive,
    "currency_disabled": _disable_currency,
    "duplicate_number": _enter_number,
    "subscription_lapsed": _setting("subscription", "ended"),
    "plan_too_small": _setting("plan", "smallest"),
    "rights_reduced": _setting("user_rights", "reading"),
}
UNDONE: dict[str, Undo] = {
    "period_closed": _unset,
    "account_archived": _ACCOUNTS.restore,
    "account_renamed": _name_again,
    "contact_archived": _CONTACTS.restore,
    "currency_disabled": _enable_currency,
    "duplicate_number": _remove_document,
    "subscription_lapsed": _unset,
    "plan_too_small": _unset,
    "rights_reduced": _unset,
}
