"""`gangway`: starts the dashboard, its worker and the emulator. The only module that knows both houses."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from app import upkeep, user_commands
from app.processes import WRONG_SETTINGS, Family, on_stop, port_is_free

if TYPE_CHECKING:
    from flask import Flask

THREADS, EMULATOR_THREADS = 4, 8
TIME_TO_START = 60.0
LARGEST_BODY = 12 * 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    told = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        return int(told.run(told))
    except ValueError as error:
        return _explain(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gangway", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for run, words in (
        (demo, "dashboard, worker and emulator on this machine, connected to each other"),
        (serve, "the dashboard's pages"),
        (worker, "what the dashboard does in the background"),
        (emulator, "the other side, for practice: Monite's API and an accounting system"),
    ):
        command = commands.add_parser(run.__name__, help=words, description=words)
        command.set_defaults(run=lambda _told, run=run: run())
    user_commands.add_commands(commands)
    upkeep.add_commands(commands)
    return parser


def demo() -> int:
    """All three as children of this process, until Ctrl-C."""
    host, port = os.environ.get("GANGWAY_HOST", "127.0.0.1"), _port("GANGWAY_PORT", 5000)
    emulator_port = _port("GANGWAY_EMULATOR_PORT", 5001)
    for name, wanted in (("GANGWAY_PORT", port), ("GANGWAY_EMULATOR_PORT", emulator_port)):
        if not port_is_free(host, wanted):
            return _explain(_busy(host, wanted, name))
    family = Family()
    on_stop(family.stopping.set)
    try:
        return _raise(family, f"http://{host}:{port}", f"http://127.0.0.1:{emulator_port}")
    finally:
        family.end()


def _raise(family: Family, dashboard_url: str, emulator_url: str) -> int:
    redirect = os.environ.get("EMULATOR_REDIRECT_URL") or f"{dashboard_url}/connect/return"
    family.add("emulator", {"EMULATOR_REDIRECT_URL": redirect})
    state = family.wait_for(f"{emulator_url}/_emulator/state", TIME_TO_START)
    if state is None:
        return 0 if family.stopping.is_set() else _explain("The emulator did not start.")
    told = json.loads(state)
    environ = {
        "MONITE_API_URL": f"{emulator_url}/v1",
        "MONITE_CLIENT_ID": str(told["client_id"]),
        "MONITE_CLIENT_SECRET": str(told["client_secret"]),
    }
    family.add("serve", environ)
    family.add("worker", environ)
    if family.wait_for(f"{dashboard_url}/", TIME_TO_START) is not None:
        print("Gangway is ready. Practice mode: nothing leaves this machine.", flush=True)
        print(f"  Dashboard       {dashboard_url}", flush=True)
        print(f"  The other side  {emulator_url}/_emulator/", flush=True)
        print("Ctrl-C stops everything.", flush=True)
    return family.keep_alive()


def serve() -> int:
    """The dashboard's pages, until told to stop."""
    from app import wsgi
    from app.config import load_settings

    settings = load_settings()
    where = (settings.host, settings.port)
    app, proxied = wsgi.create(settings), bool(settings.trusted_proxy)
    return _serve(app, where, setting="GANGWAY_PORT", name="Dashboard", threads=THREADS, proxied=proxied)


def emulator() -> int:
    """The emulator, until told to stop."""
    from app.emulator.config import load_settings
    from app.emulator.factory import create_emulator

    settings = load_settings()
    app = create_emulator(settings)
    where = ("127.0.0.1", settings.port)
    return _serve(app, where, setting="GANGWAY_EMULATOR_PORT", name="Emulator", threads=EMULATOR_THREADS)


def worker() -> int:
    """The dashboard's background work, until told to stop."""
    from app.config import load_settings
    from app.factory import create_deps
    from app.jobs import worker as jobs
    from app.jobs.bells import Bell
    from app.services.clients import open_monite

    settings = load_settings()
    stop = threading.Event()
    on_stop(stop.set)
    bell = Bell(settings, patience=5.0)
    with open_monite(settings) as monite:
        deps = create_deps(settings, monite, bell.sound)
        with closing(deps.db), closing(bell):
            jobs.run(deps, bell, stop)
            _leave()
    return 0


def _serve(
    app: Flask, where: tuple[str, int], *, setting: str, name: str, threads: int, proxied: bool = False
) -> int:
    from waitress.server import create_server

    host, port = where
    # A short queue is no news: more threads would make every page slower.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server: Any = create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            ident="gangway",
            # It stores a body before anybody looks at who sent it.
            max_request_body_size=LARGEST_BODY,
            # Otherwise waitress takes away what the proxy says, and everybody seems to come from it.
            clear_untrusted_proxy_headers=not proxied,
        )
    except OSError:
        return _explain(_busy(host, port, setting))
    on_stop(_leave)
    if os.environ.get("GANGWAY_LIFELINE") != "1":
        print(f"{name}: http://{host}:{port}", flush=True)
    server.run()
    return 0


def _leave() -> None:
    """End now: what is done stands in the store, and what is not done is taken up again."""
    os._exit(0)


def _port(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError(f"{name} is {value!r}; it must be a port number.")
    return int(value)


def _busy(host: str, port: int, setting: str) -> str:
    return f"{host}:{port} is in use by another program. Stop that one, or set {setting} to a free port."


def _explain(words: str) -> int:
    print(f"gangway: {words}", file=sys.stderr, flush=True)
    return WRONG_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
