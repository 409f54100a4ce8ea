"""Roles, which decide what an entity's users may do: /v1/roles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id
from app.emulator.api.happenings import tell, told
from app.emulator.bodies import Field, Loc, choice, listed, nested, partial, read, text
from app.emulator.deps import database
from app.emulator.rules.permissions import ACTIONS, OBJECT_TYPES, PAYABLE_ACTIONS, PERMISSIONS
from app.emulator.store import roles
from app.emulator.store.database import write

bp = Blueprint("roles", __name__, url_prefix="/v1/roles")

_OBJECT_TYPE = Field(choice(OBJECT_TYPES), required=True)


def _actions(names: tuple[str, ...]) -> Field:
    action = {"action_name": Field(choice(names)), "permission": Field(choice(PERMISSIONS))}
    plain = {name: Field(field.check, nullable=False) for name, field in action.items()}
    return Field(listed(nested(plain)), nullable=False)


_COMMON = {"object_type": _OBJECT_TYPE, "actions": _actions(ACTIONS)}
_PAYABLE = {"object_type": _OBJECT_TYPE, "actions": _actions(PAYABLE_ACTIONS)}


def _object(given: Any, loc: Loc) -> dict[str, Any]:
    """What a role allows of one type of object; what is left out reads as Monite's defaults."""
    of_payables = isinstance(given, dict) and given.get("object_type") == "payable"
    found: dict[str, Any] = nested(_PAYABLE if of_payables else _COMMON)(given, loc)
    actions = [{"action_name": "read", "permission": "allowed", **one} for one in found.get("actions", [])]
    return {"actions": actions, "object_type": found["object_type"]}


def _permissions(given: Any, loc: Loc) -> dict[str, Any]:
    found: dict[str, Any] = nested({"objects": Field(listed(_object), nullable=False)})(given, loc)
    return {"objects": found.get("objects", [])}


CREATE = {"name": Field(text(1, 255), required=True), "permissions": Field(_permissions, required=True)}
UPDATE = partial(CREATE)


@bp.get("")
def index() -> Response:
    """One page of the entity's roles."""
    return answers.page(roles.find(database(), entity_id(), request.args.to_dict(flat=False)))


@bp.post("")
def create() -> Response:
    """A new role; Monite answers 200 here, not 201."""
    body = read(CREATE)
    with write(database()) as db:
        return jsonify(told("role", "created", roles.create(db, entity_id(), body)))


@bp.get("/<role_id>")
def show(role_id: str) -> Response:
    """One role."""
    return jsonify(roles.get(database(), entity_id(), role_id))


@bp.patch("/<role_id>")
def update(role_id: str) -> Response:
    """The role with the changes in it."""
    body = read(UPDATE)
    with write(database()) as db:
        return jsonify(told("role", "updated", roles.update(db, entity_id(), role_id, body)))


@bp.delete("/<role_id>")
def delete(role_id: str) -> tuple[str, int]:
    """Nothing: nobody can be given the role any more."""
    with write(database()) as db:
        roles.delete(db, entity_id(), role_id)
        tell("role", "deleted", [role_id])
    return "", 204
