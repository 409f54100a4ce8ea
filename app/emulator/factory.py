"""Builds the emulator: its file, its engine, Monite's API, the provider's pages, the controls."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlite_utils import Database

from app.emulator import api, codat, control, deps, pages, samples
from app.emulator.config import EmulatorSettings
from app.emulator.store import meta
from app.emulator.store.database import migrate, open_database, write
from app.emulator.sync import engine as sync_engine

PROJECT = Path(__file__).parents[2]
LARGEST_REQUEST = 10 * 1024 * 1024


def create_emulator(settings: EmulatorSettings, *, engine: bool = True) -> Flask:
    """A ready emulator over the file of these settings; an empty file gets the sample businesses.

    With `engine`, threads run the syncs that are due and send word of what happens; they are
    `app.extensions["emulator_engine"]` and `["emulator_deliverer"]`, to be stopped by whoever stops the
    server.
    """
    _prepare(settings)
    app = Flask(
        "app.emulator",
        template_folder=str(PROJECT / "templates"),
        static_folder=str(PROJECT / "static" / "emulator"),
        static_url_path="/_emulator/static",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    # Monite knows no OPTIONS, and no path with two slashes is another one's spelling.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    deps.init_app(app, settings)
    api.init_app(app)
    codat.init_app(app)
    app.register_blueprint(control.bp)
    app.register_blueprint(pages.bp)
    if engine:
        app.extensions["emulator_engine"] = sync_engine.start(settings)
        app.extensions["emulator_deliverer"].start()
    return app


def _prepare(settings: EmulatorSettings) -> None:
    db = open_database(settings.database)
    try:
        migrate(db)
        _fill(db, settings.base_url)
    finally:
        db.close()


def _fill(db: Database, base_url: str) -> None:
    with write(db):
        meta.save(db, "base_url", base_url)
        if not meta.find(db, "scenario"):
            samples.load(db, "smooth")
