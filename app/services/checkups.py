"""An examination of the whole installation: its folder, its store, its worker, Monite, webhooks.

It changes nothing, and looks at what is wrong as well as it can: each part is examined by itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import requests
from sqlite_utils import Database

from app.config import Settings
from app.domain.findings import (
    Finding,
    Health,
    fault,
    fine,
    told_clock,
    told_disk,
    told_waiting,
    told_worker,
    unknown,
    warning,
)
from app.domain.partner_checks import Line, Outcome, Result
from app.services import backups, installations, partner_checks
from app.services.deps import Deps
from app.services.own_addresses import visitor
from app.store import backups as files
from app.store import checkups, heartbeats, users
from app.store.database import prepare

PATIENCE, ANSWERS_WITHIN = 10.0, 3.0
SECRET_FILES = ("gangway.sqlite3", "gangway.sqlite3-wal", "secret_key", "encryption_key")
_HEALTH = {
    Outcome.PASSED: Health.FINE,
    Outcome.WARNED: Health.WARNING,
    Outcome.FAILED: Health.FAULT,
    Outcome.UNKNOWN: Health.UNKNOWN,
}
_NAMES = {
    Line.CREDENTIALS: "Credentials",
    Line.PROVIDER: "Provider's key",
    Line.VERSION: "API version",
    Line.WEBHOOKS: "Webhooks",
    Line.XERO_CAP: "Xero organisations",
}


def examine(settings: Settings, deps_for: Callable[[Database], Deps]) -> Iterator[Finding]:
    """Each finding, as soon as it is known."""
    yield _settings(settings)
    yield _folder(settings.instance)
    if not settings.database.exists():
        yield warning("Store", "There is none yet.", "It is made when the pages or the worker first start.")
        with closing(prepare(":memory:")) as empty:
            yield from _outside(deps_for(empty))
        return
    yield _address(settings.public_url)
    yield told_disk(shutil.disk_usage(settings.instance).free, _size(settings.database))
    try:
        with closing(files.open_to_read(settings.database)) as db:
            yield from _inside(db, settings, deps_for)
    except sqlite3.Error as error:
        yield fault("Store", f"It can't be read: {error}.", "Restore a backup: gangway restore FILE.")


def _inside(db: Database, settings: Settings, deps_for: Callable[[Database], Deps]) -> Iterator[Finding]:
    newer, older = files.unknown_steps(db), files.missing_steps(db)
    if newer:
        yield fault(
            "Store", f"A newer Gangway has worked with it ({newer[0]}).", "Use that one, or restore a backup."
        )
        return
    mixed = installations.clash(db, settings.monite_api_url)
    if mixed:
        yield fault("Store", mixed, "Nothing starts like this. Set GANGWAY_INSTANCE to another folder.")
        return
    broken = files.faults(db)
    if broken:
        yield fault("Store", f"It is damaged: {broken[0]}.", "Restore a backup: gangway restore FILE.")
        return
    if older:
        yield warning(
            "Store",
            f"It lacks {len(older)} of this version's changes.",
            "They are made when the pages or the worker next start. Then ask again.",
        )
        with closing(prepare(":memory:")) as empty:
            yield from _outside(deps_for(empty))
        return
    yield fine("Store", "Whole, and of this version.")
    deps = deps_for(db)
    now = deps.clock()
    yield _counters(db)
    yield told_worker(heartbeats.last(db, "worker"), now)
    yield told_waiting(*checkups.waiting(db, now), now)
    yield _secrets(db, settings)
    yield _people(db, settings)
    yield from _outside(deps)


def _outside(deps: Deps) -> Iterator[Finding]:
    """What Monite says."""
    for line, result in partner_checks.examine_all(deps, PATIENCE):
        yield _found(line, result)
        if line is Line.CREDENTIALS and deps.monite.clock_ahead is not None:
            yield told_clock(deps.monite.clock_ahead)


def _found(line: Line, result: Result) -> Finding:
    return Finding(
        _NAMES[line], _HEALTH[result.outcome], result.text % result.values, result.todo % result.values
    )


def _settings(settings: Settings) -> Finding:
    if settings.practice:
        return fine("Settings", f"Practice: Monite is an emulator, at {settings.monite_api_url}.")
    where = f"Monite at {settings.monite_api_url}, pages at {settings.public_url}."
    if not settings.secure:
        return warning(
            "Settings",
            f"{where} Without https nobody but this machine reaches them.",
            "Set GANGWAY_PUBLIC_URL to an https:// address.",
        )
    return fine("Settings", where)


def _address(public_url: str) -> Finding:
    """Whether the pages answer where people and webhooks look for them."""
    about, todo = "Address", "Start `gangway serve`, and look at the proxy in front of it."
    if not public_url:
        return unknown(about, "None is told.")
    with visitor(public_url) as http:
        try:
            status = http.get(public_url, timeout=ANSWERS_WITHIN, allow_redirects=False).status_code
        except requests.exceptions.SSLError:
            return fault(about, f"{public_url} has a certificate that isn't accepted.", "Renew it.")
        except requests.RequestException:
            return warning(about, f"Nobody answers at {public_url}.", todo)
    if status >= 400:
        return warning(about, f"{public_url} answers with the error {status}.", todo)
    return fine(about, f"{public_url} answers.")


def _folder(instance: Path) -> Finding:
    """Whether anybody else on this machine can read what is kept."""
    if not instance.is_dir():
        return warning("Folder", f"There is no folder {instance}.", "It is made at the first start.")
    if os.name != "posix":
        return unknown("Folder", "Who may read it can't be told on this system.")
    inside_reached = instance.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)
    files_here = [instance / name for name in SECRET_FILES]
    readable = stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH
    open_ones = [path.name for path in files_here if path.exists() and path.stat().st_mode & readable]
    if open_ones and inside_reached:
        return warning(
            "Folder",
            f"Other users of this machine can read {', '.join(open_ones)}.",
            f"chmod 700 {instance.absolute()}",
        )
    if not os.access(instance, os.W_OK):
        return fault("Folder", f"{instance} can't be written to.", "Give it to the user that runs Gangway.")
    return fine("Folder", f"{instance.absolute()} is closed to other users.")


def _size(store: Path) -> int:
    beside = (store.with_name(store.name + ending) for ending in ("", "-wal"))
    return sum(path.stat().st_size for path in beside if path.exists())


def _counters(db: Database) -> Finding:
    wrong = checkups.miscounts(db)
    if wrong:
        return fault(
            "Counters",
            f"The counters of {' and '.join(wrong)} don't agree with what they count.",
            "This is a fault of ours: keep a backup, and tell us. Lists are right all the same.",
        )
    return fine("Counters", "They agree with what they count.")


def _secrets(db: Database, settings: Settings) -> Finding:
    sealed = files.sealed_texts(db)
    blind = sum(not any(backups.opens(key, text) for key in settings.encryption_keys) for text in sealed)
    if blind:
        return fault(
            "Secrets",
            f"{blind} of {len(sealed)} can't be read: the key that closed them is missing.",
            "Add that key to GANGWAY_ENCRYPTION_KEYS, or paste the secrets again on /partner/setup.",
        )
    return fine("Secrets", f"{len(sealed)} kept, all can be read." if sealed else "None is kept.")


def _people(db: Database, settings: Settings) -> Finding:
    count = users.count_admins(db)
    if count:
        words = "1 administrator can sign in." if count == 1 else f"{count} administrators can sign in."
        return fine("People", words)
    if settings.open_chooser:
        return fine("People", "Nobody needs to sign in for practice on this machine.")
    return fault("People", "No administrator can sign in.", "Make one: gangway user add.")
