"""How a 422 is worded: Monite's older services and its newer ones say the same things differently.

Refusals are raised in the older words; those of the newer services are put into the newer ones on
their way out. Texts are examples at Monite too: only the envelope is contract.
"""

from __future__ import annotations

NEWER_SERVICES = frozenset(
    {
        "entities",
        "entity_users",
        "events",
        "roles",
        "settings",
        "webhook_deliveries",
        "webhook_settings",
        "webhook_subscriptions",
        "webhooks",
    }
)
"""By the first part of the path."""

_PERMITTED = "value is not a valid enumeration member; permitted: "
_FIXED = {
    "value_error.missing": ("Field required", "missing"),
    "value_error.extra": ("Extra inputs are not permitted", "extra_forbidden"),
    "value_error.jsondecode": ("JSON decode error", "json_invalid"),
    "value_error.date": ("Input should be a valid date", "date_parsing"),
    "value_error.datetime": ("Input should be a valid datetime", "datetime_parsing"),
    "type_error.bool": ("Input should be a valid boolean", "bool_type"),
    "type_error.boolean": ("Input should be a valid boolean", "bool_parsing"),
    "type_error.dict": ("Input should be a valid dictionary", "dict_type"),
    "type_error.float": ("Input should be a valid number", "float_type"),
    "type_error.integer": ("Input should be a valid integer", "int_type"),
    "type_error.list": ("Input should be a valid list", "list_type"),
    "type_error.none.not_allowed": ("Input should be a valid value", "value_error"),
    "type_error.str": ("Input should be a valid string", "string_type"),
    "type_error.uuid": ("Input should be a valid UUID", "uuid_parsing"),
}
_BOUNDS = {
    "value_error.any_str.min_length": ("ensure this value has", "String should have", "string_too_short"),
    "value_error.any_str.max_length": ("ensure this value has", "String should have", "string_too_long"),
    "value_error.number.not_ge": ("ensure this value is", "Input should be", "greater_than_equal"),
    "value_error.number.not_le": ("ensure this value is", "Input should be", "less_than_equal"),
}


def newer(message: str, kind: str) -> tuple[str, str]:
    """Message and type of a refusal in the words of the newer services."""
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _BOUNDS:
        before, after, new_kind = _BOUNDS[kind]
        return message.replace(before, after), new_kind
    if kind == "type_error.enum":
        *some, last = message.removeprefix(_PERMITTED).split(", ")
        return f"Input should be {', '.join(some)} or {last}" if some else f"Input should be {last}", "enum"
    return f"Value error, {message}", "value_error"
