"""Monite's own package for Python, pointed at the emulator inside this process, with every exchange kept."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import typing_extensions
from flask import Flask
from flask.testing import FlaskClient
from monite import Monite
from monite.core import serialization
from monite.core.api_error import ApiError
from monite.core.serialization import convert_and_respect_annotation_metadata
from pydantic import BaseModel

# The package works the hints of its types out anew for every object that it reads: half of its time.
serialization.typing_extensions = SimpleNamespace(
    **{**vars(typing_extensions), "get_type_hints": cache(typing_extensions.get_type_hints)}
)
BASE_URL = "http://emulator.example/v1"
NEWEST = "2024-05-25"
NEWER = {"SettingsResponse": {"mail"}}
"""What Monite's document of the newest version has and the package does not know yet."""
UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f-]{27}"
SUCCESS = {"GET": 200, "POST": 201, "PATCH": 200, "PUT": 200, "DELETE": 204}
"""What a method answers unless its call says otherwise."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    path: str
    version: str
    status: int
    content: bytes

    @property
    def json(self) -> Any:
        """The answer's body; None when there is none."""
        return json.loads(self.content) if self.content else None


@dataclass
class Caller:
    """The package in the name of one entity, which checks the status and the shape of each answer."""

    http: httpx.Client
    token: str
    version: str
    entity: Mapping[str, str]
    control: FlaskClient
    credentials: Mapping[str, str]
    exchanges: list[Exchange]
    called: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.api = Monite(
            base_url=BASE_URL,
            monite_version=self.version,
            monite_entity_id=self.entity["id"],
            token=self.token,
            httpx_client=self.http,
        )

    def call(self, name: str, /, *args: Any, expect: int | None = None, **values: Any) -> Any:
        """The answer to one method, in the package's type; nothing of the body may have been lost."""
        *areas, method = name.split(".")
        client: Any = self.api
        for area in areas:
            client = getattr(client, area)
        self.called.add(name)
        told = f"{name} for {self.entity['name']} in {self.version}"
        try:
            answer = getattr(client.with_raw_response, method)(*args, **values)
        except ApiError as exc:
            raise AssertionError(f"{told}: {exc.status_code} {exc.body}") from exc
        seen = self.exchanges[-1]
        assert seen.status == (expect or SUCCESS[seen.method]), f"{told}: {seen.status}"
        if answer.data is not None:
            compare(seen.json, answer.data, told, strict=self.version == NEWEST)
        return answer.data

    def rows(self, name: str, /, *args: Any, limit: int = 100, **values: Any) -> list[Any]:
        """Every row of a cursor list, page after page."""
        found, token = [], None
        while True:
            if token is not None:
                values["pagination_token"] = token
            page = self.call(name, *args, limit=limit, **values)
            found += page.data
            assert len(page.data) <= limit
            if page.next_pagination_token is None:
                return found
            assert page.next_pagination_token != token, f"{name}: the token leads to its own page"
            token = page.next_pagination_token

    def operations(self, app: Flask) -> set[str]:
        """What was called with success, by method and path as the app's routes have it."""
        routes = app.url_map.bind("emulator.example")
        done = [one for one in self.exchanges if one.status < 300]
        found = [(one, routes.match(f"/v1{one.path}", one.method, return_rule=True)[0]) for one in done]
        return {f"{one.method} {rule.rule.removeprefix('/v1')}" for one, rule in found}

    def as_user(self, user_id: str) -> Caller:
        """The same with the token of one of the entity's users."""
        grant = {"grant_type": "entity_user", "entity_user_id": user_id}
        given = self.call("access_tokens.create", **self.credentials, **grant, expect=200)
        return self.with_token(given.access_token)

    def with_token(self, token: str) -> Caller:
        """The same with another token."""
        return replace(self, token=token)

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The answer to a request past the package."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-Monite-Version": self.version,
            "X-Monite-Entity-Id": self.entity["id"],
        }
        return self.http.request(method, BASE_URL + path, headers=headers, json=body)

    def plain(self, method: str, path: str, body: Any = None) -> Any:
        """The body of the answer to what the package does not know; it must succeed."""
        answer = self.send(method, path, body)
        assert answer.status_code == 200, f"{method} {path} in {self.version}: {answer.text}"
        return answer.json()

    def operate(self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> Any:
        """One call of the control interface, which must succeed."""
        answer = self.control.open(f"/_emulator{path}", method=method, json=body or {})
        assert answer.status_code < 300, answer.text
        return answer.json


def make_caller(app: Flask, version: str, entity: Mapping[str, str]) -> Caller:
    """The package for this entity, with a token of the partner."""
    control, exchanges = app.test_client(), list[Exchange]()
    state = control.get("/_emulator/state").get_json()
    credentials = {name: state[name] for name in ("client_id", "client_secret")}

    def keep(response: httpx.Response) -> None:
        request, content = response.request, response.read()
        path = request.url.path.removeprefix("/v1")
        exchanges.append(Exchange(request.method, path, version, response.status_code, content))

    transport = httpx.WSGITransport(app=app.wsgi_app)
    http = httpx.Client(transport=transport, event_hooks={"response": [keep]})
    token = _token(control, credentials, version)
    return Caller(http, token, version, entity, control, credentials, exchanges)


class Readers:
    """The package's reading of answers that came about without it, by what was asked."""

    def __init__(self) -> None:
        self._answer = httpx.Response(501, json={"error": {"message": ""}})
        self._asked: httpx.Request | None = None
        http = httpx.Client(transport=httpx.MockTransport(self._serve))
        api = Monite(
            base_url=BASE_URL, monite_version=NEWEST, monite_entity_id="", token="", httpx_client=http
        )
        self._calls = dict(self._found(api))

    def read(self, method: str, path: str, status: int, content: bytes) -> None:
        """Raises what the package raises when it cannot read this answer to such a request."""
        for (asked, pattern), call in self._calls.items():
            if asked == method and re.fullmatch(pattern, path):
                self._answer = httpx.Response(status, content=content)
                call()
                return

    def _found(self, api: Monite) -> Iterator[tuple[tuple[str, str], Callable[[], Any]]]:
        for _, method in methods(api):
            call = partial(_exhausted, method, _ids_for(method))
            with suppress(ApiError):
                call()
            if self._asked is not None:
                path = re.sub(UUID_PATTERN, "[^/]+", self._asked.url.path)
                yield (self._asked.method, path), call

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self._asked = request
        return self._answer


def refused_with(method: Any) -> int | None:
    """The status that a method raises when its arguments are ids of nothing; None when it raises none."""
    try:
        _exhausted(method, _ids_for(method))
    except ApiError as refused:
        status: int | None = refused.status_code
        return status
    return None


def _ids_for(method: Any) -> dict[str, str]:
    wanted = inspect.signature(method).parameters.values()
    return {one.name: str(uuid4()) for one in wanted if one.default is inspect.Parameter.empty}


def _exhausted(method: Any, arguments: Mapping[str, str]) -> Any:
    answer = method(**arguments)
    # Files come as an iterator, and nothing is asked until somebody looks.
    return list(answer) if inspect.isgenerator(answer) else answer


def methods(client: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every method of the package with its full name, found by looking."""
    for name in sorted(dir(client)):
        if name.startswith("_") or name == "with_raw_response":
            continue
        member = getattr(client, name)
        if inspect.ismethod(member):
            yield path + name, member
        elif hasattr(member, "with_raw_response"):
            yield from methods(member, f"{path}{name}.")


def compare(raw: Any, parsed: Any, told: str, *, strict: bool) -> None:
    """What was sent reads back the same from the package's types, and every required field is there.

    With `strict`, a field that the type does not know is a fault too.
    """
    if isinstance(parsed, BaseModel):
        names = _wire_names(type(parsed))
        assert isinstance(raw, dict), told
        for name, info in type(parsed).model_fields.items():
            wire = names[name]
            assert not info.is_required() or raw.get(wire) is not None, f"{told}: {wire} is required"
            if wire in raw:
                compare(raw[wire], getattr(parsed, name), f"{told} .{wire}", strict=strict)
        unknown = set(raw) - set(names.values()) - NEWER.get(type(parsed).__name__, set())
        assert not (strict and unknown), f"{told}: {type(parsed).__name__} has no {sorted(unknown)}"
    elif isinstance(parsed, list):
        assert len(raw) == len(parsed), told
        for position, (one, other) in enumerate(zip(raw, parsed, strict=True)):
            compare(one, other, f"{told}[{position}]", strict=strict)
    else:
        assert _plain(raw, parsed) == parsed, f"{told}: {raw!r} was read as {parsed!r}"


def _plain(raw: Any, parsed: Any) -> Any:
    if isinstance(parsed, datetime):
        return datetime.fromisoformat(raw)
    return date.fromisoformat(raw) if isinstance(parsed, date) else raw


@cache
def _wire_names(model: type[BaseModel]) -> dict[str, str]:
    """The fields of a model by what they are called on the wire."""
    names = {name: name for name in model.model_fields}
    renamed = convert_and_respect_annotation_metadata(object_=names, annotation=model, direction="write")
    return {name: wire for wire, name in renamed.items()}


def _token(control: FlaskClient, credentials: Mapping[str, str], version: str) -> str:
    body = {"grant_type": "client_credentials", **credentials}
    answer = control.post("/v1/auth/token", json=body, headers={"X-Monite-Version": version})
    return str(answer.get_json()["access_token"])
