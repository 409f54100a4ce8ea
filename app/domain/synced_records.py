"""Synced records: what happened to each thing between Monite and the accounting system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

OBJECT_TYPES = ("bill", "receivable", "product", "vendor", "customer")
OBJECT_WORDS = {
    "bill": "Bill",
    "receivable": "Invoice",
    "product": "Product",
    "vendor": "Supplier",
    "customer": "Customer",
    "payment_record": "Payment",
}


class RecordState(StrEnum):
    """The only five words that people see."""

    SENT = "sent"
    WAITING = "waiting"
    ATTENTION = "attention"
    CANNOT = "cannot"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class SyncedRecord:
    id: str
    object_type: str
    object_id: str | None
    sync_status: str
    error_text: str | None
    platform: str | None
    platform_object_id: str | None
    provider: str | None
    provider_object_id: str | None
    last_pulled_at: datetime | None
    object_updated_at: datetime | None
    created_at: datetime
    updated_at: datetime
