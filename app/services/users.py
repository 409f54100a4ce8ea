"""The partner's people: signing in, and who may."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from app.domain.errors import InputError, NotThereError
from app.domain.events import (
    PASSWORD_SET,
    ROLE_CHANGED,
    SIGN_IN_LOCKED,
    USER_ADDED,
    USER_DISABLED,
    USER_ENABLED,
)
from app.domain.people import Actor, Role
from app.domain.sessions import CameBy
from app.domain.users import User, check_password, clean_email, clean_name, partner_role
from app.services import failed_tries, passwords, sessions
from app.services.deps import Deps
from app.services.sessions import Browser, CameIn
from app.store import events, users
from app.store import sessions as session_rows
from app.store.database import write

TRIES_OF_EMAIL, TRIES_OF_ADDRESS = 5, 20
NOT_RIGHT = "The e-mail address or the password isn't right."


def sign_in(deps: Deps, email: str, password: str, browser: Browser) -> CameIn:
    """A session for whoever knows the password.

    Raises InputError in the same words whatever isn't right, TooManyTriesError after too many of them.
    """
    limits = {
        failed_tries.by_words("sign-in", email): TRIES_OF_EMAIL,
        failed_tries.by_address("sign-in", browser.address): TRIES_OF_ADDRESS,
    }
    tries = failed_tries.take(deps, limits)
    user = users.by_email(deps.db, email.strip())
    known = users.password_hash(deps.db, user.id) if user else None
    right = passwords.fits(deps.settings, known, password[:1000])
    if user is None or known is None or not right or not user.enabled:
        _tell_of_lock(deps, user, limits, browser)
        raise InputError("password", NOT_RIGHT)
    renewed = (
        passwords.hashed(deps.settings, password) if passwords.is_outdated(deps.settings, known) else None
    )
    with write(deps.db) as db:
        _still_theirs(deps, user, known)
        failed_tries.take_back(deps, tries)
        failed_tries.forget(deps, failed_tries.by_words("sign-in", email))
        if renewed:
            users.set_password_hash(db, user.id, renewed, None)
        return sessions.come_in(deps, user.actor, CameBy.PASSWORD, browser, user_id=user.id)


def add(deps: Deps, *, email: str, name: str, role: str, password: str) -> User:
    """A new user; raises InputError when something about them cannot be."""
    email, name, kind = clean_email(email), clean_name(name), partner_role(role)
    check_password(password, name=name, email=email)
    now = deps.clock()
    user = User(uuid4().hex, email, name, kind, created_at=now, password_changed_at=now)
    password_hash = passwords.hashed(deps.settings, password)
    with write(deps.db) as db:
        if not users.add(db, user, password_hash):
            raise InputError("email", "Somebody with this e-mail address is a user already.")
        _tell(deps, user, USER_ADDED, became=kind.value)
    return user


def get(deps: Deps, user_id: str) -> User:
    """The user; raises NotThereError when there is none."""
    user = users.find(deps.db, user_id)
    if user is None:
        raise NotThereError("There is no such user.")
    return user


def get_by_email(deps: Deps, email: str) -> User:
    """The user with this e-mail; raises NotThereError when there is none."""
    user = users.by_email(deps.db, email.strip())
    if user is None:
        raise NotThereError(f"Nobody has the e-mail address {email.strip()}.")
    return user


def every(deps: Deps) -> list[User]:
    """All users, by name."""
    return users.every(deps.db)


def set_password(deps: Deps, user_id: str, password: str) -> None:
    """Give them a new password; it ends all their sessions."""
    user = get(deps, user_id)
    check_password(password, name=user.name, email=user.email)
    password_hash = passwords.hashed(deps.settings, password)
    with write(deps.db) as db:
        users.set_password_hash(db, user_id, password_hash, deps.clock())
        _end_sessions(deps, user)
        _tell(deps, user, PASSWORD_SET)


def change_own_password(deps: Deps, user_id: str, old: str, new: str, browser: Browser) -> CameIn:
    """A new password of one's own, and a new session in place of all that there were.

    Raises InputError when the old one isn't right or the new one can't be, TooManyTriesError after too
    many wrong ones.
    """
    user, known = get(deps, user_id), users.password_hash(deps.db, user_id)
    check_password(new, name=user.name, email=user.email)
    tries = failed_tries.take(deps, {f"own-password:{user_id}": TRIES_OF_EMAIL})
    if not passwords.fits(deps.settings, known, old[:1000]):
        raise InputError("old", "The password that you have now isn't right.")
    failed_tries.take_back(deps, tries)
    set_password(deps, user_id, new)
    return sessions.come_in(deps, user.actor, CameBy.PASSWORD, browser, user_id=user_id)


def set_role(deps: Deps, user_id: str, role: str) -> None:
    """Make them support or administrator; it ends all their sessions."""
    kind = partner_role(role)
    with write(deps.db) as db:
        user = get(deps, user_id)
        if user.role is kind:
            return
        _keep_an_admin(deps, user)
        users.set_role(db, user_id, kind)
        _end_sessions(deps, user)
        _tell(deps, user, ROLE_CHANGED, was=user.role.value, became=kind.value)


def disable(deps: Deps, user_id: str) -> None:
    """Let them sign in no more; it ends all their sessions."""
    with write(deps.db) as db:
        user = get(deps, user_id)
        if not user.enabled:
            return
        _keep_an_admin(deps, user)
        users.set_disabled(db, user_id, deps.clock())
        _end_sessions(deps, user)
        _tell(deps, user, USER_DISABLED)


def enable(deps: Deps, user_id: str) -> None:
    """Let them sign in again, with the password that they had."""
    with write(deps.db) as db:
        user = get(deps, user_id)
        if not user.enabled:
            users.set_disabled(db, user_id, None)
            _tell(deps, user, USER_ENABLED)


def _still_theirs(deps: Deps, user: User, known: str) -> None:
    """What was true before the password was checked must still be true."""
    now = users.find(deps.db, user.id)
    same = now and users.password_hash(deps.db, user.id) == known
    if not now or not same or replace(now, last_sign_in=None) != replace(user, last_sign_in=None):
        raise InputError("password", NOT_RIGHT)


def _keep_an_admin(deps: Deps, user: User) -> None:
    if user.role is Role.ADMIN and user.enabled and not users.count_admins(deps.db, but=user.id):
        raise InputError("role", "This is the last administrator. Make somebody else one first.")


def _end_sessions(deps: Deps, user: User) -> None:
    session_rows.end_of_user(deps.db, user.id, deps.clock(), deps.actor.name)


def _tell_of_lock(deps: Deps, user: User | None, limits: dict[str, int], browser: Browser) -> None:
    """Write down, once for a series, that somebody guesses."""
    if any(failed_tries.count(deps, key) == most for key, most in limits.items()):
        with write(deps.db) as db:
            events.add(
                db,
                "",
                deps.clock(),
                SIGN_IN_LOCKED,
                Actor("somebody", Role.INVITED),
                object_type="user",
                object_id=user.id if user else None,
                note=user.name if user else None,
                details={"address": browser.address},
            )


def _tell(deps: Deps, user: User, kind: str, *, was: str | None = None, became: str | None = None) -> None:
    events.add(
        deps.db,
        "",
        deps.clock(),
        kind,
        deps.actor,
        object_type="user",
        object_id=user.id,
        was=was,
        became=became,
        note=f"{user.name} ({user.email})",
    )
