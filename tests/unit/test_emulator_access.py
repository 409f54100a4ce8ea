"""Who may do what: every route of the API, asked with every kind of token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.emulator.rules.permissions import OBJECT_TYPES, Access, needed
from app.emulator.rules.versions import VERSIONS
from app.emulator.store import tokens
from app.emulator.store.database import write
from tests.emulator_clients import Answer, Face, face
from tests.emulator_people import EVERYTHING, NOTHING, add_user, credentials, may, sign_in, user_token

# What each route asks of a token, written down by hand: the partner's, a user's, any, or a permission.
ROUTES = """
POST   auth/token                                               none
POST   auth/revoke                                              any
GET    settings                                                 partner
PATCH  settings                                                 partner
GET    entities                                                 partner
POST   entities                                                 partner
GET    entities/<id>                                            entity.read
PATCH  entities/<id>                                            entity.update
GET    entities/<id>/settings                                   entity.read
PATCH  entities/<id>/settings                                   entity.update
GET    entity_users                                             entity_user.read
POST   entity_users                                             entity_user.create
GET    entity_users/me                                          user
GET    entity_users/my_entity                                   user
GET    entity_users/my_role                                     user
GET    entity_users/<id>                                        entity_user.read
PATCH  entity_users/<id>                                        entity_user.update
DELETE entity_users/<id>                                        entity_user.delete
GET    roles                                                    role.read
POST   roles                                                    role.create
GET    roles/<id>                                               role.read
PATCH  roles/<id>                                               role.update
DELETE roles/<id>                                               role.delete
GET    accounting_connections                                   any
POST   accounting_connections                                   partner
GET    accounting_connections/<id>                              any
POST   accounting_connections/<id>/disconnect                   partner
POST   accounting_connections/<id>/sync                         partner
GET    accounting_sync_rules                                    partner
PATCH  accounting_sync_rules                                    partner
GET    ledger_accounts                                          any
GET    ledger_accounts/<id>                                     any
GET    accounting_tax_rates                                     any
GET    accounting_tax_rates/<id>                                any
GET    accounting/payables                                      any
GET    accounting/payables/<id>                                 any
GET    accounting/receivables                                   any
GET    accounting/receivables/<id>                              any
GET    accounting_synced_records                                any
GET    accounting_synced_records/<id>                           any
POST   accounting_synced_records/<id>/push                      partner
GET    products                                                 product.read
POST   products                                                 product.create
GET    products/<id>                                            product.read
PATCH  products/<id>                                            product.update
DELETE products/<id>                                            product.delete
GET    measure_units                                            receivable.read
POST   measure_units                                            receivable.create
GET    measure_units/<id>                                       receivable.read
PATCH  measure_units/<id>                                       receivable.update
DELETE measure_units/<id>                                       receivable.delete
GET    payables                                                 payable.read
POST   payables                                                 payable.create
GET    payables/<id>                                            payable.read
PATCH  payables/<id>                                            payable.update
GET    payables/<id>/line_items                                 payable.read
POST   payables/<id>/line_items                                 payable.update
PUT    payables/<id>/line_items                                 payable.update
GET    payables/<id>/line_items/<id>                            payable.read
PATCH  payables/<id>/line_items/<id>                            payable.update
DELETE payables/<id>/line_items/<id>                            payable.update
GET    receivables                                              receivable.read
GET    receivables/<id>                                         receivable.read
PUT    receivables/<id>/line_items                              receivable.update
GET    counterparts                                             counterpart.read
POST   counterparts                                             counterpart.create
GET    counterparts/<id>                                        counterpart.read
PATCH  counterparts/<id>                                        counterpart.update
DELETE counterparts/<id>                                        counterpart.delete
GET    counterparts/<id>/addresses                              counterpart.read
POST   counterparts/<id>/addresses                              counterpart.update
GET    webhook_subscriptions                                    partner
POST   webhook_subscriptions                                    partner
GET    webhook_subscriptions/<id>                               partner
PATCH  webhook_subscriptions/<id>                               partner
DELETE webhook_subscriptions/<id>                               partner
POST   webhook_subscriptions/<id>/enable                        partner
POST   webhook_subscriptions/<id>/disable                       partner
POST   webhook_subscriptions/<id>/regenerate_secret             partner
GET    webhook_settings                                    partner
POST   webhook_settings                                    partner
GET    webhook_settings/<id>                               partner
PATCH  webhook_settings/<id>                               partner
DELETE webhook_settings/<id>                               partner
POST   webhook_settings/<id>/enable                        partner
POST   webhook_settings/<id>/disable                       partner
POST   webhook_settings/<id>/regenerate_secret             partner
GET    webhook_deliveries                                       partner
GET    webhooks                                                 partner
GET    events                                                   partner
GET    events/<id>                                              partner
"""
EXPECTED = {(method, path): asked for method, path, asked in map(str.split, ROUTES.strip().splitlines())}
SAYS_WHY = re.compile(r"Action \w+ for \w+ not allowed|at permissions not found")
READER = {"objects": [{"object_type": kind, "actions": [{"action_name": "read", "permission": "allowed"}]}
                      for kind in OBJECT_TYPES]}  # fmt: skip


def _routes(monite: Face) -> list[tuple[str, str]]:
    return [
        (method, re.sub("<[^>]*>", "<id>", rule.rule.removeprefix("/v1/")))
        for rule in monite.app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.fixture(scope="module")
def monite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """One emulator for all routes: nothing here depends on what is in it."""
    with face(tmp_path_factory.mktemp("access")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Face]:
    """An emulator of the test's own."""
    with face(tmp_path) as made:
        yield made


def _ask(monite: Face, method: str, path: str, token: str | None) -> Answer:
    resource = path.split("/", 1)[0]
    version = next(date for date in sorted(VERSIONS, reverse=True) if resource not in VERSIONS[date].absent)
    found = monite.entity_id if resource == "entities" else str(uuid4())
    body: Any = {} if method in ("POST", "PATCH", "PUT") else None
    headers = {"Authorization": token, "X_Monite_Version": version}
    return monite.send(method, "/" + path.replace("<id>", found), body, **headers)


def _is_refused(answer: Answer) -> bool:
    return answer.status_code == 403 or bool(answer.status_code == 409 and SAYS_WHY.search(answer.text))


def _wrongly_answered(monite: Face, token: str | None, may_pass: Any) -> dict[tuple[str, str], str]:
    """The routes that let somebody pass who must not, or refuse somebody who may."""
    wrong = {}
    for method, path in _routes(monite):
        answer = _ask(monite, method, path, token)
        assert answer.status_code < 500, (method, path, answer.text)
        if _is_refused(answer) is may_pass(EXPECTED[method, path], path):
            wrong[method, path] = f"{answer.status_code} {answer.text}"
    return wrong


def test_every_route_says_who_may_use_it(monite: Face) -> None:
    assert set(_routes(monite)) == set(EXPECTED)


def test_what_nobody_thought_of_is_the_partners_alone() -> None:
    assert needed("GET", "new_things/<thing_id>") is Access.PARTNER


def test_the_partner_may_do_everything_but_ask_who_it_is(monite: Face) -> None:
    token = monite.headers["Authorization"]

    assert _wrongly_answered(monite, token, lambda asked, _: asked != "user") == {}


def test_a_user_with_every_permission_may_not_do_what_is_the_partners(monite: Face) -> None:
    token = user_token(monite, EVERYTHING)

    assert _wrongly_answered(monite, token, lambda asked, _: asked != "partner") == {}


def test_a_reader_reads(monite: Face) -> None:
    token = user_token(monite, READER)

    def passes(asked: str, _: str) -> bool:
        return asked in ("none", "any", "user") or asked.endswith(".read")

    assert _wrongly_answered(monite, token, passes) == {}


def test_a_user_without_permissions_may_only_see_accounting_and_itself(monite: Face) -> None:
    token = user_token(monite, NOTHING)

    assert _wrongly_answered(monite, token, lambda asked, _: asked in ("none", "any", "user")) == {}


def test_a_user_of_another_entity_gets_nowhere(monite: Face) -> None:
    token = user_token(monite, EVERYTHING, entity_id=monite.add_entity("Other GmbH"))

    def passes(asked: str, path: str) -> bool:
        return asked in ("none", "user") or path.startswith("auth/")

    assert _wrongly_answered(monite, token, passes) == {}


@pytest.mark.parametrize("kind", ["none", "revoked", "expired", "unknown"])
def test_without_a_good_token_only_a_token_can_be_had(monite: Face, kind: str) -> None:
    with write(monite.db) as db:
        lifetime = 0 if kind == "expired" else 60
        token = tokens.create(db, "client_credentials", lifetime=lifetime)
        if kind == "revoked":
            tokens.revoke(db, token)
    sent = None if kind == "none" else f"Bearer {'guess' if kind == 'unknown' else token}"

    passed = [path for method, path in _routes(monite) if _ask(monite, method, path, sent).status_code != 401]

    assert passed == ["auth/token"]


def test_a_missing_permission_on_documents_says_what_is_missing(fresh: Face) -> None:
    def refusal(permissions: Any) -> tuple[int, Any]:
        answer = fresh.send("GET", "/payables", Authorization=user_token(fresh, permissions))
        return answer.status_code, answer.json["error"]["message"]

    assert refusal(NOTHING) == (409, "Object type at permissions not found: payable")
    assert refusal(may(payable=["update"])) == (409, "Action for payable at permissions not found: read")
    assert refusal(may(payable={"read": "not_allowed"})) == (409, "Action read for payable not allowed")


def test_a_missing_permission_elsewhere_is_merely_forbidden(fresh: Face) -> None:
    answer = fresh.send("GET", "/products", Authorization=user_token(fresh, NOTHING))

    assert (answer.status_code, answer.json) == (403, {"error": {"message": "Forbidden"}})


def test_a_user_reads_its_own_entity_and_no_other(fresh: Face) -> None:
    token = user_token(fresh, may(entity=["read"]))
    other = fresh.add_entity("Other GmbH")

    assert fresh.send("GET", f"/entities/{fresh.entity_id}", Authorization=token).status_code == 200
    assert fresh.send("GET", f"/entities/{other}", Authorization=token).status_code == 403


OWN = {"create": "allowed", "read": "allowed_for_own", "update": "allowed_for_own"}
PARTY = {"legal_name": "Kohl AG", "is_vendor": True, "is_customer": False, "address": {
    "city": "Berlin", "country": "DE", "line1": "Hauptstr. 1", "postal_code": "10115"}}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "body", "field", "status"),
    [
        ("payable", {"currency": "EUR"}, "was_created_by_user_id", 409),
        ("product", {"name": "Logo"}, "entity_user_id", 403),
        ("counterpart", {"type": "organization", "organization": PARTY}, "created_by_entity_user_id", 403),
    ],
)
def test_a_role_can_keep_a_user_to_what_it_made_itself(
    fresh: Face, kind: str, body: Any, field: str, status: int
) -> None:
    path = f"/{kind}s"
    user = add_user(fresh, may(**{kind: OWN}))
    token = sign_in(fresh, user["id"])
    foreign = fresh.send("POST", path, body).json

    mine = fresh.send("POST", path, body, Authorization=token).json

    assert (mine[field], foreign[field]) == (user["id"], None)
    listed = fresh.send("GET", path, Authorization=token).json["data"]
    assert [row["id"] for row in listed] == [mine["id"]]
    assert len(fresh.get(path)["data"]) == 2
    assert fresh.send("GET", f"{path}/{mine['id']}", Authorization=token).status_code == 200
    change: Any = {"organization": {}} if kind == "counterpart" else {}
    assert fresh.send("PATCH", f"{path}/{mine['id']}", change, Authorization=token).status_code == 200
    assert fresh.send("GET", f"{path}/{foreign['id']}", Authorization=token).status_code == status
    assert fresh.send("PATCH", f"{path}/{foreign['id']}", change, Authorization=token).status_code == status
    assert fresh.send("GET", f"{path}/{uuid4()}", Authorization=token).status_code == 404


def test_somebody_elses_page_shows_a_user_only_what_is_its_own(fresh: Face) -> None:
    for _ in range(2):
        fresh.send("POST", "/payables", {"currency": "EUR"})
    foreign = fresh.get("/payables?limit=1")["next_pagination_token"]
    token = user_token(fresh, may(payable=OWN))

    answer = fresh.send("GET", f"/payables?pagination_token={foreign}", Authorization=token)

    assert answer.json["data"] == []


def test_lines_go_by_the_maker_of_their_bill(fresh: Face) -> None:
    user = add_user(fresh, may(payable=OWN))
    token = sign_in(fresh, user["id"])
    foreign = fresh.send("POST", "/payables", {"currency": "EUR"}).json["id"]
    mine = fresh.send("POST", "/payables", {"currency": "EUR"}, Authorization=token).json

    made = fresh.send("POST", f"/payables/{mine['id']}/line_items", {"name": "Tea"}, Authorization=token)
    refused = fresh.send("POST", f"/payables/{foreign}/line_items", {"name": "Tea"}, Authorization=token)

    assert (made.json["was_created_by_user_id"], mine["created_by_role_id"]) == (user["id"], user["role_id"])
    assert (refused.status_code, refused.json["error"]["message"]) == (
        409, "Action update for payable not allowed",
    )  # fmt: skip


def test_where_the_maker_is_not_kept_nothing_is_ones_own(fresh: Face) -> None:
    token = user_token(fresh, may(role={"read": "allowed_for_own"}))

    assert fresh.send("GET", "/roles", Authorization=token).status_code == 403


def test_headers_that_a_call_does_not_take_are_ignored(fresh: Face) -> None:
    token = user_token(fresh, NOTHING)
    other = fresh.add_entity("Other GmbH")

    for sent in (other, str(uuid4()), "nonsense", None):
        assert fresh.send("GET", "/settings", X_Monite_Entity_Id=sent).status_code == 200
        assert fresh.send("GET", "/entities", X_Monite_Entity_Id=sent).status_code == 200
        own = fresh.send("GET", "/entity_users/me", Authorization=token, X_Monite_Entity_Id=sent)
        assert own.status_code == 200


def test_credentials_are_asked_for_in_the_body_of_revoke(fresh: Face) -> None:
    token = user_token(fresh, NOTHING)
    body = {**credentials(fresh), "token": token.removeprefix("Bearer ")}

    assert fresh.send("POST", "/auth/revoke", body, Authorization=token).status_code == 200
    assert fresh.send("GET", "/entity_users/me", Authorization=token).status_code == 401
