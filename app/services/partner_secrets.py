"""Codat's secrets, as an administrator pastes them: looked at, kept encrypted, told in the audit trail."""

from __future__ import annotations

import base64
import binascii
import re

from app.domain.errors import InputError, NotThereError
from app.services import secrets
from app.services.deps import Deps
from app.services.secrets import CODAT_EVENTS, CODAT_RULES, PASTED
from app.store import events
from app.store import secrets as kept_secrets
from app.store.database import write

KEPT, FORGOTTEN = "webhook_secret_kept", "webhook_secret_forgotten"
PREFIX = "whsec_"
SHORTEST = 16
_HEADER = re.compile(r"^authorization\s*:\s*", re.IGNORECASE)


def paste(deps: Deps, name: str, text: str) -> None:
    """Keep a secret in place of the one before; raises InputError for what can't be one."""
    text = _checked(name, text.strip())
    before = secrets.known(deps, name)
    with write(deps.db) as db:
        secrets.keep(deps, name, text)
        events.add(
            db,
            "",
            deps.clock(),
            KEPT,
            deps.actor,
            object_type="secret",
            object_id=name,
            was=before.ending if before else None,
            became=secrets.ending_of(text),
        )


def forget(deps: Deps, name: str) -> None:
    """Keep it no longer; nothing happens when there is none."""
    _known(name)
    before = secrets.known(deps, name)
    if before is None:
        return
    with write(deps.db) as db:
        kept_secrets.forget(db, name)
        events.add(
            db,
            "",
            deps.clock(),
            FORGOTTEN,
            deps.actor,
            object_type="secret",
            object_id=name,
            was=before.ending,
        )


def _known(name: str) -> None:
    if name not in PASTED:
        raise NotThereError("There is no such secret.")


def _checked(name: str, text: str) -> str:
    _known(name)
    if not text:
        raise InputError(name, "Paste the secret first.")
    if not text.isascii() or not text.isprintable():
        raise InputError(name, "A secret has plain letters, digits and signs only. Copy it again.")
    if name == CODAT_EVENTS and not _is_signing_secret(text):
        raise InputError(
            name,
            f"A signing secret begins with {PREFIX} and is copied whole. Copy it again in Codat's portal.",
        )
    if name == CODAT_RULES:
        text = _HEADER.sub("", text)
        if len(text) < SHORTEST:
            raise InputError(
                name, f"The header must have at least {SHORTEST} characters, so that nobody guesses it."
            )
    return text


def _is_signing_secret(text: str) -> bool:
    try:
        return (
            text.startswith(PREFIX)
            and len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) >= SHORTEST
        )
    except binascii.Error:
        return False
