"""What a message says. Nothing in a body is relied on: what is missing or odd is simply not there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.webhooks import Channel, Notice, ReadEnd, Topic

Body = Mapping[str, Any]
TEST = "gangway.test"
LONGEST_ID = 200
LONGEST_WORDS = 300
COMPLETE = "Complete"

PUSH_RULES = ("pushoperationstatuschanged", "pushoperationtimedout")
READ_RULES = ("datasynccompleted", "datasyncstatuschangedtoerror")
"""Codat's rules without blanks and brackets, for the guide and the messages differ in them."""


def read(channel: Channel, body: Body, raw: bytes, message_id: str = "") -> Notice:
    """The message as far as we understand it. One without an id is known by what is in it."""
    return _READERS[channel](body, message_id or _own_id(channel, body) or _digest(raw))


def _own_id(channel: Channel, body: Body) -> str:
    found = _text(body, "AlertId" if channel is Channel.CODAT_RULES else "id")
    return found if len(found) <= LONGEST_ID else ""


def _digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _of_monite(body: Body, message_id: str) -> Notice:
    event = _text(body, "action") or _text(body, "name")
    about_connection = _text(body, "object_type") == "accounting_connection" or event.startswith(
        "accounting_connection."
    )
    return Notice(
        message_id,
        event[:LONGEST_ID],
        _topic(event, Topic.CONNECTION if about_connection else Topic.OTHER),
        occurred_at=_moment(body, "created_at"),
        entity_ids=_given(_text(body, "entity_id")),
    )


def _of_codat_event(body: Body, message_id: str) -> Notice:
    event, payload = _text(body, "eventType"), _part(body, "payload")
    company, connection = _part(payload, "referenceCompany"), _part(payload, "connection")
    reads = tuple(_reads(payload)) if event.startswith("read.completed") else ()
    written = event.rpartition(".write.")[0]
    named = (_text(connection, "id"), _text(payload, "connectionId"), *(r.provider_connection for r in reads))
    return Notice(
        message_id,
        event[:LONGEST_ID],
        _topic(event, _event_topic(event, reads)),
        occurred_at=_moment(body, "generatedDate"),
        entity_ids=_given(_text(company, "description"), *_texts(_part(company, "tags"))),
        provider_connections=_given(*named),
        reads=reads,
        written=_given(written),
    )


def _event_topic(event: str, reads: tuple[ReadEnd, ...]) -> Topic:
    if event.startswith(("connection.", "company.deleted")):
        return Topic.CONNECTION
    if ".write." in event:
        return Topic.PUSH
    return Topic.READ if reads else Topic.OTHER


def _reads(payload: Body) -> Iterator[ReadEnd]:
    listed = payload.get("dataTypes")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and _text(one, "dataType"):
            yield ReadEnd(
                _text(one, "connectionId"),
                _text(one, "dataType")[:LONGEST_ID],
                done=_text(one, "status") == COMPLETE,
                message="" if _text(one, "status") == COMPLETE else _issues(one) or _text(one, "status"),
                changed=one.get("recordsModified") is not False,
            )


def _issues(data_type: Body) -> str:
    found = data_type.get("issues")
    words = (
        [_text(issue, "message") for issue in found if isinstance(issue, dict)]
        if isinstance(found, list)
        else []
    )
    return " ".join(word for word in words if word)[:LONGEST_WORDS]


def _of_codat_rule(body: Body, message_id: str) -> Notice:
    rule, data = _text(body, "RuleType"), _part(body, "Data")
    plain = re.sub(r"[\s()]", "", rule).lower()
    connection = _text(body, "DataConnectionId") or _text(data, "dataConnectionId")
    data_type = _text(data, "dataType")[:LONGEST_ID]
    notice = Notice(message_id, rule[:LONGEST_ID], provider_connections=_given(connection))
    if plain == "dataconnectionstatuschanged":
        return _about(notice, Topic.CONNECTION)
    if plain in READ_RULES and data_type:
        done = plain == "datasynccompleted"
        words = "" if done else _text(data, "datasetStatus")[:LONGEST_WORDS]
        return _about(notice, Topic.READ, reads=(ReadEnd(connection, data_type, done, words),))
    if plain in PUSH_RULES:
        return _about(notice, Topic.PUSH, written=_given(data_type))
    return _about(notice, _topic(rule, Topic.OTHER))


def _about(
    notice: Notice, topic: Topic, reads: tuple[ReadEnd, ...] = (), written: tuple[str, ...] = ()
) -> Notice:
    return Notice(
        notice.message_id,
        notice.event,
        topic,
        provider_connections=notice.provider_connections,
        reads=reads,
        written=written,
    )


def _topic(event: str, otherwise: Topic) -> Topic:
    return Topic.TEST if event == TEST else otherwise


def _text(body: Body, name: str) -> str:
    return _clean(body.get(name))


def _texts(body: Body) -> tuple[str, ...]:
    return tuple(_clean(value) for value in body.values())


def _clean(value: object) -> str:
    """A text that can be stored; JSON can escape halves of characters, which are none."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _part(body: Body, name: str) -> Body:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _given(*values: str) -> tuple[str, ...]:
    """Those that say something, each once."""
    return tuple(dict.fromkeys(value for value in values if value and len(value) <= LONGEST_ID))


def _moment(body: Body, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(body, name))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_READERS: Mapping[Channel, Callable[[Body, str], Notice]] = {
    Channel.MONITE: _of_monite,
    Channel.CODAT_EVENTS: _of_codat_event,
    Channel.CODAT_RULES: _of_codat_rule,
}
