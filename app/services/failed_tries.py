"""Slowing down who guesses: a try is counted before it is looked at, so many at once gain nothing."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Mapping
from datetime import timedelta

from app.domain.errors import TooManyTriesError
from app.services.deps import Deps
from app.store import failed_tries
from app.store.database import write

WINDOW = timedelta(minutes=15)


def take(deps: Deps, limits: Mapping[str, int]) -> list[int]:
    """Count a try against each of these keys, of which each allows so many in WINDOW; ids for `take_back`.

    Raises TooManyTriesError, and counts nothing, when one of them allows no more. Whoever turns out
    to be right takes the try back.
    """
    now = deps.clock()
    with write(deps.db) as db:
        failed_tries.drop_old(db, now - WINDOW)
        for key, most in limits.items():
            before = failed_tries.since(db, key, now - WINDOW)
            if len(before) >= most:
                free = before[len(before) - most] + WINDOW
                raise TooManyTriesError(max(1, math.ceil((free - now).total_seconds())))
        return [failed_tries.add(db, key, now) for key in limits]


def take_back(deps: Deps, tries: list[int]) -> None:
    """These didn't fail after all."""
    with write(deps.db) as db:
        failed_tries.take_back(db, tries)


def forget(deps: Deps, key: str) -> None:
    """Whoever was right may be wrong again later: earlier tries count no more."""
    with write(deps.db) as db:
        failed_tries.forget(db, key)


def count(deps: Deps, key: str) -> int:
    """How many tries stand against this key now."""
    return len(failed_tries.since(deps.db, key, deps.clock() - WINDOW))


def by_address(what: str, address: str) -> str:
    """The key for tries from an address; of IPv6 the whole network counts that one customer gets."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return f"{what}:address:{address[:45]}"
    if ip.version == 6:
        ip = ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False).network_address
    return f"{what}:address:{ip}"


def by_words(what: str, words: str) -> str:
    """The key for tries at something that a person typed; it is not stored, for it may be a password."""
    digest = hashlib.sha256(words.strip().casefold().encode()).hexdigest()
    return f"{what}:words:{digest[:32]}"
