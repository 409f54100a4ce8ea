"""Builds the dashboard from its parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from jinja2.bccache import BytecodeCache

from app.config import Settings, SettingsError
from app.domain import browsers
from app.domain.people import SYSTEM
from app.monite.client import Monite
from app.services import installations
from app.services.deps import Deps
from app.store.database import ThreadConnections, prepare
from app.web import (
    access,
    accounts,
    acting,
    assets,
    assign,
    assign_bulk,
    assign_changes,
    assign_files,
    audits,
    beats,
    chooser,
    connect,
    connections,
    doors,
    errors,
    first_send,
    fixes,
    formats,
    handovers,
    help,
    home,
    imports,
    invitations,
    launch,
    log,
    partner_setup,
    partner_webhooks,
    people,
    raw_texts,
    ready,
    reconnect,
    record_marks,
    records,
    requests,
    rules,
    security,
    sessions,
    shares,
    shells,
    sign_in,
    support,
    texts,
    webhooks,
)
from app.web.rendering import Compiled, PageEnvironment

ROOT = Path(__file__).resolve().parent.parent
COMPILED: BytecodeCache = Compiled()
BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts.bp,
    acting.bp,
    assets.bp,
    assign.bp,
    assign_bulk.bp,
    assign_changes.bp,
    assign_files.bp,
    audits.bp,
    beats.bp,
    chooser.bp,
    home.bp,
    connect.bp,
    shares.bp,
    invitations.bp,
    imports.bp,
    connections.bp,
    reconnect.bp,
    rules.bp,
    first_send.bp,
    log.bp,
    ready.bp,
    handovers.bp,
    record_marks.bp,
    records.bp,
    fixes.bp,
    help.bp,
    support.bp,
    sign_in.bp,
    launch.bp,
    sessions.bp,
    people.bp,
    webhooks.bp,
    partner_setup.bp,
    partner_webhooks.bp,
)


def create_app(
    settings: Settings,
    *,
    monite: Monite,
    wake: Callable[[], None],
    clock: Callable[[], datetime] = requests.utc_now,
) -> Flask:
    """The dashboard, with its store at the newest schema, ready to be served.

    The client stays the caller's to close; `wake` tells the worker that there is something to do.
    """
    with closing(prepare(settings.database)) as db:
        installations.claim(db, settings)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.jinja_environment = PageEnvironment
    # An address that somebody typed with a slash at its end means the same page.
    app.url_map.strict_slashes = False
    # Every template stays compiled: there are not many.
    app.jinja_options = {"cache_size": -1, "bytecode_cache": COMPILED}
    _configure(app, settings)
    app.extensions["gangway"] = requests.House(
        settings=settings,
        monite=monite,
        clock=clock,
        wake=wake,
        connections=ThreadConnections(settings.database),
    )
    app.wsgi_app = doors.Door(app.wsgi_app, settings)  # type: ignore[method-assign]
    forms = CSRFProtect(app)
    Babel(app, default_locale="en_GB")  # type: ignore[no-untyped-call]
    app.before_request(access.guard)
    app.after_request(security.protect)
    app.teardown_appcontext(requests.close)
    errors.register(app)
    access.open_to_anyone(app.view_functions["static"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for view in access.without_form(app):
        forms.exempt(view)
    _speak(app)
    return app


def create_deps(settings: Settings, monite: Monite, wake: Callable[[], None]) -> Deps:
    """What the worker's services work with; its store is at the newest schema, and the caller's to close."""
    db = prepare(settings.database)
    try:
        installations.claim(db, settings)
    except SettingsError:
        db.close()
        raise
    return Deps(
        db=db,
        monite=monite,
        settings=settings,
        actor=SYSTEM,
        clock=requests.utc_now,
        wake=wake,
    )


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # Flask's own session holds what forms need: who is here stands in the store.
        SESSION_COOKIE_NAME=f"__Host-{requests.FORM_COOKIE}" if settings.secure else requests.FORM_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        WTF_CSRF_HEADERS=["X-CSRFToken"],
        WTF_CSRF_TIME_LIMIT=None,
        # Some pages, and some browsers, tell no referrer; the token stands in a cookie of this host alone.
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )


def _speak(app: Flask) -> None:
    """What every template may call."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=texts.gettext,
        gettext=texts.gettext,
        ngettext=texts.ngettext,
        asset=assets.asset,
        may=access.may,
        waits_for_reason=access.waits_for_reason,
        refusal=access.refusal,
        reason_page=acting.address,
        reason_kept=acting.reason_kept,
        frame=shells.frame,
        raw_text=raw_texts.raw_text,
        destination=fixes.destination,
        came_from=fixes.came_from,
        me=requests.actor_or_nobody,
        settings=settings_of(app),
        theme=chooser.theme,
        now=lambda: requests.house().clock(),
        zone_name=formats.zone_name,
    )
    app.jinja_env.filters.update(
        when=formats.when,
        told=formats.told,
        clock_time=formats.clock_time,
        day=formats.day,
        month=formats.month,
        deadline=formats.deadline,
        exact=formats.exact,
        country=formats.country,
        ago=formats.ago,
        money=formats.money,
        span=formats.span,
        problem_title=formats.problem_title,
        browser_called=browsers.called,
    )


def settings_of(app: Flask) -> Settings:
    house: requests.House = app.extensions["gangway"]
    return house.settings
