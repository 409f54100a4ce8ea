"""Makes what a test needs, with every value that does not matter filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import GangwayError
from app.domain.outbox import Intent, OutboxRow
from app.domain.people import Actor, Role
from app.monite.client import Monite
from app.services.deps import Deps

ENCRYPTION_KEY = "b25seSBmb3IgdGVzdHMsIGFuZCBubyBzZWNyZXQgb2s="
CHEAP = (1, 8)
"""Rounds and KiB for hashes of passwords that protect nothing."""
NOW = datetime(2026, 6, 8, 10, 0, tzinfo=UTC)
MARIE = Actor("Marie", Role.OWNER, "e1")


def make_settings(instance: Path, **changes: Any) -> Settings:
    """Settings for an instance folder; nothing listens at the address of Monite."""
    values: dict[str, Any] = {
        "monite_api_url": "http://127.0.0.1:1/v1",
        "monite_client_id": "id",
        "monite_client_secret": "secret",
        "instance": instance,
        "secret_key": "k",
        "encryption_keys": (ENCRYPTION_KEY,),
        "hashing": CHEAP,
    }
    return Settings(**(values | changes))


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_monite(settings: Settings) -> Monite:
    """A client for the settings, without a limit and without a log."""
    return Monite(
        settings.monite_api_url,
        settings.monite_client_id,
        settings.monite_client_secret,
        settings.monite_api_version,
    )


def make_deps(
    db: Database,
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    actor: Actor = MARIE,
    monite: Monite | None = None,
) -> Deps:
    """A service's things, with a worker that nobody wakes."""
    return Deps(
        db=db,
        monite=monite or make_monite(settings),
        settings=settings,
        actor=actor,
        clock=clock or Clock(),
        wake=lambda: None,
    )


def make_intent(object_id: str = "line-1", **changes: Any) -> Intent:
    """An intent that the tests' own handler sends."""
    values: dict[str, Any] = {"action": "test", "object_type": "line_item", "object_id": object_id}
    return Intent(**(values | changes))


@dataclass
class Recorder:
    """A handler that answers as it is told and remembers what it was asked; None stands for success."""

    repeatable: bool = True
    answers: list[Exception | None] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    found: Any = None

    def send(self, deps: Deps, row: OutboxRow) -> Any:
        self.sent.append(row.object_id)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return {"id": row.object_id}

    def look(self, deps: Deps, row: OutboxRow) -> Any:
        self.looks.append(row.object_id)
        return self.found

    def done(self, deps: Deps, row: OutboxRow, answer: Any) -> None:
        self.closed.append(("done", row.object_id))

    def refused(self, deps: Deps, row: OutboxRow, error: GangwayError) -> None:
        self.closed.append(("refused", str(error)))
