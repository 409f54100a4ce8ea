"""How the provider's reading of each data type ended, as its webhooks say; and what that means for ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

DONE, FAILED = "done", "failed"
DATA_TYPES: Mapping[str, tuple[str, ...]] = {
    "ledger_accounts": ("chartOfAccounts",),
    "tax_rates": ("taxRates",),
    "counterparts": ("suppliers", "customers"),
    "products": ("items",),
}
"""What the provider calls the parts of each of our resources."""
RESOURCE_OF = {data_type: resource for resource, parts in DATA_TYPES.items() for data_type in parts}


@dataclass(frozen=True, slots=True)
class TypeEnd:
    """How the newest reading of one of the provider's data types ended."""

    data_type: str
    state: str
    at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True)
class ImportType:
    """How the newest reading of one of our resources ended at the provider: done or failed."""

    resource: str
    state: str
    at: datetime
    """When the last of its parts ended, by the provider's own time where it told one."""
    message: str = ""
    """The provider's words for why it failed; '' where it gave none."""


def of_resources(ends: Iterable[TypeEnd]) -> dict[str, ImportType]:
    """What is known of each resource: failed when a part has failed, done when every part is."""
    known = {end.data_type: end for end in ends}
    found = (
        _joined(resource, [known[p] for p in parts if p in known], len(parts))
        for resource, parts in DATA_TYPES.items()
    )
    return {one.resource: one for one in found if one is not None}


def _joined(resource: str, ends: list[TypeEnd], parts: int) -> ImportType | None:
    at = max((end.at for end in ends), default=None)
    if at is None:
        return None
    failed = [end for end in ends if end.state == FAILED]
    if failed:
        words = " ".join(dict.fromkeys(end.message for end in failed if end.message))
        return ImportType(resource, FAILED, at, words)
    return ImportType(resource, DONE, at) if len(ends) == parts else None
