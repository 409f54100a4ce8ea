"""Keeping a copy of the store, and going back to one, so that nothing is sent twice and nobody gets in again.

A copy is one file, made while Gangway runs. The keys of what is encrypted are never in it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlite_utils import Database

from app.config import side_of
from app.domain.errors import InputError
from app.domain.people import SYSTEM
from app.services import outbox
from app.services.deps import Deps
from app.store import backups, events, import_mails, installations
from app.store.backups import BackupNote
from app.store.database import connect, migrate, write

RESTORED = "backup_restored"
CALLED_OFF = (
    "Gangway was restored from a backup of %s, and this may have been sent since. Look before you repeat it."
)
ENDED_BY = "restoring a backup"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was just made."""

    path: Path
    size: int
    sealed: int
    """How many secrets in it are encrypted."""
    keys: tuple[str, ...]
    """The fingerprints of the keys that open them."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring came to."""

    note: BackupNote | None
    aside: Path | None
    """Where the store is now that was there before."""
    called_off: int
    sessions: int
    forgotten: int
    """Secrets that nobody can read any more."""


def make(store: Path, target: Path, keys: Iterable[str], now: datetime) -> Made:
    """Copy the store into a file of its own, whole and checked; raises InputError in words."""
    if not store.is_file():
        raise InputError("store", f"There is no store at {store}. Is GANGWAY_INSTANCE the right folder?")
    if target.exists():
        raise InputError("file", f"{target} is there already. Choose another name, or move that file away.")
    if not target.parent.is_dir():
        raise InputError("file", f"There is no folder {target.parent}.")
    part = _empty_file(target.parent)
    try:
        with closing(backups.open_to_read(store)) as db:
            backups.copy_into(db, part)
        sealed, needed = _note_down(part, tuple(keys), now)
        _to_disk(part)
        # A link, unlike a new name, never takes the place of a file that has come meanwhile.
        os.link(part, target)
    except (sqlite3.Error, OSError) as error:
        raise InputError("file", f"The backup could not be made: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return Made(target, target.stat().st_size, sealed, needed)


def restore(
    store: Path,
    source: Path,
    keys: Iterable[str],
    deps_for: Callable[[Database], Deps],
    *,
    monite_api_url: str = "",
    forget_secrets: bool = False,
) -> Restored:
    """Put a backup in the place of the store, which is kept aside; raises InputError in words.

    Nothing that waited to be sent when the backup was made is sent: it may have been since. Sessions and
    links end, because some may have been ended since.
    """
    note, side, blind = _look_at(source, tuple(keys))
    if blind and not forget_secrets:
        raise InputError("keys", _missing_keys(note, blind))
    _same_side(side, store, monite_api_url)
    store.parent.mkdir(parents=True, exist_ok=True)
    fresh = _empty_file(store.parent)
    try:
        with _alone(store):
            shutil.copyfile(source, fresh)
            called_off, sessions, now = _calm(fresh, note, deps_for, forget=blind > 0)
            aside = _exchange(fresh, store, now)
    except (sqlite3.Error, OSError) as error:
        raise InputError(
            "file", f"The backup could not be restored: {error}. Nothing was changed."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return Restored(note, aside, called_off, sessions, blind)


def fingerprint(key: str) -> str:
    """What a key is called in a note, without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def day_of(moment: datetime) -> str:
    """9 May 2026 at 10:42 UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y} at {utc:%H:%M} UTC"


def opens(key: str, sealed: str) -> bool:
    """Whether this key opens what was encrypted."""
    with suppress(InvalidToken):
        Fernet(key).decrypt(sealed.encode())
        return True
    return False


def _note_down(part: Path, keys: tuple[str, ...], now: datetime) -> tuple[int, tuple[str, ...]]:
    """Check the copy and write into it what it is; how many secrets it has, and which keys open them."""
    with closing(Database(part)) as copy:
        broken = backups.faults(copy)
        if broken:
            raise InputError("store", f"The store is damaged ({broken[0]}), so this would be no backup.")
        sealed = backups.sealed_texts(copy)
        needed = tuple(fingerprint(key) for key in keys if any(opens(key, text) for text in sealed))
        backups.write_note(copy, BackupNote(now, needed))
        return len(sealed), needed


def _look_at(source: Path, keys: tuple[str, ...]) -> tuple[BackupNote | None, str, int]:
    """The backup's note, whose data it holds, and how many of its secrets the keys here don't open."""
    if not source.is_file():
        raise InputError("file", f"There is no file {source}.")
    try:
        with closing(backups.open_to_read(source)) as db:
            if not backups.is_store(db):
                raise InputError("file", f"{source} is not a backup of Gangway's.")
            broken = backups.faults(db)
            if broken:
                raise InputError("file", f"{source} is damaged: {broken[0]}.")
            newer = backups.unknown_steps(db)
            if newer:
                raise InputError("file", f"{source} was made by a newer Gangway ({newer[0]}). Use that one.")
            blind = sum(not any(opens(key, text) for key in keys) for text in backups.sealed_texts(db))
            return backups.note(db), installations.side(db), blind
    except sqlite3.Error as error:
        raise InputError("file", f"{source} is not a backup of Gangway's: {error}.") from error


def _missing_keys(note: BackupNote | None, blind: int) -> str:
    named = f" The key's fingerprint is {' or '.join(note.keys)}." if note and note.keys else ""
    return (
        f"{blind} of the secrets in the backup can't be read with the keys here.{named} Add that key to "
        "GANGWAY_ENCRYPTION_KEYS, or say --forget-secrets and paste the secrets again afterwards."
    )


def _same_side(theirs: str, store: Path, monite_api_url: str) -> None:
    """What belongs to Monite's sandbox must not end up in live, nor the other way round."""
    ours = side_of(monite_api_url) if monite_api_url else _side_of_store(store)
    if theirs and ours and theirs != ours:
        raise InputError(
            "file", f"The backup belongs to Monite at {theirs}, and this is for {ours}. The two don't mix."
        )


def _side_of_store(store: Path) -> str:
    if not store.exists():
        return ""
    with suppress(sqlite3.Error), closing(backups.open_to_read(store)) as db:
        return installations.side(db)
    return ""


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Nobody else can open the store meanwhile."""
    if not store.exists():
        yield
        return
    try:
        lock = backups.lock_alone(store)
    except sqlite3.OperationalError as error:
        raise InputError(
            "store", "Gangway is running on this store. Stop it first, the pages and the worker."
        ) from error
    with closing(lock):
        yield


def _calm(
    fresh: Path, note: BackupNote | None, deps_for: Callable[[Database], Deps], *, forget: bool
) -> tuple[int, int, datetime]:
    """Make the copy ready to go on at another time; how many intents and sessions that ended, and when."""
    told = day_of(note.made_at) if note else None
    with closing(connect(fresh)) as db:
        migrate(db)
        deps = deps_for(db)
        now = deps.clock()
        with write(db):
            called_off = outbox.call_off_all(deps, CALLED_OFF % (told or "an earlier day"))
            import_mails.drop_waiting(db)
            sessions = backups.end_sessions(db, now, ENDED_BY)
            if forget:
                backups.forget_sealed(db)
            backups.drop_note(db)
            events.add(db, "", now, RESTORED, SYSTEM, note=told)
        backups.settle(db)
        return called_off, sessions, now


def _exchange(fresh: Path, store: Path, now: datetime) -> Path | None:
    """Put the new file in the place of the old one at once, and keep the old one under another name."""
    _to_disk(fresh)
    aside = None
    if store.exists():
        aside = store.with_name(f"{store.name}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        os.link(store, aside)
    os.replace(fresh, store)
    return aside


def _empty_file(folder: Path) -> Path:
    """A new file that only we may read."""
    handle, name = tempfile.mkstemp(prefix=".gangway-", suffix=".part", dir=folder)
    os.close(handle)
    return Path(name)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
