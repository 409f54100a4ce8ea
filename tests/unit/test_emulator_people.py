"""Entity users, their roles and their tokens."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.emulator.rules.versions import VERSIONS
from app.emulator.store import tokens
from app.emulator.store.database import write
from tests.emulator_clients import Face
from tests.emulator_people import EVERYTHING, add_user, credentials, may, sign_in

USER = {"login": "x", "first_name": "X"}
READER = may(payable=["read"])


def _token(monite: Face, **more: Any) -> Any:
    return monite.send("POST", "/auth/token", {**credentials(monite), "grant_type": "entity_user", **more})


def test_a_user_is_created_with_200_and_shown_in_full(monite: Face) -> None:
    user = add_user(monite, login="caseyp", last_name="Peters", email="casey@acme.example", title="Finance")

    assert monite.get(f"/entity_users/{user['id']}") == user
    assert list(user) == [
        "id", "created_at", "updated_at", "email", "first_name", "last_name", "login", "phone",
        "role_id", "status", "userpic_file_id",
    ]  # fmt: skip
    assert (user["status"], user["last_name"]) == ("active", "Peters")


def test_a_user_without_a_role_gets_one_that_allows_nothing(monite: Face) -> None:
    made = monite.send("POST", "/entity_users", {"login": "x", "first_name": "X", "role_id": None}).json

    assert monite.get(f"/roles/{made['role_id']}")["permissions"] == {"objects": []}


def test_a_taken_login_and_a_role_of_another_entity_get_400(monite: Face) -> None:
    other = add_user(monite, entity_id=monite.add_entity("Other GmbH"))
    add_user(monite, login="mine")

    taken = monite.send("POST", "/entity_users", {**USER, "login": "mine"})
    foreign = monite.send("POST", "/entity_users", {**USER, "role_id": other["role_id"]})

    assert (taken.status_code, foreign.status_code) == (400, 400)


def test_a_change_leaves_the_rest_of_a_user_alone(monite: Face) -> None:
    user = add_user(monite, login="caseyp", email="casey@acme.example")

    changed = monite.send("PATCH", f"/entity_users/{user['id']}", {"first_name": "Kim", "login": None}).json

    assert changed == {**user, "first_name": "Kim", "updated_at": changed["updated_at"]}


def test_a_deleted_user_is_gone_from_the_list_and_its_tokens_die(monite: Face) -> None:
    user = add_user(monite, READER)
    token = sign_in(monite, user["id"])

    assert monite.send("DELETE", f"/entity_users/{user['id']}").status_code == 204
    assert monite.send("GET", "/payables", Authorization=token).status_code == 401
    assert monite.get("/entity_users")["data"] == []
    assert monite.get("/entity_users?status=deleted")["data"][0]["id"] == user["id"]
    assert monite.get(f"/entity_users/{user['id']}")["status"] == "deleted"
    assert monite.send("DELETE", f"/entity_users/{user['id']}").status_code == 404
    assert _token(monite, entity_user_id=user["id"]).status_code == 400


def test_a_role_that_users_hold_is_not_deleted(monite: Face) -> None:
    user = add_user(monite)

    assert monite.send("DELETE", f"/roles/{user['role_id']}").status_code == 409
    monite.send("DELETE", f"/entity_users/{user['id']}")
    assert monite.send("DELETE", f"/roles/{user['role_id']}").status_code == 204
    assert monite.get("/roles")["data"] == []
    assert monite.send("DELETE", f"/roles/{user['role_id']}").status_code == 404


def test_a_deleted_role_is_given_to_nobody(monite: Face) -> None:
    role_id = monite.send("POST", "/roles", {"name": "Old", "permissions": {}}).json["id"]
    monite.send("DELETE", f"/roles/{role_id}")

    body = {"login": "x", "first_name": "X", "role_id": role_id}

    assert monite.send("POST", "/entity_users", body).status_code == 400


def test_what_a_role_leaves_out_reads_as_monites_defaults(monite: Face) -> None:
    permissions = {"objects": [{"object_type": "product", "actions": [{}]}]}

    made = monite.send("POST", "/roles", {"name": "R", "permissions": permissions})

    assert made.status_code == 200
    assert made.json["permissions"] == may(product=["read"])


@pytest.mark.parametrize(
    ("path", "body", "loc", "kind"),
    [
        ("/roles", {"name": "", "permissions": {}}, ["body", "name"], "string_too_short"),
        ("/roles", {"name": "x" * 256, "permissions": {}}, ["body", "name"], "string_too_long"),
        ("/roles", {"name": "R"}, ["body", "permissions"], "missing"),
        ("/roles", {"name": "R", "permissions": None}, ["body", "permissions"], "dict_type"),
        ("/roles", {"name": "R", "permissions": {}, "x": 1}, ["body", "x"], "extra_forbidden"),
        (
            "/roles",
            {"name": "R", "permissions": may(product=["approve"])},
            ["body", "permissions", "objects", 0, "actions", 0, "action_name"],
            "enum",
        ),
        ("/entity_users", {"login": "x"}, ["body", "first_name"], "missing"),
        ("/entity_users", {"login": "x", "first_name": None}, ["body", "first_name"], "string_type"),
        ("/entity_users", {**USER, "role_id": "7"}, ["body", "role_id"], "uuid_parsing"),
        ("/entity_users", {**USER, "email": "nobody"}, ["body", "email"], "value_error"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_words_of_the_newer_services(
    monite: Face, path: str, body: Any, loc: list[Any], kind: str
) -> None:
    answer = monite.send("POST", path, body)

    assert answer.status_code == 422
    assert (answer.json["detail"][0]["loc"], answer.json["detail"][0]["type"]) == (loc, kind)


def test_older_and_newer_services_word_the_same_refusal_differently(monite: Face) -> None:
    older = monite.send("GET", "/products?limit=101").json["detail"][0]
    newer = monite.send("GET", "/roles?limit=101").json["detail"][0]

    assert older["msg"] == "ensure this value is less than or equal to 100"
    assert newer["msg"] == "Input should be less than or equal to 100"
    assert (older["type"], newer["type"]) == ("value_error.number.not_le", "less_than_equal")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("login=anna", ["anna"]),
        ("first_name=Anna", ["anna"]),
        ("first_name=anna", []),
        ("name__istartswith=ANNA%20b", ["anna"]),
        ("name__istartswith=cO", ["bert"]),
        ("name__istartswith=nna", []),
        ("status=active", ["anna", "bert"]),
        ("created_at__gt=2100-01-01T00:00:00Z", []),
        ("created_at__lt=2100-01-01T00:00:00Z", ["anna", "bert"]),
        ("order=desc&sort=updated_at", ["bert", "anna"]),
        ("limit=1", ["anna"]),
    ],
)
def test_users_are_found_by_the_filters_of_monite(monite: Face, query: str, found: list[str]) -> None:
    add_user(monite, login="anna", first_name="Anna", last_name="Berg")
    add_user(monite, login="bert", first_name="Bert", last_name="Cohn")

    assert [user["login"] for user in monite.get(f"/entity_users?{query}")["data"]] == found


def test_users_and_roles_are_found_by_id_and_role(monite: Face) -> None:
    first, second = add_user(monite), add_user(monite)

    def ids(path: str) -> list[str]:
        return [row["id"] for row in monite.get(path)["data"]]

    assert ids(f"/entity_users?id__in={first['id']}&id__in={uuid4()}") == [first["id"]]
    assert ids(f"/entity_users?id__not_in={first['id']}") == [second["id"]]
    assert ids(f"/entity_users?role_id={second['role_id']}") == [second["id"]]
    assert ids(f"/entity_users?role_id__in={first['role_id']}") == [first["id"]]
    assert ids(f"/roles?id__in={first['role_id']}") == [first["role_id"]]
    assert ids("/roles?name=Role%20of%20user-1") == [second["role_id"]]
    made = monite.get(f"/roles/{first['role_id']}")["created_at"].replace("+", "%2B")
    assert ids(f"/roles?created_at={made}") == [first["role_id"]]
    assert ids("/roles?sort=created_at&order=desc&limit=1") == [second["role_id"]]


def test_users_and_roles_of_another_entity_are_not_there(monite: Face) -> None:
    theirs = add_user(monite, entity_id=monite.add_entity("Other GmbH"))

    assert monite.send("GET", f"/entity_users/{theirs['id']}").status_code == 404
    assert monite.send("PATCH", f"/roles/{theirs['role_id']}", {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize("version", VERSIONS)
def test_a_user_asks_who_it_is_without_naming_its_entity(monite: Face, version: str) -> None:
    user = add_user(monite, READER)
    headers = {"Authorization": sign_in(monite, user["id"]), "X_Monite_Entity_Id": None}

    def ask(what: str) -> Any:
        return monite.send("GET", f"/entity_users/{what}", X_Monite_Version=version, **headers).json

    assert ask("me") == user
    assert ask("my_entity")["id"] == monite.entity_id
    assert ask("my_role")["permissions"] == READER


@pytest.mark.parametrize("what", ["me", "my_entity", "my_role"])
def test_the_partner_itself_is_no_user(monite: Face, what: str) -> None:
    assert monite.send("GET", f"/entity_users/{what}").status_code == 403


def test_a_users_token_needs_a_user(monite: Face) -> None:
    missing, null = _token(monite), _token(monite, entity_user_id=None)

    assert (missing.status_code, null.status_code) == (422, 422)
    assert missing.json["detail"][0]["loc"] == ["body", "entity_user_id"]
    assert _token(monite, entity_user_id=str(uuid4())).status_code == 400


def test_a_change_of_the_role_counts_at_once(monite: Face) -> None:
    user = add_user(monite, READER)
    token = sign_in(monite, user["id"])
    monite.send("PATCH", f"/roles/{user['role_id']}", {"permissions": EVERYTHING})

    assert monite.send("GET", "/products", Authorization=token).status_code == 200


def test_a_token_expires_by_the_machines_own_time(monite: Face) -> None:
    with write(monite.db) as db:
        token = tokens.create(db, "client_credentials", lifetime=0)

    answer = monite.send("GET", "/products", Authorization=f"Bearer {token}")

    assert answer.status_code == 401
    assert answer.json == {"error": {"message": "The token has been revoked, expired or not found."}}


def test_moving_the_clock_logs_nobody_out(monite: Face) -> None:
    monite.control("POST", "/clock", {"advance_seconds": 24 * 3600})

    assert monite.send("GET", "/products").status_code == 200


def test_revoking_needs_a_good_token_and_good_credentials(monite: Face) -> None:
    body = {**credentials(monite), "token": "whatever"}

    assert monite.send("POST", "/auth/revoke", body, Authorization=None).status_code == 401
    assert monite.send("POST", "/auth/revoke", {**body, "client_secret": "guess"}).status_code == 401
    assert monite.send("POST", "/auth/revoke", body).status_code == 200


def test_the_samples_have_an_owner_and_a_bookkeeper_each(monite: Face) -> None:
    monite.control("POST", "/reset", {"scenario": "smooth"})
    state = monite.control("GET", "/state").json

    users = state["entity_users"]

    assert [user["role"] for user in users] == ["Owner", "Bookkeeper"] * 6
    assert {user["entity_id"] for user in users} == {entity["id"] for entity in state["entities"]}
    assert (users[0]["name"], list(users[0])) == ("Maya Rook", ["id", "entity_id", "name", "role"])
