"""What an entity's data may hold: the closed schemas of POST and PATCH /entities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.emulator.bodies import (
    Check,
    Field,
    Schema,
    choice,
    country,
    day,
    email,
    flag,
    nested,
    partial,
    text,
    url,
)
from app.emulator.errors import InvalidError
from app.emulator.store.entities import TYPES

STRUCTURES = (
    "incorporated_partnership", "unincorporated_partnership", "public_corporation", "private_corporation",
    "sole_proprietorship", "single_member_llc", "multi_member_llc", "private_partnership",
    "unincorporated_association", "public_partnership",
)  # fmt: skip
PROVIDED = ("directors_provided", "executives_provided", "owners_provided", "representative_provided")


@dataclass(frozen=True, slots=True)
class Schemas:
    """What creating takes, and what changing takes."""

    create: Schema
    update: Schema


@cache
def schemas(*, empty_strings: bool) -> Schemas:
    """The schemas of a version, by whether it takes empty strings for what has no value."""
    least = 0 if empty_strings else 1
    address = {
        "city": Field(text(least, 100), required=True),
        "country": Field(country, required=True),
        "line1": Field(text(least, 200), required=True),
        "line2": Field(text(least, 100)),
        "postal_code": Field(text(least, 10), required=True),
        "state": Field(text(least, 100)),
    }
    organization = {
        "legal_name": Field(text(least, 255), required=True),
        "legal_entity_id": Field(text(least, 20)),
        "business_structure": Field(choice(STRUCTURES)),
        **dict.fromkeys(PROVIDED, Field(flag)),
    }
    individual = {
        "first_name": Field(text(least, 100), required=True),
        "last_name": Field(text(least, 100), required=True),
        "date_of_birth": Field(day),
        "id_number": Field(text(least, 100)),
        "ssn_last_4": Field(_or_empty(text(4, 4), empty_strings)),
        "title": Field(text(least, 10)),
    }
    plain = {
        "phone": Field(text(least, 100)),
        "registration_authority": Field(text(least, 100)),
        "registration_number": Field(text(least, 100)),
        "tax_id": Field(text(least, 30)),
        "website": Field(_or_empty(url, empty_strings)),
    }
    moved = {name: field for name, field in address.items() if name != "country"}
    return Schemas(
        create={
            **plain,
            "type": Field(choice(TYPES), required=True),
            "email": Field(email, required=True),
            "address": Field(nested(address), required=True),
            "organization": Field(nested(organization, closed=False)),
            "individual": Field(nested(individual)),
        },
        update={
            **plain,
            "email": Field(email),
            "address": Field(nested(partial(moved))),
            "organization": Field(nested(partial(organization))),
            "individual": Field(nested(partial(individual))),
        },
    )


def check_kind(kind: str, body: dict[str, Any], *, required: bool) -> None:
    """A person's data is under `individual`, a company's under `organization`, and nowhere else."""
    other = next(name for name in TYPES if name != kind)
    if required and body.get(kind) is None:
        raise InvalidError("field required", ["body", kind], "value_error.missing")
    if body.pop(other, None) is not None:
        raise InvalidError("extra fields not permitted", ["body", other], "value_error.extra")


def check_state(address: dict[str, Any]) -> None:
    """In the United States the state is its two letters."""
    state = address.get("state") or ""
    if address["country"] == "US" and not (len(state) == 2 and state.isascii() and state.isalpha()):
        message = "state is required for US addresses and must be a two-letter code"
        raise InvalidError(message, ["body", "address", "state"], "value_error")


def _or_empty(check: Check, allowed: bool) -> Check:
    return lambda given, loc: "" if allowed and given == "" else check(given, loc)
