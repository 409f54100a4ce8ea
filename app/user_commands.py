"""`gangway user`: the partner's people, for whoever looks after the installation."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.services.deps import Deps

    Run = Callable[[Deps, argparse.Namespace], str]

NOT_ASKED = {
    "MONITE_API_URL": "http://127.0.0.1:9/v1",
    "MONITE_CLIENT_ID": "nobody",
    "MONITE_CLIENT_SECRET": "nothing",
}
"""Stands for Monite where its address isn't told: users stand in the store alone."""


def add_commands(commands: Any) -> None:
    """Make `user` and what it can do known to the program."""
    words = "who of the partner may sign in"
    user = commands.add_parser("user", help=words, description=words)
    what = user.add_subparsers(title="commands", required=True, metavar="COMMAND")
    told = _add(what, "add", add, "lets somebody sign in; asks for their password, or reads it from a pipe")
    told.add_argument("--name", required=True, help="what they are called on pages and in the audit trail")
    told.add_argument("--role", choices=("support", "admin"), default="support")
    _add(what, "list", show, "everybody who may sign in, or might", email=False)
    _add(what, "password", password, "a new password, and the end of their sessions")
    _add(what, "disable", disable, "no more sign-in, and the end of their sessions")
    _add(what, "enable", enable, "sign-in again, with the password that they had")
    told = _add(what, "role", role, "another role, and the end of their sessions")
    told.add_argument("role", choices=("support", "admin"))


def _add(
    commands: Any,
    name: str,
    run: Callable[[Deps, argparse.Namespace], str],
    words: str,
    *,
    email: bool = True,
) -> Any:
    parser = commands.add_parser(name, help=words, description=words)
    if email:
        parser.add_argument("email", metavar="EMAIL")
    parser.set_defaults(run=lambda told: _carry_out(run, told))
    return parser


def _carry_out(run: Run, told: argparse.Namespace) -> int:
    from app.domain.errors import InputError, NotThereError

    try:
        with _deps() as deps:
            print(run(deps, told))
    except (InputError, NotThereError) as error:
        print(f"gangway: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def add(deps: Deps, told: argparse.Namespace) -> str:
    from app.services import users

    user = users.add(deps, email=told.email, name=told.name, role=told.role, password=_password())
    return f"{user.name} ({user.email}) may sign in as {_role(user.role)}."


def show(deps: Deps, _told: argparse.Namespace) -> str:
    from app.services import users

    lines = []
    for user in users.every(deps):
        access = "may sign in" if user.enabled else "disabled"
        came = f"last came {user.last_sign_in:%Y-%m-%d %H:%M} UTC" if user.last_sign_in else "never came"
        lines.append(f"{user.email:36}  {_role(user.role):13}  {access:11}  {came:30}  {user.name}")
    return "\n".join(lines) or "Nobody yet. Add the first: gangway user add EMAIL --name NAME --role admin"


def password(deps: Deps, told: argparse.Namespace) -> str:
    from app.services import users

    user = users.get_by_email(deps, told.email)
    users.set_password(deps, user.id, _password())
    return f"{user.name} has a new password, and must sign in again everywhere."


def disable(deps: Deps, told: argparse.Namespace) -> str:
    from app.services import users

    user = users.get_by_email(deps, told.email)
    users.disable(deps, user.id)
    return f"{user.name} can't sign in any more, and is signed out everywhere."


def enable(deps: Deps, told: argparse.Namespace) -> str:
    from app.services import users

    user = users.get_by_email(deps, told.email)
    users.enable(deps, user.id)
    return f"{user.name} may sign in again."


def role(deps: Deps, told: argparse.Namespace) -> str:
    from app.services import users

    user = users.get_by_email(deps, told.email)
    users.set_role(deps, user.id, told.role)
    return f"{user.name} is {_role(told.role)} now, and must sign in again if that is new."


def _role(role: str) -> str:
    return "administrator" if role == "admin" else role


def _password() -> str:
    """What is typed unseen, twice; from a pipe its first line. Never an argument: those are seen by all."""
    from app.domain.errors import InputError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Password, at least 12 characters: ")
    if getpass.getpass("Once more: ") != typed:
        raise InputError("password", "The two passwords differ. Nothing was changed.")
    return typed


@contextmanager
def _deps() -> Iterator[Deps]:
    from app.config import load_settings
    from app.domain.people import Actor, Role
    from app.factory import create_deps
    from app.services.clients import open_monite

    settings = load_settings(NOT_ASKED | dict(os.environ))
    with open_monite(settings) as monite:
        deps = create_deps(settings, monite, lambda: None)
        with closing(deps.db):
            yield deps.acting_as(Actor("terminal", Role.SYSTEM))
