"""Tokens that let somebody in: given out once, and kept as a hash alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new() -> str:
    """A token that nobody guesses, fit for addresses and cookies."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What the store keeps of a token; nobody can go back from it, for a token is random and long."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, found in a time that tells nothing of where they differ."""
    return hmac.compare_digest(hashed(one), hashed(other))
