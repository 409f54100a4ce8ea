"""Why an accounting system refuses a record: every reason, in the words that it really uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app.emulator.rules import quickbooks, xero
from app.emulator.rules.documents import Account, Entry, Organisation


class Platform(Protocol):
    """What each accounting system decides for itself; a module each."""

    def access(self, organisation: Organisation) -> list[str]: ...

    def closed(self, day: str, organisation: Organisation) -> list[str]: ...

    def document(self, entry: Entry) -> Iterable[str]: ...

    def contact(
        self, organisation: Organisation, name: str, email: str | None, /, *, taken: bool
    ) -> list[str]: ...

    def payment(self, account: Account | None, account_id: str, *, exceeds: bool) -> list[str]: ...

    def nobody(self, kind: str, /) -> str: ...

    def locked(self, kind: str, /) -> str: ...

    def gone(self) -> str: ...


def platform(organisation: Organisation) -> Platform:
    """The accounting system of the organisation."""
    return quickbooks if organisation.is_quickbooks else xero


def document(entry: Entry) -> list[str]:
    """Why the books refuse the document, each reason once; empty when they take it."""
    organisation = entry.organisation
    rules = platform(organisation)
    found = [
        *rules.access(organisation),
        *rules.closed(entry.document.date, organisation),
        *rules.document(entry),
    ]
    return list(dict.fromkeys(found))


def void(organisation: Organisation, kind: str, day: str, *, paid: bool) -> list[str]:
    """Why the books refuse to make a document void."""
    rules = platform(organisation)
    locked = [rules.locked(kind)] if paid else []
    return [*rules.access(organisation), *locked, *rules.closed(day, organisation)]


def payment(
    organisation: Organisation, day: str, account: Account | None, account_id: str, *, exceeds: bool
) -> list[str]:
    """Why the books refuse a payment of one of their documents."""
    rules = platform(organisation)
    return [
        *rules.access(organisation),
        *rules.closed(day, organisation),
        *rules.payment(account, account_id, exceeds=exceeds),
    ]
