"""Synced records for tests, as objects and as Monite's JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.synced_records import SyncedRecord
from tests.factories import NOW


def make_record(record_id: str = "r1", *, seconds: float = 0, **changes: Any) -> SyncedRecord:
    """A record of a bill, changed so many seconds after NOW."""
    values: dict[str, Any] = {
        "id": record_id,
        "object_type": "bill",
        "object_id": f"object-{record_id}",
        "sync_status": "done",
        "error_text": None,
        "platform": "xero",
        "platform_object_id": None,
        "provider": "codat",
        "provider_object_id": None,
        "last_pulled_at": NOW,
        "object_updated_at": NOW,
        "created_at": NOW,
        "updated_at": NOW + timedelta(seconds=seconds),
    }
    return SyncedRecord(**(values | changes))


def raw_record(record_id: str = "r1", *, seconds: float = 0, **changes: Any) -> dict[str, Any]:
    """The same, as Monite writes it."""
    values: dict[str, Any] = {
        "id": record_id,
        "created_at": NOW.isoformat(),
        "updated_at": (NOW + timedelta(seconds=seconds)).isoformat(),
        "errors": {},
        "last_pulled_at": NOW.isoformat(),
        "object_id": f"object-{record_id}",
        "object_type": "bill",
        "object_updated_at": NOW.isoformat(),
        "platform": "xero",
        "platform_object_id": None,
        "platform_updated_at": None,
        "provider": "codat",
        "provider_object_id": None,
        "provider_updated_at": None,
        "sync_status": "done",
    }
    return values | changes
