"""How times, amounts and counts are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_datetime, get_month_names
from flask import g, has_request_context, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.domain.problems import problem_of
from app.web.amounts import write_amount
from app.web.requests import house

ZONE_COOKIE = "gangway_zone"


@dataclass(slots=True)
class _Reader:
    """Who reads the page: in which language, in which zone, and what time it is; the same all over a page."""

    locale: Locale
    zone: tzinfo
    now: datetime
    zone_words: dict[tuple[timedelta | None, timedelta | None], str] = field(default_factory=dict)

    def zone_word(self, local: datetime) -> str:
        """What the zone is called at that time: BST."""
        key = (local.utcoffset(), local.dst())
        if key not in self.zone_words:
            self.zone_words[key] = str(format_datetime(local, "zzz", tzinfo=self.zone, locale=self.locale))
        return self.zone_words[key]


def _reader() -> _Reader:
    if "reader" not in g:
        cookie = request.cookies.get(ZONE_COOKIE, "") if has_request_context() else ""
        here = _zone(cookie)
        g.reader = _Reader(get_locale() or Locale("en", "GB"), here, house().clock().astimezone(here))
    found: _Reader = g.reader
    return found


def zone_name() -> str:
    """The zone as the footer names it."""
    here = _reader().zone
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
    reader = _reader()
    local = moment.astimezone(reader.zone)
    clock = f"{local:%H:%M}"
    if local.date() == reader.now.date():
        return _("today %(clock)s", clock=clock) if lower else _("Today %(clock)s", clock=clock)
    return f"{_day(local, reader)}, {clock}"


def clock_time(moment: datetime | None) -> str:
    """10:42 for today, else with its day."""
    if moment is None:
        return "–"
    reader = _reader()
    local = moment.astimezone(reader.zone)
    clock = f"{local:%H:%M}"
    return clock if local.date() == reader.now.date() else f"{_day(local, reader)}, {clock}"


def day(moment: date | datetime | None) -> str:
    """9 May, or 9 May 2024 in another year."""
    if moment is None:
        return "–"
    reader = _reader()
    return _day(moment.astimezone(reader.zone) if isinstance(moment, datetime) else moment, reader)


def _day(local: date, reader: _Reader) -> str:
    month = _months("abbreviated", str(reader.locale))[local.month]
    year = "" if local.year == reader.now.year else f" {local.year}"
    return f"{local.day} {month}{year}"


@cache
def _months(width: str, locale: str) -> Mapping[int, str]:
    """The names of the months in a language; Babel finds them anew for each date that it writes."""
    return dict(get_month_names(width, locale=locale))  # type: ignore[arg-type]


def exact(moment: datetime) -> str:
    """The moment to the second, with its zone."""
    reader = _reader()
    local = moment.astimezone(reader.zone)
    month = _months("wide", str(reader.locale))[local.month]
    return f"{local.day} {month} {local.year}, {local:%H:%M:%S} {reader.zone_word(local)}"


def ago(moment: datetime | None) -> str:
    """2 minutes ago."""
    if moment is None:
        return ""
    seconds = int((_reader().now - moment).total_seconds())
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
    return "–" if amount is None else write_amount(amount, currency, str(_reader().locale))


def midnight() -> datetime:
    """When today began for the person at the screen."""
    return _reader().now.replace(hour=0, minute=0, second=0, microsecond=0)


def span(seconds: int) -> str:
    """7 minutes, or 40 seconds."""
    if seconds < 90:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))


def problem_title(code: str) -> str:
    """What a problem is called."""
    return _(problem_of(code).title)
