"""The partner's people who sign in, and what makes a password good enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import InputError
from app.domain.people import PARTNER_ROLES, Actor, Role

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "012345678901",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertzuiop12",
        "1q2w3e4r5t6y",
        "qwerty123456",
        "password1234",
        "password12345",
        "passwordpassword",
        "passw0rd1234",
        "letmeinletmein",
        "iloveyou1234",
        "administrator",
        "administrator1",
        "welcome12345",
        "welcomewelcome",
        "changemechangeme",
        "changeme1234",
        "correcthorsebatterystaple",
        "abcdefghijkl",
        "abcdefghijklm",
        "asdfghjkl123",
        "zaq12wsxcde3",
        "trustno1trustno1",
        "gangway12345",
        "gangwaygangway",
    }
)
"""Some that everybody tries first, and that are long enough otherwise."""


@dataclass(frozen=True, slots=True)
class User:
    """One of the partner's people; how their password hashes is told to nobody but the sign-in."""

    id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None = None
    last_sign_in: datetime | None = None

    @property
    def enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.role)


def clean_email(typed: str) -> str:
    """The address without spaces around it; raises InputError when it can't be one."""
    email = typed.strip()
    if len(email) > 200 or not re.fullmatch(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+", email):
        raise InputError("email", "Enter an e-mail address, as in alex@example.com.")
    return email


def clean_name(typed: str) -> str:
    """The name with single spaces; raises InputError when it is empty, too long, or holds other signs."""
    name = " ".join(typed.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise InputError("name", "Enter a name of 1 to 80 characters.")
    return name


def partner_role(typed: str) -> Role:
    """The role; raises InputError when it is none of the partner's."""
    if typed not in PARTNER_ROLES:
        raise InputError("role", "Choose support or administrator.")
    return Role(typed)


def check_password(password: str, *, name: str, email: str) -> None:
    """Raises InputError, in words, when it is too short, too long, or too easy to guess."""
    plain = "".join(password.casefold().split())
    own = {"".join(word.casefold().split()) for word in (name, email, email.partition("@")[0])}
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError("password", "A password has 12 to 200 characters. Several words are easy to keep.")
    if plain in own or plain in {word * 2 for word in own}:
        raise InputError("password", "The password is the name or the e-mail address. Choose another one.")
    if plain in _COMMON or len(set(plain)) < 5:
        raise InputError("password", "That password is among the first that are tried. Choose another one.")
