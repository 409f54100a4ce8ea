"""What a person filters the log by, as SQL over synced_records."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.domain.record_lists import LogFilter
from app.store.database import to_text
from app.store.patterns import containing

COMMON = 20_000
"""A text that more records hold than this, of all businesses, is looked for along the list itself."""
_MATCHES = "SELECT rowid FROM record_search WHERE record_search MATCH :text"


def where(db: Database, entity_id: str, wanted: LogFilter) -> tuple[str, dict[str, Any]]:
    """The condition that a record of this entity must meet, and its values."""
    parts, values = ["entity_id = :entity"], {"entity": entity_id}
    if wanted.states:
        parts.append(f"state IN ({', '.join(repr(state.value) for state in wanted.states)})")
    if wanted.object_type:
        parts.append("object_type = :type")
        values["type"] = wanted.object_type
    if wanted.problem:
        parts.append("problem = :problem AND problem <> ''")
        values["problem"] = wanted.problem
    if wanted.since:
        parts.append("updated_at >= :since")
        values["since"] = to_text(wanted.since)
    if wanted.until:
        parts.append("updated_at <= :until")
        values["until"] = wanted.until
    if wanted.text:
        searched, values["text"] = _search(db, wanted.text)
        parts.append(searched)
    return " AND ".join(parts), values


def _search(db: Database, text: str) -> tuple[str, str]:
    """Text in number, name or message.

    The index holds runs of three letters of everybody's records. Fewer letters are sought plainly, and so
    is what tens of thousands of records hold, for gathering those would take longer than reading the
    entity's own. LIKE knows capitals of plain letters only, so a text with others always goes by the index.
    """
    text = text.replace("\0", " ")  # SQLite's index reads no further
    quoted = text.replace('"', '""')
    match = f'{{title party error_text}} : "{quoted}"'
    if len(text) >= 3 and not (text.isascii() and _is_common(db, match)):
        return f"rowid IN ({_MATCHES})", match
    columns = ("title", "party", "error_text") if len(text) >= 3 else ("title", "party")
    return "(" + " OR ".join(f"{column} LIKE :text ESCAPE '\\'" for column in columns) + ")", containing(text)


def _is_common(db: Database, match: str) -> bool:
    found = db.execute(f"SELECT count(*) FROM ({_MATCHES} LIMIT :most)", {"text": match, "most": COMMON + 1})
    return int(found.fetchone()[0]) > COMMON
