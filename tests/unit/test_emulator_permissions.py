"""What a role says, and how the newer services word what they refuse."""

from __future__ import annotations

import pytest

from app.emulator.rules.permissions import (
    OBJECT_TYPES,
    Access,
    Need,
    Verdict,
    everything,
    needed,
    says_why,
    verdict,
)
from app.emulator.rules.wordings import newer
from tests.emulator_people import NOTHING, may

READ = Need("payable", "read")


def test_an_allowed_action_is_allowed() -> None:
    assert verdict(may(payable=["read"]), READ).permission == "allowed"


@pytest.mark.parametrize(
    ("permissions", "reason"),
    [
        (NOTHING, "Object type at permissions not found: payable"),
        (may(product=["read"]), "Object type at permissions not found: payable"),
        (may(payable=["pay"]), "Action for payable at permissions not found: read"),
        (may(payable={"read": "not_allowed"}), "Action read for payable not allowed"),
    ],
)
def test_what_is_not_allowed_is_told_in_monites_words(permissions: dict[str, object], reason: str) -> None:
    assert verdict(permissions, READ) == Verdict("not_allowed", reason)


def test_of_several_entries_for_an_action_the_last_one_counts() -> None:
    both = {"objects": [*may(payable=["read"])["objects"], *may(payable={"read": "not_allowed"})["objects"]]}

    assert verdict(both, READ).permission == "not_allowed"


def test_everything_is_every_action_of_every_object_type() -> None:
    full = everything()

    assert {verdict(full, Need(kind, "delete")).permission for kind in OBJECT_TYPES} == {"allowed"}
    assert verdict(full, Need("payable", "reopen")).permission == "allowed"
    assert verdict(full, Need("product", "reopen")).permission == "not_allowed"


@pytest.mark.parametrize(
    ("call", "need"),
    [
        ("PUT payables/<id>/line_items", Need("payable", "update")),
        ("DELETE payables/<id>/line_items/<id>", Need("payable", "update")),
        ("DELETE payables/<id>", Need("payable", "delete")),
        ("HEAD measure_units", Need("receivable", "read")),
        ("GET accounting/payables/<id>", Access.ANY),
        ("POST accounting_synced_records/<id>/push", Access.PARTNER),
        ("GET accounting_sync_rules", Access.PARTNER),
        ("GET entities", Access.PARTNER),
        ("GET entities/<id>/settings", Need("entity", "read")),
        ("GET entity_users/me", Access.USER),
        ("GET new_things", Access.PARTNER),
    ],
)
def test_each_call_has_its_need(call: str, need: Access | Need) -> None:
    method, path = call.split(" ")

    assert needed(method, path) == need


def test_only_documents_tell_the_reason_of_a_refusal() -> None:
    assert [kind for kind in OBJECT_TYPES if says_why(Need(kind, "read"))] == ["receivable", "payable"]


@pytest.mark.parametrize(
    ("message", "kind", "worded"),
    [
        ("field required", "value_error.missing", ("Field required", "missing")),
        (
            "extra fields not permitted",
            "value_error.extra",
            ("Extra inputs are not permitted", "extra_forbidden"),
        ),
        (
            "ensure this value has at least 1 characters",
            "value_error.any_str.min_length",
            ("String should have at least 1 characters", "string_too_short"),
        ),
        (
            "value is not a valid enumeration member; permitted: 'a', 'b', 'c'",
            "type_error.enum",
            ("Input should be 'a', 'b' or 'c'", "enum"),
        ),
        (
            "value is not a valid enumeration member; permitted: 'a'",
            "type_error.enum",
            ("Input should be 'a'", "enum"),
        ),
        ("not HTTPS", "value_error.url", ("Value error, not HTTPS", "value_error")),
    ],
)
def test_the_newer_services_have_words_of_their_own(message: str, kind: str, worded: tuple[str, str]) -> None:
    assert newer(message, kind) == worded
