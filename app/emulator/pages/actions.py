"""The buttons of the presenter's page; each returns one sentence about what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlite_utils import Database

from app.emulator import samples
from app.emulator.config import EmulatorSettings
from app.emulator.deps import deliverer
from app.emulator.errors import BadRequestError
from app.emulator.rules.faults import KINDS
from app.emulator.store import book_pages, clock, connections, corrections, sides
from app.emulator.store.database import write
from app.emulator.sync import connections as access
from app.emulator.sync import engine, mishaps

Form = Mapping[str, str]
Row = dict[str, Any]
Action = Callable[[Database, EmulatorSettings, Form], str]

STEPS = {"3600": "one hour", "86400": "one day"}


def knows(db: Database, entity_id: str) -> bool:
    """Whether there is an entity with this id."""
    return any(row["id"] == entity_id for row in sides.find_entities(db))


def _clock(db: Database, settings: EmulatorSettings, form: Form) -> str:
    seconds = form.get("seconds", "")
    if seconds not in STEPS:
        raise BadRequestError("the clock moves by an hour or by a day")
    with write(db):
        clock.advance(db, float(seconds))
    done = engine.run_due(db, settings)
    deliverer().run_due(db)
    return f"The clock moved forward by {STEPS[seconds]}; {done} due jobs were run."


def _reset(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    scenario = form.get("scenario", "smooth")
    try:
        samples.load(db, scenario)
    except ValueError as exc:
        raise BadRequestError(str(exc)) from exc
    return f"Started over with the scenario “{scenario}”."


def _revoke(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    access.revoke(db, _active(db, form)["id"])
    return "The access was taken away on the accounting side."


def _sync(db: Database, settings: EmulatorSettings, form: Form) -> str:
    access.request_sync(db, _active(db, form)["id"])
    if settings.instant:
        engine.run_due(db, settings)
    return "A sync was asked for."


def _break(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    kind, count = form.get("kind", ""), form.get("count", "")
    if kind not in KINDS:
        raise BadRequestError("there is no such fault")
    if count and not (count.isdigit() and int(count)):
        raise BadRequestError("the count is a whole number")
    mishaps.arm(
        db,
        kind,
        entity_id=None if form.get("scope") == "all" else _entity(db, form),
        count=int(count) if count else None,
        options={name: form[name] for name in ("resource", "error") if form.get(name)} or None,
    )
    return f"Broken on purpose: {KINDS[kind]}"


def _mend(db: Database, _settings: EmulatorSettings, _form: Form) -> str:
    mishaps.disarm(db)
    return "Nothing is broken on purpose any more."


def _period(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    closing = form.get("do") == "close"
    with write(db):
        today = clock.now(db).date().isoformat()
        corrections.set_lock_date(db, _organisation(db, form)["id"], today if closing else None)
    return f"The period is closed up to {today}." if closing else "The period is open again."


def _account(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    status = "Archived" if form.get("do") == "archive" else "Active"
    with write(db):
        organisation = _organisation(db, form)
        account = _one(corrections.find_accounts(db, organisation["id"]), form.get("id"), "account")
        corrections.set_account_status(db, organisation["id"], account["id"], status)
    return f"The account {account['name']} is {status.lower()} in the books."


def _contact(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    status = "Archived" if form.get("do") == "archive" else "Active"
    with write(db):
        organisation = _organisation(db, form)
        contact = _one(corrections.find_contacts(db, organisation["id"]), form.get("id"), "contact")
        corrections.set_contact_status(db, organisation["id"], contact["id"], status)
    return f"The contact {contact['name']} is {status.lower()} in the books."


def _twin(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    with write(db):
        organisation = _organisation(db, form)
        twin = _one(corrections.find_twins(db, organisation["id"]), form.get("id"), "contact")
        name = f"{twin['name']} (2)"
        corrections.rename_contact(db, organisation["id"], twin["id"], name)
    return f"The second contact is now called {name}."


def _currency(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    currency = form.get("currency", "").strip().upper()
    if len(currency) != 3 or not currency.isalpha():
        raise BadRequestError("a currency has three letters, such as USD")
    with write(db):
        corrections.enable_currency(db, _organisation(db, form)["id"], currency)
    return f"The books now take {currency}."


def _tax_rate(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    try:
        rate = round(float(form.get("percent", "")) * 100)
    except ValueError:
        raise BadRequestError("a rate is a number, such as 25") from None
    if not 0 <= rate <= 10_000:
        raise BadRequestError("a rate is between 0 and 100")
    purchases, sales = form.get("direction") != "sales", form.get("direction") != "purchases"
    name = form.get("name", "").strip() or f"{rate / 100:g}%"
    with write(db):
        corrections.add_tax_rate(
            db, _organisation(db, form)["id"], name=name, rate=rate, on_purchases=purchases, on_sales=sales
        )
    return f"The books now have the tax rate “{name}”."


def _subscription(db: Database, _settings: EmulatorSettings, form: Form) -> str:
    ending = form.get("do") == "end"
    with write(db):
        corrections.set_subscription(db, _organisation(db, form)["id"], "ended" if ending else "active")
    return "The subscription has ended." if ending else "The subscription was renewed."


def _entity(db: Database, form: Form) -> str:
    entity_id = form.get("entity", "")
    if not knows(db, entity_id):
        raise BadRequestError("there is no such business")
    return entity_id


def _organisation(db: Database, form: Form) -> Row:
    found = book_pages.organisation_of(db, _entity(db, form))
    if found is None:
        raise BadRequestError("this business has no books")
    return found


def _active(db: Database, form: Form) -> Row:
    found = connections.find_active(db, _entity(db, form))
    if found is None:
        raise BadRequestError("this business is not connected")
    return found


def _one(rows: list[Row], wanted: str | None, word: str) -> Row:
    found = next((row for row in rows if row["id"] == wanted), None)
    if found is None:
        raise BadRequestError(f"there is no such {word}")
    return found


ACTIONS: dict[str, Action] = {
    "clock": _clock,
    "reset": _reset,
    "revoke": _revoke,
    "sync": _sync,
    "break": _break,
    "mend": _mend,
    "period": _period,
    "account": _account,
    "contact": _contact,
    "twin": _twin,
    "currency": _currency,
    "tax-rate": _tax_rate,
    "subscription": _subscription,
}
