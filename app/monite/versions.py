"""What differs between Monite's API versions, as capabilities that screens can ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the configured version can do."""

    platform_in_body: bool
    """The accounting system is named when a connection is created; else it is chosen at the provider."""
    sync_rules: bool
    """The push lists can be read and changed."""
    default_accounts: bool
    """An entity can have a default ledger account for products that have none."""
    provider_style: str
    """codat (a platform chosen first) or railz (a platform chosen at the provider)."""
    limits: Mapping[str, int] = field(default_factory=dict)
    subscriptions_path: str = "/webhook_subscriptions"
    key_in_settings: bool = False
    """The accounting provider and its key are stored in the partner's settings, through the API."""
    tells_organisation: bool = True
    """A connection says which organisation it leads to."""

    def limit(self, resource: str) -> int:
        """The largest page that a list gives."""
        return self.limits.get(resource, 100)


_EARLY = {"receivables": 250}
_LATER = {
    "receivables": 250,
    "ledger_accounts": 250,
    "accounting_tax_rates": 250,
    "accounting_synced_records": 250,
}

VERSIONS: Mapping[str, Capabilities] = {
    "2023-09-01": Capabilities(
        False, False, False, "railz", _EARLY, "/webhook_settings", tells_organisation=False
    ),
    "2024-01-31": Capabilities(True, True, False, "codat", _EARLY, key_in_settings=True),
    "2024-05-25": Capabilities(False, False, True, "railz", _LATER),
}


def capabilities_of(version: str) -> Capabilities:
    """The capabilities of a known version; raises KeyError for another."""
    return VERSIONS[version]
