"""The commands for whoever looks after an installation: doctor, backup, restore."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.processes import WRONG_SETTINGS, answer

if TYPE_CHECKING:
    from sqlite_utils import Database

    from app.config import Settings
    from app.domain.findings import Finding
    from app.services.backups import Made, Restored
    from app.services.deps import Deps

NOWHERE = "http://127.0.0.1:9/v1"
"""Where Monite is for a command that doesn't ask it anything."""
MARKS = {"fine": "ok", "warning": "look", "fault": "FAULT", "unknown": "?"}


def add_commands(commands: Any) -> None:
    """Make the commands known to the program."""
    told = _add(commands, "doctor", doctor, "examines settings, store, worker, Monite and webhooks, in words")
    told.add_argument("--json", action="store_true", help="the findings as JSON, for a program")
    told = _add(commands, "backup", backup, "copies the store into FILE, also while Gangway is running")
    told.add_argument("file", type=Path, metavar="FILE")
    told = _add(
        commands, "restore", restore, "puts a backup in the place of the store, once Gangway is stopped"
    )
    told.add_argument("file", type=Path, metavar="FILE")
    told.add_argument(
        "--forget-secrets", action="store_true", help="go on although no key opens the backup's secrets"
    )


def _add(commands: Any, name: str, run: Callable[[argparse.Namespace], int], words: str) -> Any:
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    return parser


def doctor(told: argparse.Namespace) -> int:
    """Print every finding; 1 when one of them is a fault."""
    from app.config import SettingsError, load_settings
    from app.domain.findings import Health, fault
    from app.services import checkups

    findings: list[Finding] = []
    try:
        settings = load_settings(_with_demo(os.environ))
    except SettingsError as error:
        findings.append(fault("Settings", str(error), "See docs/settings.md."))
        _tell(findings[-1], told.json)
    else:
        with open_deps(settings) as deps_for:
            for finding in checkups.examine(settings, deps_for):
                findings.append(finding)
                _tell(finding, told.json)
    faults = sum(finding.health is Health.FAULT for finding in findings)
    _sum_up(findings, faults, told.json)
    return 1 if faults else 0


def backup(told: argparse.Namespace) -> int:
    """Make a backup, and say which keys it needs."""
    from app.domain.errors import InputError
    from app.services import backups

    settings = _settings_of_the_folder()
    try:
        made = backups.make(
            settings.database,
            told.file,
            settings.encryption_keys,
            datetime.now(UTC),
        )
    except InputError as error:
        return _refuse(error.message)
    print(_told_backup(made, settings), flush=True)
    return 0


def restore(told: argparse.Namespace) -> int:
    """Put a backup in place, and say what is to be looked at afterwards."""
    from app.domain.errors import InputError
    from app.services import backups

    settings = _settings_of_the_folder()
    try:
        with open_deps(settings) as deps_for:
            restored = backups.restore(
                settings.database,
                told.file,
                settings.encryption_keys,
                deps_for,
                monite_api_url=os.environ.get("MONITE_API_URL", ""),
                forget_secrets=told.forget_secrets,
            )
    except InputError as error:
        return _refuse(error.message)
    print(_told_restore(restored), flush=True)
    return 0


def _with_demo(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment; where it names no Monite at all, with the emulator that `gangway demo` runs here."""
    if any(environ.get(name) for name in ("MONITE_API_URL", "MONITE_CLIENT_ID", "MONITE_CLIENT_SECRET")):
        return environ
    url = f"http://127.0.0.1:{environ.get('GANGWAY_EMULATOR_PORT', '5001')}"
    state = answer(f"{url}/_emulator/state")
    if state is None:
        return environ
    told = json.loads(state)
    return {
        **environ,
        "MONITE_API_URL": f"{url}/v1",
        "MONITE_CLIENT_ID": told["client_id"],
        "MONITE_CLIENT_SECRET": told["client_secret"],
    }


def _settings_of_the_folder() -> Settings:
    """Settings for what concerns the store alone, so that no credentials are needed."""
    from app.config import load_settings

    nobody = {"MONITE_API_URL": NOWHERE, "MONITE_CLIENT_ID": "-", "MONITE_CLIENT_SECRET": "-"}
    return load_settings({**nobody, **{name: value for name, value in os.environ.items() if value}})


@contextmanager
def open_deps(settings: Settings) -> Iterator[Callable[[Database], Deps]]:
    """Makes a service's things over a store that is opened elsewhere; calls leave no trace in it."""
    from app.domain.people import SYSTEM
    from app.monite.client import Monite
    from app.services.deps import Deps

    monite = Monite(
        settings.monite_api_url,
        settings.monite_client_id,
        settings.monite_client_secret,
        settings.monite_api_version,
    )
    try:
        yield lambda db: Deps(db, monite, settings, SYSTEM, lambda: datetime.now(UTC), lambda: None)
    finally:
        monite.close()


def _tell(finding: Finding, as_json: bool) -> None:
    if as_json:
        return
    print(f"{MARKS[finding.health]:>5}  {finding.about}: {finding.words}", flush=True)
    if finding.todo:
        print(f"       -> {finding.todo}", flush=True)


def _sum_up(findings: list[Finding], faults: int, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"ok": not faults, "findings": [asdict(one) for one in findings]}, indent=2))
        return
    looks = sum(finding.health == "warning" for finding in findings)
    words = "Nothing is wrong." if not faults else "1 fault." if faults == 1 else f"{faults} faults."
    if looks:
        words += f" {looks} to look at."
    print(words, flush=True)


def _told_backup(made: Made, settings: Settings) -> str:
    lines = [f"{made.path}: {made.size / 1_000_000:.1f} MB, whole and checked."]
    if made.sealed:
        where = (
            "GANGWAY_ENCRYPTION_KEYS"
            if os.environ.get("GANGWAY_ENCRYPTION_KEYS")
            else str(settings.instance / "encryption_key")
        )
        lines.append(
            f"Secrets in it, encrypted: {made.sealed}. Keep their key in another place: {where}, "
            f"fingerprint {' and '.join(made.keys) or 'unknown: none of the keys here opens them'}."
        )
    return "\n".join(lines)


def _told_restore(restored: Restored) -> str:
    from app.services.backups import day_of

    made = f" of {day_of(restored.note.made_at)}" if restored.note else ""
    lines = [f"The backup{made} is in place."]
    if restored.aside:
        lines.append(f"The store that was there is kept as {restored.aside}.")
    if restored.called_off:
        lines.append(
            f"{restored.called_off} changes waited to be sent then. None of them is sent: they may have been "
            "since. Each says so where it was asked for."
        )
    lines.append(f"Everybody signs in again ({restored.sessions} sessions ended), and links are made anew.")
    if restored.forgotten:
        lines.append(f"{restored.forgotten} secrets were forgotten: paste them again on /partner/setup.")
    lines.append(
        "People and passwords are as they were then: look through /partner/people. Then: gangway doctor."
    )
    return "\n".join(lines)


def _refuse(words: str) -> int:
    print(f"gangway: {words}", file=sys.stderr, flush=True)
    return WRONG_SETTINGS
