"""Emulators over copies of one file of sample data, inside the test's own process."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.store.database import open_database
from tests import sample_files


class Copies:
    """Sample data, loaded once; every emulator gets a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: Database | None = None

    def make(self, *, rate_limit: int = 1_000_000) -> Flask:
        """An emulator in instant mode, as fresh as the sample data."""
        path = self._folder / f"{uuid4()}.sqlite3"
        sample_files.copy_to(path)
        self.close()
        # Were each request's connection the only one, SQLite would tidy the file up after each.
        self._kept = open_database(path)
        return create_emulator(self._settings(path, rate_limit), engine=False)

    def close(self) -> None:
        """Let go of the last file."""
        if self._kept is not None:
            self._kept.close()

    @staticmethod
    def entities(app: Flask) -> list[dict[str, str]]:
        """The sample entities by id and name."""
        found: list[dict[str, str]] = app.test_client().get("/_emulator/state").get_json()["entities"]
        return found

    @classmethod
    def busy_entity(cls, app: Flask) -> dict[str, str]:
        """The sample entity with the most in its books: bills and invoices that were sent there."""
        return next(entity for entity in cls.entities(app) if entity["name"].startswith("Kettwerk"))

    @staticmethod
    def _settings(path: Path, rate_limit: int) -> EmulatorSettings:
        return EmulatorSettings(database=path, instant=True, rate_limit=rate_limit)
