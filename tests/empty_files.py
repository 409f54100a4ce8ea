"""Each house's file with its tables and nothing in them: made once, copied ever after."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from app.emulator import samples
from app.emulator.store.database import migrate, open_database
from app.store.database import connect, prepare


def store(path: Path) -> Database:
    """An open, empty store of the dashboard at the path; what is there already stays."""
    _copy(_store(), path)
    return connect(path)


def emulator(path: Path | str) -> Database:
    """The emulator's file, open, without any business; in memory too."""
    if path == ":memory:":
        db = open_database(path)
        with closing(connect(_emulator())) as original:
            original.conn.backup(db.conn)
        return db
    _copy(_emulator(), Path(path))
    return open_database(path)


def _copy(original: Path, path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, path)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gangway-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _store() -> Path:
    path = _folder() / "gangway.sqlite3"
    prepare(path).close()
    return path


@cache
def _emulator() -> Path:
    path = _folder() / "emulator.sqlite3"
    db = open_database(path)
    migrate(db)
    samples.load(db, "empty")
    db.close()
    return path
