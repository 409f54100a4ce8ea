"""How times, amounts and counts are written for people."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, get_currency_precision
from flask import g, has_request_context, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.domain.problems import problem_of
from app.web.requests import house

ZONE_COOKIE = "gangway_zone"


def zone() -> tzinfo:
    """The person's time zone as their browser told it; UTC until it has."""
    if not has_request_context():
        return UTC
    if "zone" not in g:
        g.zone = _zone(request.cookies.get(ZONE_COOKIE, ""))
    found: tzinfo = g.zone
    return found


def zone_name() -> str:
    """The zone as the footer names it."""
    here = zone()
    return here.key.replace("_", " ") if isinstance(here, ZoneInfo) else "UTC"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name and len(name) < 64 else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def when(moment: datetime | None, *, lower: bool = False) -> str:
    """A moment in words: "today 10:42", "9 May, 10:42", with the year when it is another one."""
    if moment is None:
        return "–"
    local, today = moment.astimezone(zone()), house().clock().astimezone(zone()).date()
    clock = format_time(local, "HH:mm", locale=get_locale())
    if local.date() == today:
        return _("today %(clock)s", clock=clock) if lower else _("Today %(clock)s", clock=clock)
    return f"{day(local)}, {clock}"


def clock_time(moment: datetime | None) -> str:
    """10:42 for today, else with its day."""
    if moment is None:
        return "–"
    local, today = moment.astimezone(zone()), house().clock().astimezone(zone()).date()
    clock: str = format_time(local, "HH:mm", locale=get_locale())
    return clock if local.date() == today else f"{day(local)}, {clock}"


def day(moment: date | datetime | None) -> str:
    """9 May, or 9 May 2024 in another year."""
    if moment is None:
        return "–"
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone()).date()
    this_year = house().clock().astimezone(zone()).year
    return str(format_date(moment, "d MMM" if moment.year == this_year else "d MMM y", locale=get_locale()))


def exact(moment: datetime) -> str:
    """The moment to the second, with its zone."""
    return str(
        format_datetime(
            moment.astimezone(zone()), "d MMMM y, HH:mm:ss zzz", tzinfo=zone(), locale=get_locale()
        )
    )


def ago(moment: datetime | None) -> str:
    """2 minutes ago."""
    if moment is None:
        return ""
    seconds = int((house().clock() - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(num)s minute ago", "%(num)s minutes ago", minutes)
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(num)s hour ago", "%(num)s hours ago", hours)
    return ngettext("%(num)s day ago", "%(num)s days ago", hours // 24)


def money(amount: int | None, currency: str | None) -> str:
    """£43.20 from 4320 GBP."""
    if amount is None:
        return "–"
    if not currency:
        return f"{amount / 100:,.2f}"
    digits = get_currency_precision(currency)
    return str(format_currency(amount / 10**digits, currency, locale=get_locale()))


def midnight() -> datetime:
    """When today began for the person at the screen."""
    local = house().clock().astimezone(zone())
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def span(seconds: int) -> str:
    """7 minutes, or 40 seconds."""
    if seconds < 90:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))


def problem_title(code: str) -> str:
    """What a problem is called."""
    return _(problem_of(code).title)
