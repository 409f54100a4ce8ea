"""Messages that no entry of the catalogue knows, brought together by what is the same in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# What differs from one record to the next: ids, numbers, dates, and names in quotation marks.
_VARIES = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']{1,80}'(?!\w)|\b(?=[\w.:/-]*\d)\w[\w.:/-]*",
    re.IGNORECASE,
)
LONGEST, LONGEST_READ = 300, 2_000


@dataclass(frozen=True, slots=True)
class Message:
    """One text, over all businesses; `record_id` is the newest record that has it."""

    text: str
    records: int
    entities: frozenset[str]
    since: datetime
    last: datetime
    entity_id: str
    record_id: str


@dataclass(frozen=True, slots=True)
class MessageGroup:
    """Texts that say the same, told by their newest."""

    shape: str
    newest: Message
    records: int
    entities: int
    since: datetime
    wordings: int

    @property
    def text(self) -> str:
        """The newest text, cut where it goes on for long."""
        text = self.newest.text
        return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def shape(text: str) -> str:
    """The text with what varies left open."""
    return re.sub(r"\s+", " ", _VARIES.sub("…", text[:LONGEST_READ])).strip().casefold()


def grouped(messages: Iterable[Message]) -> list[MessageGroup]:
    """One group for each shape, the most frequent first."""
    by_shape: dict[str, list[Message]] = {}
    for message in messages:
        by_shape.setdefault(shape(message.text), []).append(message)
    groups = [_group(key, found) for key, found in by_shape.items()]
    return sorted(groups, key=lambda group: (-group.records, -group.newest.last.timestamp(), group.shape))


def _group(key: str, messages: list[Message]) -> MessageGroup:
    return MessageGroup(
        shape=key,
        newest=max(messages, key=lambda message: message.last),
        records=sum(message.records for message in messages),
        entities=len(frozenset().union(*(message.entities for message in messages))),
        since=min(message.since for message in messages),
        wordings=len(messages),
    )
