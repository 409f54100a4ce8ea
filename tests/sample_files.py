"""The emulator's sample data as a file that is loaded once and copied ever after."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator


def copy_to(path: Path) -> None:
    """Put the sample businesses there, as fresh as on the first day; a file that is there stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_original(), path)


@cache
def _original() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gangway-samples-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "smooth.sqlite3"
    create_emulator(EmulatorSettings(database=path, instant=True), engine=False)
    return path
