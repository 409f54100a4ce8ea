"""Counterparts and their addresses: /v1/counterparts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id
from app.emulator.api.happenings import tell, told
from app.emulator.bodies import (
    Field,
    Schema,
    choice,
    country,
    email,
    flag,
    identifier,
    language,
    listed,
    nested,
    partial,
    text,
)
from app.emulator.bodies import read as read_body
from app.emulator.deps import database
from app.emulator.errors import InvalidError
from app.emulator.store import counterparts
from app.emulator.store.database import write

bp = Blueprint("counterparts", __name__, url_prefix="/v1/counterparts")

ADDRESS = {
    **dict.fromkeys(("city", "line1", "postal_code"), Field(text(), required=True)),
    "country": Field(country, required=True),
    "line2": Field(text()),
    "state": Field(text()),
}
PARTY = {
    "is_customer": Field(flag, required=True),
    "is_vendor": Field(flag, required=True),
    "email": Field(email),
    "phone": Field(text()),
    "tag_ids": Field(listed(identifier)),
}
PARTIES: dict[str, Schema] = {
    "organization": {**PARTY, "legal_name": Field(text(), required=True)},
    "individual": {
        **PARTY,
        "first_name": Field(text(1), required=True),
        "last_name": Field(text(1), required=True),
        "title": Field(text()),
    },
}
PLAIN = {
    "external_reference": Field(text(1, 255)),
    "language": Field(language, nullable=False),
    "reminders_enabled": Field(flag, nullable=False),
    "tax_id": Field(text(0, 30)),
}
WITH_ADDRESS = {"address": Field(nested(ADDRESS), required=True)}
CREATE = {
    **PLAIN,
    "type": Field(choice(counterparts.TYPES), required=True),
    # Monite's schema of a new organization is open, every other one is closed.
    "organization": Field(nested({**PARTIES["organization"], **WITH_ADDRESS}, closed=False)),
    "individual": Field(nested({**PARTIES["individual"], **WITH_ADDRESS})),
}
UPDATE = {
    **PLAIN,
    "default_billing_address_id": Field(identifier),
    "default_shipping_address_id": Field(identifier),
    **{kind: Field(nested(partial(schema))) for kind, schema in PARTIES.items()},
}
DEFAULT_ADDRESSES = ("default_billing_address_id", "default_shipping_address_id")


@bp.get("")
def index() -> Response:
    """One page of the entity's counterparts."""
    args = request.args.to_dict(flat=False)
    return answers.page(counterparts.find(database(), entity_id(), args, creator=access.creator()))


@bp.post("")
def create() -> tuple[Response, int]:
    """A new counterpart with its first address."""
    body = read_body(CREATE)
    other = "individual" if body["type"] == "organization" else "organization"
    if body.get(body["type"]) is None:
        raise InvalidError("field required", ["body", body["type"]], "value_error.missing")
    if body.pop(other, None) is not None:
        raise InvalidError("extra fields not permitted", ["body", other], "value_error.extra")
    with write(database()) as db:
        references.check(db, entity_id(), [body[body["type"]]])
        made = {**body, "created_by_entity_user_id": access.author()}
        return jsonify(told("counterpart", "created", counterparts.create(db, entity_id(), made))), 201


@bp.get("/<counterpart_id>")
def show(counterpart_id: str) -> Response:
    """One counterpart."""
    return jsonify(counterparts.get(database(), entity_id(), counterpart_id))


@bp.patch("/<counterpart_id>")
def update(counterpart_id: str) -> Response:
    """The counterpart with the changes in it; its type stays what it is."""
    body = read_body(UPDATE)
    with write(database()) as db:
        kind = counterparts.get(db, entity_id(), counterpart_id)["type"]
        _refuse_nulls(kind, body)
        references.check(db, entity_id(), [body[kind]])
        for name in DEFAULT_ADDRESSES:
            named = {"counterpart_id": counterpart_id, "counterpart_address_id": body.get(name)}
            references.check_address(db, entity_id(), named)
        changed = counterparts.update(db, entity_id(), counterpart_id, body)
        return jsonify(told("counterpart", "updated", changed))


@bp.delete("/<counterpart_id>")
def delete(counterpart_id: str) -> tuple[str, int]:
    """Nothing: the counterpart is gone."""
    with write(database()) as db:
        counterparts.delete(db, entity_id(), counterpart_id)
        tell("counterpart", "delete", [counterpart_id])  # so spelt at Monite, for counterparts alone
    return "", 204


@bp.get("/<counterpart_id>/addresses")
def addresses(counterpart_id: str) -> Response:
    """All addresses; this list has no pages."""
    return jsonify({"data": counterparts.addresses(database(), entity_id(), counterpart_id)})


@bp.post("/<counterpart_id>/addresses")
def create_address(counterpart_id: str) -> tuple[Response, int]:
    """A new address."""
    body = read_body(ADDRESS)
    with write(database()) as db:
        made = counterparts.create_address(db, entity_id(), counterpart_id, body)
        return jsonify(told("counterpart_address", "created", made)), 201


def _refuse_nulls(kind: str, body: dict[str, Any]) -> None:
    """What a counterpart cannot be without cannot be taken away, nor can it become another type."""
    other = "individual" if kind == "organization" else "organization"
    if other in body:
        raise InvalidError("extra fields not permitted", ["body", other], "value_error.extra")
    if body.get(kind) is None:
        raise InvalidError("field required", ["body", kind], "value_error.missing")
    for name, value in body[kind].items():
        if value is None and PARTIES[kind][name].required:
            raise InvalidError(
                "none is not an allowed value", ["body", kind, name], "type_error.none.not_allowed"
            )
