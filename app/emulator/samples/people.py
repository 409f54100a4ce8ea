"""The sample people: who presses the buttons on the practice sign-in pages, and who works with the API."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from app.emulator.rules.permissions import everything
from app.emulator.samples.calendar import Calendar
from app.emulator.samples.files import read
from app.emulator.samples.names import new_id
from app.emulator.store.snapshots import Row, Tables

OWNER, BOOKKEEPER = "Owner", "Bookkeeper"
_BOOKKEEPER_MAY = {
    "payable": ("read", "update"),
    "product": ("read", "update"),
    "receivable": ("read",),
    "counterpart": ("read",),
    "entity": ("read", "update"),
}


def sample_person(key: str) -> str:
    """The name of the person who signs in for a sample business."""
    try:
        return str(read(f"business_{key}.json")["person"])
    except FileNotFoundError:
        return "Alex Sample"


def tables(business: dict[str, Any], calendar: Calendar) -> Tables:
    """The two roles of a business and a user of each."""
    named = ((OWNER, business["person"]), (BOOKKEEPER, business["bookkeeper"]))
    moments = [calendar.ago(419, position * 60) for position in range(len(named))]
    return {
        "roles": [_role(business, role, moment) for (role, _), moment in zip(named, moments, strict=True)],
        "entity_users": [
            _user(business, role, name, moment) for (role, name), moment in zip(named, moments, strict=True)
        ],
    }


@cache
def permissions(role: str) -> str:
    """What a sample role allows, as JSON."""
    if role == OWNER:
        return json.dumps(everything())
    allowed = [
        {
            "actions": [{"action_name": action, "permission": "allowed"} for action in actions],
            "object_type": object_type,
        }
        for object_type, actions in _BOOKKEEPER_MAY.items()
    ]
    return json.dumps({"objects": allowed})


def _role(business: dict[str, Any], role: str, moment: str) -> Row:
    return {
        "id": new_id(business["key"], "role", role),
        "entity_id": business["id"],
        "name": role,
        "permissions": permissions(role),
        "created_at": moment,
        "updated_at": moment,
    }


def _user(business: dict[str, Any], role: str, name: str, moment: str) -> Row:
    *first, last = name.removeprefix("Dr. ").split(" ")
    body = {
        "email": f"{role.lower()}@{business['key']}.example.com",
        "first_name": " ".join(first),
        "last_name": last,
        "phone": None,
        "title": role,
    }
    return {
        "id": new_id(business["key"], "user", role),
        "entity_id": business["id"],
        "login": f"{role.lower()}@{business['key']}",
        "role_id": new_id(business["key"], "role", role),
        "body": json.dumps(body, ensure_ascii=False),
        "created_at": moment,
        "updated_at": moment,
    }
