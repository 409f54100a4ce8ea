"""Entity users for tests of the emulator's face: with a role of their own, and a token."""

from __future__ import annotations

from typing import Any

from app.emulator.rules.permissions import everything
from tests.emulator_clients import Body, Face

NOTHING: Body = {"objects": []}
EVERYTHING: Body = everything()


def may(**objects: Any) -> Body:
    """Permissions by object type: a mapping of actions to what is permitted, or the allowed actions."""
    return {"objects": [{"object_type": kind, "actions": _actions(given)} for kind, given in objects.items()]}


def _actions(given: Any) -> list[Body]:
    named = given if isinstance(given, dict) else dict.fromkeys(given, "allowed")
    return [{"action_name": name, "permission": permission} for name, permission in named.items()]


def credentials(monite: Face) -> Body:
    """The partner's client id and secret."""
    state = monite.control("GET", "/state").json
    return {name: state[name] for name in ("client_id", "client_secret")}


def add_user(monite: Face, permissions: Body = NOTHING, *, entity_id: str | None = None, **more: Any) -> Body:
    """A user whose role has these permissions."""
    owner = entity_id or monite.entity_id
    login = more.pop("login", f"user-{len(monite.db.execute('SELECT 1 FROM entity_users').fetchall())}")
    role = {"name": f"Role of {login}", "permissions": permissions}
    role_id = monite.send("POST", "/roles", role, X_Monite_Entity_Id=owner).json["id"]
    body = {"login": login, "first_name": "Casey", "role_id": role_id, **more}
    made = monite.send("POST", "/entity_users", body, X_Monite_Entity_Id=owner)
    assert made.status_code == 200, made.text
    user: Body = made.json
    return user


def sign_in(monite: Face, user_id: str) -> str:
    """The header of a fresh token of this user."""
    body = {**credentials(monite), "grant_type": "entity_user", "entity_user_id": user_id}
    answer = monite.send("POST", "/auth/token", body)
    assert answer.status_code == 200, answer.text
    return f"Bearer {answer.json['access_token']}"


def user_token(monite: Face, permissions: Body = NOTHING, *, entity_id: str | None = None) -> str:
    """The header of a token of a new user whose role has these permissions."""
    return sign_in(monite, add_user(monite, permissions, entity_id=entity_id)["id"])
