"""Access tokens: /v1/auth."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, Response, jsonify

from app.emulator.bodies import Field, choice, identifier, read, text
from app.emulator.deps import database, settings
from app.emulator.errors import BadRequestError, InvalidError, UnauthorizedError
from app.emulator.store import entity_users, meta, tokens
from app.emulator.store.database import write

bp = Blueprint("tokens", __name__, url_prefix="/v1/auth")

CREDENTIALS = {
    "client_id": Field(identifier, required=True),
    "client_secret": Field(text(), required=True),
}
CREATE = {
    **CREDENTIALS,
    "grant_type": Field(choice(("client_credentials", "entity_user")), required=True),
    "entity_user_id": Field(identifier),
}
REVOKE = {**CREDENTIALS, "token": Field(text(), required=True)}


@bp.post("/token")
def create() -> Response:
    """A token for all entities of the partner, or for one entity user, whose role decides."""
    body = read(CREATE)
    _check(body)
    grant, user_id, lifetime = body["grant_type"], None, settings().token_lifetime
    if grant == "entity_user":
        user_id = _entity_user(body.get("entity_user_id"))
    with write(database()) as db:
        token = tokens.create(db, grant, entity_user_id=user_id, lifetime=lifetime)
    return jsonify({"access_token": token, "expires_in": lifetime, "token_type": "Bearer"})


@bp.post("/revoke")
def revoke() -> Response:
    """Make a token useless at once."""
    body = read(REVOKE)
    _check(body)
    with write(database()) as db:
        tokens.revoke(db, body["token"])
    return jsonify({"message": "Token revoked"})


def _entity_user(user_id: str | None) -> str:
    if user_id is None:
        raise InvalidError("field required", ["body", "entity_user_id"], "value_error.missing")
    if not entity_users.is_active(database(), user_id):
        raise BadRequestError("Entity user not found.")
    return user_id


def _check(body: dict[str, Any]) -> None:
    client_id, secret = meta.credentials(database())
    good_id = hmac.compare_digest(body["client_id"], client_id)
    if not (hmac.compare_digest(body["client_secret"].encode(), secret.encode()) and good_id):
        raise UnauthorizedError("Invalid client credentials.")
