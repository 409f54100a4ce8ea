"""The accounting systems behind the connections, and the names that each of them goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("xero", "quickbooks", "quickbooks_online", "quickbooks_online_sandbox")
"""Every name that a caller may use; Monite's versions differ in which of them they list."""

SYSTEMS: Mapping[str, str] = {"xero": "Xero", "quickbooks_online": "QuickBooks Online"}
"""The systems that have books, as people call them."""


@dataclass(frozen=True, slots=True)
class Integration:
    """A platform as Codat lists it."""

    key: str
    name: str
    id: str
    source_id: str


# Codat's documents print the ids of Xero; those of QuickBooks are the emulator's own.
INTEGRATIONS: Mapping[str, Integration] = {
    "xero": Integration(
        "gbol", "Xero", "fd321cb6-7963-4506-b873-e99593a45e30", "8a156a5a-39cb-4f9d-856e-76ef9b9a9607"
    ),
    "quickbooks_online": Integration(
        "qhyg",
        "QuickBooks Online",
        "6b113e06-e818-45d7-977b-8e6bb3d01269",
        "56e6575a-3f1f-4918-b009-f7535555f0d6",
    ),
    "quickbooks_online_sandbox": Integration(
        "ndsk",
        "QuickBooks Online Sandbox",
        "a1d7a3c1-4a5e-4b3a-9a5b-0f6f7b1d2c3e",
        "c8b1f3a2-7d64-4e5f-8a90-1b2c3d4e5f60",
    ),
}


def stored_name(name: str) -> str:
    """The name that a connection keeps: `quickbooks` is not one in every version, `quickbooks_online` is."""
    return "quickbooks_online" if name == "quickbooks" else name
