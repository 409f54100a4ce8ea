"""Passwords as argon2 hashes; checking one takes the same time whether there is such a user or not."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.config import Settings


def hashed(settings: Settings, password: str) -> str:
    """What is kept of a password."""
    return _hasher(settings.hashing).hash(_plain(password))


def fits(settings: Settings, known: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash; nobody's hash is as much work, and never fits."""
    hasher = _hasher(settings.hashing)
    try:
        hasher.verify(known or _nobodys(settings.hashing), _plain(password))
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def is_outdated(settings: Settings, known: str) -> bool:
    """Whether a hash was made with other parameters than are used now."""
    return _hasher(settings.hashing).check_needs_rehash(known)


@lru_cache(4)
def _hasher(hashing: tuple[int, int]) -> PasswordHasher:
    rounds, memory = hashing
    return PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=1)


@lru_cache(4)
def _nobodys(hashing: tuple[int, int]) -> str:
    return _hasher(hashing).hash("nobody has this password")


def _plain(password: str) -> str:
    """The same signs, however a keyboard put them together."""
    return unicodedata.normalize("NFKC", password)
