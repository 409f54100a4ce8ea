"""The control interface, for tests, demonstrations and outside checks: JSON in and out on /_emulator/.

Its page for people is in `pages`; everything it can do goes through the same calls.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from sqlite_utils import Database

from app.emulator import samples
from app.emulator.bodies import (
    Field,
    anything,
    choice,
    flag,
    identifier,
    json_object,
    listed,
    number,
    read,
    text,
    whole,
)
from app.emulator.deps import database, deliverer, settings
from app.emulator.errors import BadRequestError, ForbiddenError, NotFoundError
from app.emulator.rules import objections, platforms
from app.emulator.rules.codat import TYPES
from app.emulator.rules.faults import KINDS
from app.emulator.rules.versions import VERSIONS
from app.emulator.store import (
    book_pages,
    books,
    clock,
    codat_consumers,
    connections,
    entities,
    entity_users,
    faults,
    meta,
    outgoing,
)
from app.emulator.store.database import write
from app.emulator.sync import codat_consumers as consumers
from app.emulator.sync import connections as sync
from app.emulator.sync import engine, mishaps

bp = Blueprint("control", __name__, url_prefix="/_emulator")

TEN_YEARS = 10 * 366 * 24 * 3600
RESET = {
    "scenario": Field(choice(samples.SCENARIOS), nullable=False),
    **{name: Field(whole(0, 1_000_000), nullable=False) for name in ("entities", "payables", "records")},
}
CLOCK = {"advance_seconds": Field(number(0, TEN_YEARS), required=True)}
AUTHORISE = {"platform": Field(choice(platforms.NAMES)), "organisation": Field(text(1))}
FAULT = {
    "kind": Field(text(1), required=True),
    "entity_id": Field(identifier),
    "count": Field(whole(1, 1_000_000)),
    "options": Field(json_object),
}
WEBHOOK = {
    "url": Field(text(1), required=True),
    "style": Field(choice(tuple(TYPES)), nullable=False),
    "types": Field(listed(text(1))),
    "authorization": Field(text(1)),
}
WEBHOOK_ID = {"id": Field(identifier)}
CLEAR = {"kind": Field(text(1)), "entity_id": Field(identifier), "count": Field(anything)}
SWITCHES = {name: Field(flag, nullable=False) for name in meta.DEFAULT_SWITCHES}


@bp.before_request
def _guard() -> None:
    """Refuse what another site makes a browser send."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise ForbiddenError


@bp.get("/state")
def state() -> Response:
    """What a client needs in order to begin: where, with which credentials, and for whom."""
    db = database()
    client_id, client_secret = meta.credentials(db)
    return jsonify(
        {
            "now": clock.stamp(clock.now(db)),
            "scenario": meta.find(db, "scenario"),
            "base_url": settings().base_url,
            "client_id": client_id,
            "client_secret": client_secret,
            "entities": entities.names(db),
            "entity_users": entity_users.names(db),
            "versions": list(VERSIONS),
            "switches": meta.switches(db),
        }
    )


@bp.post("/reset")
def reset() -> Response:
    """Sample data afresh."""
    body = read(RESET, empty_allowed=True)
    scenario = body.pop("scenario", "smooth")
    if body and scenario != "bulk":
        raise BadRequestError("Counts belong to the scenario bulk.")
    try:
        samples.load(database(), scenario, **body)
    except ValueError as exc:
        raise BadRequestError(f"That is more than this scenario makes: {exc}.") from exc
    return state()


@bp.post("/clock")
def advance() -> Response:
    """The emulator's new time, once everything that became due has been run, and word of it sent."""
    body = read(CLOCK)
    with write(database()) as db:
        clock.advance(db, body["advance_seconds"])
    run = engine.run_due(db, settings())
    deliverer().run_due(db)
    return jsonify({"now": clock.stamp(clock.now(db)), "jobs_run": run})


@bp.post("/connections/<connection_id>/authorise")
def authorise(connection_id: str) -> Response:
    """The person allows access to an organisation, by default the entity's own.

    The platform need not be given: it is the connection's, else the one whose books the entity used last,
    else xero.
    """
    body, db = read(AUTHORISE, empty_allowed=True), database()
    organisation_id = _organisation(db, connection_id, body) if body.get("organisation") else None
    return _after(sync.authorise(db, connection_id, body.get("platform"), organisation_id))


@bp.post("/connections/<connection_id>/deny")
def deny(connection_id: str) -> Response:
    """The person presses Cancel."""
    return _after(sync.deny(database(), connection_id))


@bp.post("/connections/<connection_id>/revoke")
def revoke(connection_id: str) -> Response:
    """The person takes the access away again, in the accounting system."""
    return _after(sync.revoke(database(), connection_id))


@bp.get("/books/<entity_id>")
def show_books(entity_id: str) -> Response:
    """The accounting system's books of the entity."""
    db = database()
    entities.get(db, entity_id)
    return jsonify(book_pages.books_of(db, entity_id))


@bp.get("/organisations/<entity_id>")
def list_organisations(entity_id: str) -> Response:
    """The organisations that the entity's person may choose on signing in, its own ones first."""
    db = database()
    entities.get(db, entity_id)
    names = ("id", "name", "platform")
    found = [
        {**{name: row[name] for name in names}, "is_own": bool(row["is_own"])}
        for row in books.find_organisations(db, entity_id)
    ]
    return jsonify({"data": found})


@bp.get("/faults")
def list_faults() -> Response:
    """The kinds of faults, a line each, the errors of the fault `refusal`, and what is armed."""
    active = faults.find_all(database())
    return jsonify({"kinds": KINDS, "errors": objections.listed(), "active": active})


@bp.post("/faults")
def add_fault() -> tuple[Response, int]:
    """The fault, armed."""
    body = read(FAULT)
    return jsonify(mishaps.arm(database(), **body)), 201


@bp.delete("/faults")
def clear_faults() -> Response:
    """What is still armed once everything, or what was named, has been mended."""
    body = read(CLEAR, empty_allowed=True)
    mishaps.disarm(database(), body.get("kind"), body.get("entity_id"))
    return list_faults()


@bp.get("/codat/webhooks")
def list_webhooks() -> Response:
    """What Codat can tell, by style, and who is told, of which types (none stands for all)."""
    found = [consumers.shaped(row) for row in codat_consumers.find_all(database())]
    return jsonify({"types": TYPES, "data": found})


@bp.post("/codat/webhooks")
def add_webhook() -> tuple[Response, int]:
    """A new listener: to `events`, with the secret that signs them, or to the `rules` of old."""
    body = read(WEBHOOK)
    made = consumers.subscribe(
        database(),
        body["url"],
        style=body.get("style", "events"),
        types=body.get("types") or (),
        authorization=body.get("authorization"),
    )
    return jsonify(consumers.shaped(made)), 201


@bp.delete("/codat/webhooks")
def remove_webhooks() -> Response:
    """Who is still told once the listener with `id`, or every one, is told nothing more."""
    consumers.unsubscribe(database(), read(WEBHOOK_ID, empty_allowed=True).get("id"))
    return list_webhooks()


@bp.get("/webhooks")
def show_webhooks() -> Response:
    """How many messages wait, have arrived and were given up, by channel, and the next that are due."""
    db = database()
    return jsonify({"channels": outgoing.counts(db), "waiting": outgoing.find_waiting(db, limit=50)})


@bp.get("/switches")
def show_switches() -> Response:
    """How the emulator reads what Monite's sources leave open."""
    return jsonify(meta.switches(database()))


@bp.patch("/switches")
def set_switches() -> Response:
    """All switches once the given ones are set."""
    body = read(SWITCHES)
    with write(database()) as db:
        return jsonify(meta.save_switches(db, body))


def _organisation(db: Database, connection_id: str, body: dict[str, Any]) -> str:
    row = connections.find(db, connection_id)
    if row is None:
        raise NotFoundError
    platform = body.get("platform") or row["platform"] or sync.system_of(db, row["entity_id"])
    by_name = {one["name"]: one for one in books.find_organisations(db, row["entity_id"], platform)}
    if body["organisation"] not in by_name:
        raise NotFoundError(f"Organisation not found; there are {', '.join(by_name)}.")
    return str(by_name[body["organisation"]]["id"])


def _after(row: dict[str, Any]) -> Response:
    """The connection as the engine leaves it: in instant mode everything has been pulled."""
    db = database()
    if settings().instant:
        engine.run_due(db, settings())
    found = connections.find(db, row["id"]) or row
    organisation = books.find_organisation(db, found["organisation_id"] or "")
    names = ("id", "entity_id", "status", "platform", "last_pull", "first_pull_done")
    shown = {name: found[name] for name in names}
    shown["first_pull_done"] = bool(found["first_pull_done"])
    return jsonify({**shown, "organisation": organisation["name"] if organisation else None})
