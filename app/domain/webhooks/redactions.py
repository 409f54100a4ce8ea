"""A message as people may see it: its shape and its ids, but no names, addresses or links."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

DEEPEST = 12
LONGEST = 4000
# fmt: off
_PLAIN = frozenset((
    "action", "api_version", "created_at", "created", "object_type", "eventtype", "generateddate", "ruletype",
    "message", "status", "newstatus", "oldstatus", "datatype", "datasetstatus", "type", "sourcetype",
    "platformname", "lastsync", "modifiedfromdate", "significance",
))
# fmt: on
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID = re.compile(r"(?:^|_)id$|Id$|ID$|Key$|Date$|Utc$")


def shown(body: str) -> str:
    """The message, indented, with what could name somebody masked, and cut when it is long."""
    text = json.dumps(_masked("", json.loads(body), DEEPEST), indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n…"


def _masked(name: str, value: Any, deep: int) -> Any:
    if isinstance(value, (dict, list)) and not deep:
        return "…"
    if isinstance(value, dict):
        return {key: _masked(key, inner, deep - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(name, inner, deep - 1) for inner in value]
    if not isinstance(value, str):
        return value
    plain = name.lower() in _PLAIN or _ID.search(name) or _UUID.fullmatch(value)
    return value if plain and "://" not in value and "@" not in value else _mask(value)


def _mask(text: str) -> str:
    """A name by its initials, an address by its host."""
    if "://" in text:
        return f"{_host(text)}/…"
    if "@" in text:
        return "…"
    return " ".join(f"{word[0]}." for word in text.split()[:6])


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "…"
    except ValueError:
        return "…"
