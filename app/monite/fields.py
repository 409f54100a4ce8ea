"""Reading fields of an answer: strict about required ones, forgiving about everything else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.domain.errors import UnavailableError

Json = Mapping[str, Any]


def text(raw: Json, name: str) -> str:
    """A required text; raises UnavailableError when it is missing or something else."""
    value = raw.get(name)
    if not isinstance(value, str):
        raise UnavailableError(f"Monite's answer lacks {name}.")
    return value


def maybe_text(raw: Json, name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def maybe_whole(raw: Json, name: str) -> int | None:
    """A whole number; 12.0 counts, 12.5 and true do not."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == int(value) else None


def maybe_number(raw: Json, name: str) -> float | None:
    value = raw.get(name)
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)


def flag(raw: Json, name: str) -> bool:
    return raw.get(name) is True


def moment(raw: Json, name: str) -> datetime:
    """A required moment, in UTC."""
    found = maybe_moment(raw, name)
    if found is None:
        raise UnavailableError(f"Monite's answer lacks {name}.")
    return found


def maybe_moment(raw: Json, name: str) -> datetime | None:
    value = raw.get(name)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def maybe_day(raw: Json, name: str) -> date | None:
    """A day, also where Monite sends a moment."""
    value = raw.get(name)
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def part(raw: Json, name: str) -> Json:
    """A nested object; empty when there is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def parts(raw: Json, name: str) -> list[dict[str, Any]]:
    """The objects of a list; empty when there is none."""
    value = raw.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(raw: Json, name: str) -> tuple[str, ...] | None:
    """The texts of a list; None when there is no list."""
    value = raw.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else None
