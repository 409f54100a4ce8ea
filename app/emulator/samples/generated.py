"""Bills by the thousand, made from a business's own ones; the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

from app.emulator.samples.calendar import WRITTEN_ON
from app.emulator.samples.names import new_id

Bill = dict[str, Any]

STATUSES = ("waiting_to_be_paid", "paid", "waiting_to_be_paid", "partially_paid", "waiting_to_be_paid",
            "new", "waiting_to_be_paid", "paid", "approve_in_progress", "waiting_to_be_paid")  # fmt: skip


def bills(business: dict[str, Any], count: int) -> Iterator[Bill]:
    """So many bills after the pattern of those in the business's own currency, the oldest first."""
    patterns = [bill for bill in business["payables"] if bill["currency"] == business["currency"]]
    pairs = islice(zip(cycle(patterns), cycle(STATUSES), strict=False), count)
    for number, (pattern, status) in enumerate(pairs):
        yield _bill(business["key"], number, pattern, status, count)


def bill_id(key: str, number: int) -> str:
    """The id of a business's bill with this place in the row."""
    return new_id(key, "bill", number)


def _bill(key: str, number: int, pattern: Bill, status: str, count: int) -> Bill:
    issued = _issued(number, count)
    total = pattern["total_amount"]
    paid = {"paid": total, "partially_paid": total * 2 // 5}.get(status, 0)
    return {
        **pattern,
        "id": bill_id(key, number),
        "document_id": f"B-{100000 + number}",
        "status": status,
        "issued_at": issued.isoformat(),
        "due_date": (issued + timedelta(days=30)).isoformat(),
        "amount_paid": paid,
        "lines": [
            {**line, "id": new_id(key, "bill", number, position)}
            for position, line in enumerate(pattern["lines"])
        ],
    }


def _issued(number: int, count: int) -> date:
    """Days spread evenly over the two years before the data was written."""
    return WRITTEN_ON - timedelta(days=730 - number * 727 // max(count, 1))
