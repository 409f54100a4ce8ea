"""Telling people by e-mail that an import has ended, once each; only where the partner has a mail server."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

from app.domain.connections import system_name
from app.domain.errors import InputError
from app.domain.imports import Phase
from app.domain.people import SYSTEM
from app.mails import MailError, send, server_of
from app.services import frames, imports
from app.services.deps import Deps
from app.store import connections, events, import_mails, revisions
from app.store.database import write
from app.store.import_mails import ImportMail

ASKED, DROPPED = "import_mail_asked", "import_mail_dropped"
SENT, FAILED = "import_mail_sent", "import_mail_failed"
MOST_WAITING, MOST_TRIES = 5, 4
PAUSE = timedelta(minutes=5)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
log = logging.getLogger(__name__)


def ask(deps: Deps, entity_id: str, address: str) -> None:
    """Tell this address when the import that runs now has ended; raises InputError for one that cannot be."""
    address = address.strip()
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise InputError("address", "Enter an e-mail address, as in name@example.com.")
    connection = connections.current(deps.db, entity_id)
    if connection is None or not deps.settings.mail_url:
        raise InputError("address", "No import is running.")
    with write(deps.db) as db:
        if len(import_mails.waiting(db, connection.id)) >= MOST_WAITING:
            raise InputError("address", "Enough people are told already.")
        if import_mails.add(db, entity_id, connection.id, address, by=deps.actor.name, now=deps.clock()):
            events.add(db, entity_id, deps.clock(), ASKED, deps.actor, note=address)
            revisions.bump(db, entity_id)


def drop(deps: Deps, entity_id: str) -> None:
    """Don't tell this person after all."""
    connection = connections.current(deps.db, entity_id)
    if connection is None:
        return
    with write(deps.db) as db:
        for address in import_mails.drop(db, connection.id, deps.actor.name):
            events.add(db, entity_id, deps.clock(), DROPPED, deps.actor, note=address)
        revisions.bump(db, entity_id)


def wanted(deps: Deps, entity_id: str) -> list[str]:
    """The addresses that this person wants to be told at."""
    connection = connections.current(deps.db, entity_id)
    found = import_mails.waiting(deps.db, connection.id) if connection else []
    return [mail.address for mail in found if mail.asked_by == deps.actor.name]


def send_due(deps: Deps) -> int:
    """Send what is due, each once: one that was being sent when the worker ended is not sent again."""
    if not deps.settings.mail_url or not import_mails.is_due(deps.db, deps.clock()):
        return 0
    with write(deps.db) as db:
        mail = import_mails.claim(db, deps.clock())
    if mail is None:
        return 0
    try:
        send(server_of(deps.settings.mail_url), mail.address, *_words(deps, mail))
    except MailError as error:
        log.warning("an e-mail about an import was not sent: %s", error)
        _failed(deps, mail, error)
    else:
        _end(deps, mail, "sent", SENT)
    return 1


def _failed(deps: Deps, mail: ImportMail, error: MailError) -> None:
    if error.may_try_again and mail.tries < MOST_TRIES:
        with write(deps.db) as db:
            import_mails.put_back(db, mail.id, deps.clock(), PAUSE * mail.tries)
        return
    _end(deps, mail, "failed", FAILED)


def _end(deps: Deps, mail: ImportMail, state: str, kind: str) -> None:
    with write(deps.db) as db:
        import_mails.end(db, mail.id, state)
        events.add(db, mail.entity_id, deps.clock(), kind, SYSTEM, note=mail.address)
        revisions.bump(db, mail.entity_id)


def _words(deps: Deps, mail: ImportMail) -> tuple[str, str]:
    """The subject and the text."""
    frame, found = frames.get(deps, mail.entity_id), imports.get(deps, mail.entity_id)
    name = frame.name if frame else mail.entity_id
    system = system_name(found.connection.platform if found.connection else None)
    link = f"{deps.settings.public_url}/e/{mail.entity_id}/import"
    asked = f"{mail.asked_by} asked to be told. You get this once.\n"
    if found.phase is not Phase.DONE:
        text = f"The import from {system} for {name} stopped before its end.\n\nWhat to do: {link}\n\n{asked}"
        return f"The import for {name} stopped", text
    counts = {row.resource: row.count for row in found.rows}
    text = (
        f"The import from {system} for {name} has finished.\n\n"
        f"{counts['ledger_accounts']} ledger accounts, {counts['tax_rates']} tax rates, "
        f"{counts['counterparts']} customers and suppliers, {counts['products']} products.\n"
        f"Names that were not matched: {found.names_total}.\n\nGo on here: {link}\n\n{asked}"
    )
    return f"The import for {name} has finished", text
