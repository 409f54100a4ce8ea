"""What a request of the emulator works with: its own database connection and the settings."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request
from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.store import meta
from app.emulator.store.database import open_database
from app.emulator.sync.deliveries import Deliverer

PATIENCE = 1.0
"""Seconds for which an answer waits, in instant mode, for listeners that are slow to take a message."""


def settings() -> EmulatorSettings:
    """The settings that the running emulator was created with."""
    found: EmulatorSettings = current_app.extensions["emulator_settings"]
    return found


def database() -> Database:
    """This request's connection, opened at the first call and closed with the request."""
    if "emulator_db" not in g:
        g.emulator_db = open_database(settings().database)
    db: Database = g.emulator_db
    return db


def redirect_url() -> str | None:
    """Where people come back to from the sign-in pages: as set here, else in the profile at Codat."""
    return settings().redirect_url or meta.codat_profile(database())["redirectUrl"] or None


def deliverer() -> Deliverer:
    """What sends messages to listeners."""
    found: Deliverer = current_app.extensions["emulator_deliverer"]
    return found


def init_app(app: Flask, found: EmulatorSettings) -> None:
    """Hand the settings to the app and close each request's connection behind it.

    In instant mode a request is answered once the messages that it gave rise to were sent.
    """
    app.extensions["emulator_settings"] = found
    app.extensions["emulator_deliverer"] = Deliverer(found)

    @app.after_request
    def _send(response: Response) -> Response:
        if found.instant and request.method != "GET":
            deliverer().run_due(database(), patience=PATIENCE)
        return response

    @app.teardown_appcontext
    def _close(_: BaseException | None) -> None:
        db: Database | None = g.pop("emulator_db", None)
        if db is not None:
            db.close()
