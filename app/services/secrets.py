"""Secrets of the partner: encrypted before they are stored, told to nobody but the code that needs them."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.config import Settings
from app.domain.errors import InputError
from app.services.deps import Deps
from app.store import secrets
from app.store.database import write
from app.store.secrets import KeptSecret

SHOWN = 4
"""How many of its last characters a person may see; of a short secret none."""
MONITE_WEBHOOKS, CODAT_EVENTS, CODAT_RULES = "monite_webhooks", "codat_events", "codat_rules"
"""What signs Monite's webhooks and Codat's events, and the header that Codat's older rules carry."""
PASTED = (CODAT_EVENTS, CODAT_RULES)
"""Those that a person brings from Codat's portal; Monite's comes with the subscription."""
HIDDEN = "••••••••"


def seal(settings: Settings, text: str) -> str:
    """The text as only this installation can read it."""
    return _fernet(settings).encrypt(text.encode()).decode()


def unseal(settings: Settings, sealed: str) -> str:
    """The text that was sealed; raises InputError when none of the keys fits."""
    try:
        return _fernet(settings).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise InputError(
            "encryption", "It was encrypted with a key that GANGWAY_ENCRYPTION_KEYS no longer has."
        ) from error


def ending_of(text: str) -> str:
    """The last characters of a secret that a person may be shown; of a short one none."""
    return text[-SHOWN:] if len(text) >= 4 * SHOWN else ""


def masked(text: str) -> str:
    """A secret as a page shows it."""
    return HIDDEN + ending_of(text)


def keep(deps: Deps, name: str, text: str) -> None:
    """Store a secret in place of the one of that name."""
    sealed = seal(deps.settings, text)
    with write(deps.db) as db:
        secrets.keep(db, KeptSecret(name, sealed, ending_of(text), deps.clock(), deps.actor.name))


def reveal(deps: Deps, name: str) -> str | None:
    """The secret itself, for code alone; None while there is none."""
    kept = secrets.find(deps.db, name)
    return unseal(deps.settings, kept.sealed) if kept else None


def known(deps: Deps, name: str) -> KeptSecret | None:
    """What may be said about a secret: since when, by whom, and how it ends."""
    return secrets.find(deps.db, name)


def _fernet(settings: Settings) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.encryption_keys])
