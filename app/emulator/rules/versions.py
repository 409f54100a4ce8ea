"""What differs between the dated versions of Monite's API that the emulator speaks.

A request names its version in `X-Monite-Version`; what runs in the background goes by the partner
setting `api_version`. Monite: https://docs.monite.com/api/versioning
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LinkStyle = Literal["railz", "codat", "opaque"]

_EARLY_RECORDS = ("product", "customer", "vendor", "receivable", "bill")
_EARLY_RECEIVABLES = (
    "draft", "issued", "accepted", "expired", "declined", "recurring", "partially_paid", "paid",
    "overdue", "uncollectible", "canceled", "deleted",
)  # fmt: skip
_OLD_WEBHOOKS = frozenset({"webhook_settings", "webhooks"})
_NEW_WEBHOOKS = frozenset({"webhook_subscriptions", "webhook_deliveries"})


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version, as the things that a caller can tell it by."""

    date: str
    link_style: LinkStyle
    """The address of a new connection: of Railz, of Codat, or one that says nothing."""
    platform_in_body: Literal["optional", "required", "ignored"]
    """What creating a connection makes of `platform` in the body; `required` holds for Codat alone."""
    absent: frozenset[str]
    """Resources, by the first part of their path, that this version does not have."""
    accounting_in_settings: bool
    """Whether the partner's settings take and show the key of the accounting provider."""
    settings_open: bool
    """Whether unknown keys of the partner's settings are passed over in silence, not refused."""
    merged_settings: bool
    """Whether an entity's settings are shown with the partner's merged in, instead of alone."""
    default_accounts: bool
    """Whether an entity has default ledger accounts, and bills and invoices may rely on them."""
    books_page_limit: int
    """The largest, and the usual, page of ledger accounts, tax rates and synced records."""
    record_types: tuple[str, ...]
    receivable_statuses: tuple[str, ...]
    late_fields: bool
    """Whether products have `external_reference` and lines of bills `ocr_set_quantity_to_one`."""
    empty_strings: bool
    """Whether an entity's data may hold empty strings; otherwise null says that there is nothing."""
    business_info: bool
    """Whether a connection tells about the business behind it."""
    event_names_object: bool
    """Whether an event carries `object` and `description`, not `object_id`, `name` and `significance`."""

    @property
    def sync_rules(self) -> bool:
        """Whether the statuses that are pushed can be chosen."""
        return "accounting_sync_rules" not in self.absent


KNOWN_DATES = (
    "2022-11-16",
    "2023-02-07",
    "2023-03-01",
    "2023-03-14",
    "2023-04-12",
    "2023-06-04",
    "2023-09-01",
    "2024-01-31",
    "2024-05-25",
    "2025-06-23",
)
"""Every version that Monite has published; the emulator speaks those of `VERSIONS`."""

VERSIONS: Mapping[str, Version] = {
    version.date: version
    for version in (
        Version(
            date="2023-09-01",
            link_style="railz",
            platform_in_body="optional",
            absent=_NEW_WEBHOOKS | {"accounting_sync_rules", "accounting"},
            accounting_in_settings=False,
            settings_open=False,
            merged_settings=True,
            default_accounts=False,
            books_page_limit=100,
            record_types=_EARLY_RECORDS,
            receivable_statuses=_EARLY_RECEIVABLES,
            late_fields=False,
            empty_strings=True,
            business_info=False,
            event_names_object=False,
        ),
        Version(
            date="2024-01-31",
            link_style="codat",
            platform_in_body="required",
            absent=_OLD_WEBHOOKS | {"accounting"},
            accounting_in_settings=True,
            settings_open=False,
            merged_settings=True,
            default_accounts=False,
            books_page_limit=100,
            record_types=_EARLY_RECORDS,
            receivable_statuses=_EARLY_RECEIVABLES,
            late_fields=False,
            empty_strings=False,
            business_info=True,
            event_names_object=True,
        ),
        Version(
            date="2024-05-25",
            link_style="opaque",
            platform_in_body="ignored",
            absent=_OLD_WEBHOOKS | {"accounting_sync_rules"},
            accounting_in_settings=False,
            settings_open=True,
            merged_settings=False,
            default_accounts=True,
            books_page_limit=250,
            record_types=(*_EARLY_RECORDS, "payment_record"),
            receivable_statuses=(*_EARLY_RECEIVABLES, "issuing", "failed"),
            late_fields=True,
            empty_strings=False,
            business_info=True,
            event_names_object=True,
        ),
    )
}
