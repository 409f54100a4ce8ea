"""The dashboard as an app in the test's own process, over an empty store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from app.config import Settings
from app.factory import create_app
from app.store.database import ThreadConnections
from app.web.requests import House
from tests import empty_files
from tests.factories import make_monite


@dataclass(frozen=True, slots=True)
class Idle:
    """An app whose test is over, and how it was configured before."""

    app: Flask
    settings: Settings
    config: dict[str, Any]


_IDLE: list[Idle] = []


@contextmanager
def open_app(settings: Settings, *, clock: Callable[[], datetime]) -> Iterator[Flask]:
    """An app for these settings, whose Monite is never called and whose worker nobody wakes.

    Building one costs more than most tests, so one with the same settings is used again, in a folder of
    its own; what a test changed in its configuration is put back.
    """
    empty_files.store(settings.database).close()
    monite = make_monite(settings)
    house = House(settings, monite, clock, lambda: None, ThreadConnections(settings.database))
    idle = _find_idle(settings) or _build(house)
    idle.app.extensions["gangway"] = house
    idle.app.jinja_env.globals["settings"] = settings
    yield idle.app
    idle.app.config.clear()
    idle.app.config.update(idle.config)
    _IDLE.append(idle)
    # A test may have put another house in its place.
    idle.app.extensions["gangway"].connections.close()
    house.connections.close()
    monite.close()


def _find_idle(settings: Settings) -> Idle | None:
    for idle in _IDLE:
        if replace(idle.settings, instance=settings.instance) == settings:
            _IDLE.remove(idle)
            return idle
    return None


def _build(house: House) -> Idle:
    """Built in a folder of its own: a test may open its store as another side's first."""
    with TemporaryDirectory(prefix="gangway-app-") as folder:
        settings = replace(house.settings, instance=Path(folder))
        empty_files.store(settings.database).close()
        app = create_app(settings, monite=house.monite, wake=house.wake, clock=house.clock)
        app.extensions["gangway"].connections.close()
    return Idle(app, house.settings, dict(app.config))
