"""Whatever a genuine message holds, it is understood or passed over; it never stops those behind it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from app.domain.webhooks import Channel, notices
from app.store import webhooks
from app.store.database import migrate, write
from tests.factories import NOW

# fmt: off
NAMES = st.sampled_from((
    "id", "action", "name", "object_type", "entity_id", "created_at", "eventType", "payload", "generatedDate",
    "connection", "connectionId", "referenceCompany", "description", "tags", "dataTypes", "dataType",
    "status", "issues", "message", "recordsModified", "AlertId", "RuleType", "DataConnectionId", "Data",
    "dataConnectionId", "datasetStatus",
))
WORDS = st.sampled_from((
    "accounting_connection.connected", "accounting_connection", "read.completed", "bills.write.successful",
    "Data sync completed", "DataConnectionStatusChanged", "gangway.test", "2026-06-08T09:59:30Z",
    "0001-01-01T00:00+09:00",
))
# fmt: on
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
VALUES: Any = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=8)


@given(body=BODIES, channel=st.sampled_from(Channel))
@settings(max_examples=150, deadline=None)
def test_any_object_can_be_read(body: dict[str, Any], channel: Channel) -> None:
    notice = notices.read(channel, body, json.dumps(body).encode())

    assert notice.message_id
    assert len(notice.event) <= notices.LONGEST_ID


def test_halves_of_characters_can_be_stored(db: Database) -> None:
    migrate(db)
    body = json.loads(r'{"action": "\ud83d", "entity_id": "\udc00", "id": "\ud83d"}')

    with write(db):
        assert webhooks.add(db, Channel.MONITE, notices.read(Channel.MONITE, body, b""), "{}", NOW)
