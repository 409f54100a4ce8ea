"""The people of an entity, and what the one of the token may ask about itself: /v1/entity_users."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers
from app.emulator.api.gate import entity_id
from app.emulator.api.happenings import tell, told
from app.emulator.bodies import Field, email, identifier, partial, read, text
from app.emulator.deps import database
from app.emulator.store import entities, entity_users, roles
from app.emulator.store.database import write

bp = Blueprint("entity_users", __name__, url_prefix="/v1/entity_users")

CREATE = {
    "login": Field(text(0, 255), required=True),
    "first_name": Field(text(0, 255), required=True),
    "last_name": Field(text(0, 255)),
    "email": Field(email),
    "phone": Field(text()),
    "role_id": Field(identifier),
    "title": Field(text(0, 255)),
}
UPDATE = partial(CREATE)


@bp.get("")
def index() -> Response:
    """One page of the entity's users."""
    return answers.page(entity_users.find(database(), entity_id(), request.args.to_dict(flat=False)))


@bp.post("")
def create() -> Response:
    """A new user; Monite answers 200 here, not 201."""
    body = read(CREATE)
    with write(database()) as db:
        return jsonify(told("entity_user", "created", entity_users.create(db, entity_id(), body)))


@bp.get("/me")
def show_me() -> Response:
    """The user of the token."""
    user = access.user()
    return jsonify(entity_users.get(database(), user.entity_id, user.user_id))


@bp.get("/my_entity")
def show_my_entity() -> Response:
    """The entity of the token's user."""
    return jsonify(entities.get(database(), access.user().entity_id))


@bp.get("/my_role")
def show_my_role() -> Response:
    """The role of the token's user."""
    user = access.user()
    return jsonify(roles.get(database(), user.entity_id, user.role_id))


@bp.get("/<entity_user_id>")
def show(entity_user_id: str) -> Response:
    """One user."""
    return jsonify(entity_users.get(database(), entity_id(), entity_user_id))


@bp.patch("/<entity_user_id>")
def update(entity_user_id: str) -> Response:
    """The user with the changes in it."""
    body = read(UPDATE)
    with write(database()) as db:
        changed = entity_users.update(db, entity_id(), entity_user_id, body)
        return jsonify(told("entity_user", "updated", changed))


@bp.delete("/<entity_user_id>")
def delete(entity_user_id: str) -> tuple[str, int]:
    """Nothing: the user counts as deleted, and the user's tokens are no longer good."""
    with write(database()) as db:
        entity_users.delete(db, entity_id(), entity_user_id)
        tell("entity_user", "deleted", [entity_user_id])
    return "", 204
