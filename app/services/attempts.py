"""The way to the accounting system and back: starting it, and finding out what became of it.

Creating a connection is one of the few things for which a person waits: the next page is the
provider's. Whatever Monite lists counts more than what we remember of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from flask_babel import gettext as _

from app.domain.attempts import Arrival, Attempt, Hint, arrival, waited
from app.domain.connections import Connection, ConnectionStatus, system_name
from app.domain.errors import (
    ConflictError,
    InputError,
    MoniteError,
    RefusedError,
    UnavailableError,
)
from app.domain.problems import UNKNOWN, code_of
from app.services import caps, carry_overs, refresh, rules, sightings, tokens
from app.services.deps import Deps
from app.store import attempts, connections, events, revisions
from app.store.database import write

PLATFORMS = ("xero", "quickbooks_online")
PATIENCE = 8.0
LOOK_AGAIN = timedelta(seconds=2)
STARTED = "connect_started"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where to send the person, and the secret by which their browser finds the way back."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person's way to the accounting system stands."""

    arrival: Arrival
    connection: Connection | None
    attempt: Attempt | None
    waited: timedelta
    silent_at: datetime | None = None
    """When Monite was last asked in vain; None while it answers."""
    problem: str = ""
    """The code of what went wrong at the provider, in the error catalogue; '' for what it does not know."""


def start(
    deps: Deps, entity_id: str, platform: str | None, *, afresh: bool = False, share_id: str | None = None
) -> Leaving:
    """Make or find the sign-in address, with sending on hold before anybody signs in.

    `share_id` is the link with which somebody who was invited sets out.

    Raises InputError for a choice that cannot be used or when something is connected already,
    CapReachedError when there is no place for another organisation, and a MoniteError when nothing could
    be started.
    """
    check_choice(deps, platform)
    with deps.monite.hurried(PATIENCE):
        standing = _look(deps, entity_id)
    if standing is not None and standing.status is ConnectionStatus.CONNECTED:
        raise InputError("connection", "An accounting system is connected already.")
    caps.check(deps, entity_id, platform)
    carry_overs.begin(deps, entity_id)
    if rules.hold(deps, entity_id, "before connecting").undecided:
        # Whoever left now could be connected, and sent to, before the hold comes about.
        raise UnavailableError("sending could not be put on hold yet")
    with deps.monite.hurried(PATIENCE):
        connection = _reusable(deps, entity_id, standing, platform, afresh) or _create(
            deps, entity_id, platform
        )
    return _leave(
        deps,
        connection,
        Attempt(
            id=str(uuid4()),
            entity_id=entity_id,
            connection_id=connection.id,
            platform=platform or connection.platform,
            started_by=deps.actor.name,
            started_at=deps.clock(),
            share_id=share_id,
        ),
    )


def check_choice(deps: Deps, platform: str | None) -> None:
    """Raises InputError when a system must be named and this is none."""
    if deps.monite.capabilities.platform_in_body and platform not in PLATFORMS:
        raise InputError("platform", "Choose the accounting system that you use.")


def came_back(deps: Deps, browser: str, hint: Hint) -> Attempt | None:
    """The way that this browser set out on, with what the provider says of it; None for a stranger.

    A hint about another connection than the one that this browser set out for is not kept.
    """
    attempt = attempts.of_browser(deps.db, tokens.hashed(browser)) if browser else None
    if attempt is None:
        return None
    meant = connections.get(deps.db, attempt.connection_id or "")
    if hint.contradicts(meant.connection_url if meant else None):
        hint = Hint()
    with write(deps.db):
        attempts.came_back(deps.db, attempt.id, deps.clock(), hint.status, hint.message)
        revisions.bump(deps.db, attempt.entity_id)
    return attempt


def newest(deps: Deps, entity_id: str) -> Attempt | None:
    """The last way that anybody set out on for this entity."""
    return attempts.newest(deps.db, entity_id)


def look(deps: Deps, entity_id: str) -> Standing:
    """Ask Monite within this request; when it does not answer, what we know stands."""
    try:
        refresh.read_now(deps, entity_id, "connection")
    except MoniteError:
        refresh.want(deps, entity_id, ["connection"])
    return standing(deps, entity_id)


def standing(deps: Deps, entity_id: str) -> Standing:
    """Where it stands as far as we know."""
    connection = connections.current(deps.db, entity_id)
    attempt = _open_attempt(deps, entity_id, connection)
    now = deps.clock()
    read = refresh.overview(deps.db, entity_id)["connection"]
    found = arrival(connection, attempt, now, read.as_of)
    return Standing(
        arrival=found,
        connection=connection,
        attempt=attempt,
        waited=waited(connection, attempt, now) if connection else timedelta(),
        silent_at=read.started_at if read.state == "error" else None,
        problem=_problem(connection, attempt) if found is Arrival.FAILED else "",
    )


def _open_attempt(deps: Deps, entity_id: str, connection: Connection | None) -> Attempt | None:
    """The last way that anybody set out on, unless it has led to its end already."""
    attempt = attempts.newest(deps.db, entity_id)
    if attempt is None or connection is None or attempt.connection_id != connection.id:
        return None
    if connection.status is ConnectionStatus.DEAUTHORIZED and attempt.provider_status in (None, "200"):
        lost = events.latest(deps.db, entity_id, "access_withdrawn")
        if lost is not None and lost.at > (attempt.returned_at or attempt.started_at):
            return None
    return attempt


def _problem(connection: Connection | None, attempt: Attempt | None) -> str:
    """What the provider, or Monite, says went wrong, as the catalogue knows it."""
    said = [*(connection.errors if connection else ()), (attempt and attempt.provider_message) or ""]
    code = code_of("; ".join(said), "connection")
    return "" if code == UNKNOWN else code


def keep_looking(deps: Deps, entity_id: str) -> None:
    """Have the connection read again when nobody has lately; a person is looking at it."""
    read = refresh.overview(deps.db, entity_id).get("connection")
    if read is None or read.as_of is None or deps.clock() - read.as_of > LOOK_AGAIN:
        refresh.want(deps, entity_id, ["connection"])


def pending(deps: Deps, entity_id: str) -> Standing | None:
    """A way that was begun and not finished; None when there is none."""
    found = standing(deps, entity_id)
    waiting = found.connection is not None and found.connection.status is ConnectionStatus.PENDING_AUTH
    return found if waiting else None


def _look(deps: Deps, entity_id: str) -> Connection | None:
    """What takes the entity's only place, by Monite's own list, which is kept."""
    page = deps.monite.connection_page(entity_id)
    now = deps.clock()
    with write(deps.db):
        for connection, raw in page:
            sightings.connection(deps.db, entity_id, connection, now, raw)
        revisions.bump(deps.db, entity_id)
    return next((connection for connection, _ in page if connection.occupies), None)


def _reusable(
    deps: Deps, entity_id: str, standing: Connection | None, platform: str | None, afresh: bool
) -> Connection | None:
    """A connection whose address can be used: it waits for a sign-in, or for a new one after its access
    was withdrawn. Anything else in its place is ended first.
    """
    if standing is None:
        return None
    waits = standing.status in (ConnectionStatus.PENDING_AUTH, ConnectionStatus.DEAUTHORIZED)
    same = None in (platform, standing.platform) or system_name(platform) == system_name(standing.platform)
    if waits and standing.connection_url and same and not afresh:
        return standing
    ended = deps.monite.disconnect(entity_id, standing.id)
    with write(deps.db):
        connections.save(deps.db, entity_id, ended, deps.clock())
        if standing.status is ConnectionStatus.DEAUTHORIZED:
            _tell_of_end(deps, entity_id, standing.id)
    return None


def _tell_of_end(deps: Deps, entity_id: str, connection_id: str) -> None:
    events.add(
        deps.db,
        entity_id,
        deps.clock(),
        "disconnected",
        deps.actor,
        object_type="connection",
        object_id=connection_id,
        note=_("a new connection takes its place"),
    )


def _create(deps: Deps, entity_id: str, platform: str | None) -> Connection:
    """A new connection. A lost answer or a refusal may mean that there is one, so the list decides."""
    try:
        return deps.monite.create_connection(entity_id, platform)
    except (UnavailableError, ConflictError, RefusedError) as error:
        there = _look(deps, entity_id)
        if there is None or there.status is not ConnectionStatus.PENDING_AUTH:
            raise error
        return there


def _leave(deps: Deps, connection: Connection, attempt: Attempt) -> Leaving:
    if not connection.connection_url:
        raise UnavailableError("no sign-in address came with the connection")
    browser = tokens.new()
    with write(deps.db):
        connections.save(deps.db, attempt.entity_id, connection, attempt.started_at)
        attempts.add(deps.db, attempt, tokens.hashed(browser))
        events.add(
            deps.db,
            attempt.entity_id,
            attempt.started_at,
            STARTED,
            deps.actor,
            object_type="connection",
            object_id=connection.id,
            became=attempt.platform,
        )
        revisions.bump(deps.db, attempt.entity_id)
    refresh.want(deps, attempt.entity_id, ["connection"])
    return Leaving(connection.connection_url, browser)
