"""How times, amounts and counts are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import flask_babel
from babel.dates import format_datetime, get_month_names
from babel.numbers import get_territory_currencies
from flask import has_request_context, request
from flask_babel import get_locale

from app.domain.problems import problem_of
from app.web.amounts import write_amount
from app.web.requests import house, own_g
from app.web.texts import gettext as _
from app.web.texts import ngettext

ZONE_COOKIE = "gangway_zone"


class _Voice:
    """What a language calls today, the months and a zone; Babel finds those anew whenever it writes one."""

    def __init__(self, locale: str, zone: tzinfo) -> None:
        self.locale = locale
        self.zone = zone
        self.months: Mapping[int, str] = dict(get_month_names("abbreviated", locale=locale))
        self.long_months: Mapping[int, str] = dict(get_month_names("wide", locale=locale))
        self.today = (str(_("Today %(clock)s", clock="{}")), str(_("today %(clock)s", clock="{}")))
        self._zone_words: dict[tuple[timedelta | None, timedelta | None], str] = {}

    def zone_word(self, local: datetime) -> str:
        """What the zone is called at that time: BST."""
        key = (local.utcoffset(), local.dst())
        if key not in self._zone_words:
            self._zone_words[key] = str(format_datetime(local, "zzz", tzinfo=self.zone, locale=self.locale))
        return self._zone_words[key]


_voice = lru_cache(256)(_Voice)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads the page, and what time it is there; the same all over a page."""

    voice: _Voice
    zone: tzinfo
    now: datetime

    def is_today(self, local: date) -> bool:
        """Whether a moment in the reader's zone is of the day that it is there now."""
        now = self.now
        return (local.day, local.month, local.year) == (now.day, now.month, now.year)


def _reader() -> _Reader:
    own = own_g()
    try:
        return own.reader  # type: ignore[no-any-return]
    except AttributeError:
        here = _zone(request.cookies.get(ZONE_COOKIE, "") if has_request_context() else "")
        voice = _voice(str(get_locale() or "en_GB"), here)
        own.reader = _Reader(voice, here, house().clock().astimezone(here))
        return own.reader  # type: ignore[no-any-return]


def zone() -> tzinfo:
    """The zone of the person at the screen."""
    return _reader().zone


def today() -> date:
    """The day that it is for the person at the screen."""
    return _reader().now.date()


def zone_name() -> str:
    """The zone as the footer names it."""
    here = _reader().zone
    return here.key.replace("_", " ") if isinstance(here, ZoneInfo) else "UTC"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name and len(name) < 64 else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


class Told(NamedTuple):
    """A moment as a page shows it: for machines, to the second, and in words."""

    iso: str
    exact: str
    words: str


def told(moment: datetime, *, lower: bool = False) -> Told:
    """All that a page says of a moment at once; tables ask for one in each row."""
    reader = _reader()
    local = moment.astimezone(reader.zone)
    return Told(moment.isoformat(), _exact(local, reader), _when(local, reader, lower=lower))


def when(moment: datetime | None, *, lower: bool = False) -> str:
    """A moment in words: "today 10:42", "9 May, 10:42", with the year when it is another one."""
    if moment is None:
        return "–"
    reader = _reader()
    return _when(moment.astimezone(reader.zone), reader, lower=lower)


def _when(local: datetime, reader: _Reader, *, lower: bool) -> str:
    clock = f"{local.hour:02}:{local.minute:02}"
    if reader.is_today(local):
        return reader.voice.today[lower].format(clock)
    return f"{_day(local, reader)}, {clock}"


def clock_time(moment: datetime | None) -> str:
    """10:42 for today, else with its day."""
    if moment is None:
        return "–"
    reader = _reader()
    local = moment.astimezone(reader.zone)
    clock = f"{local.hour:02}:{local.minute:02}"
    return clock if reader.is_today(local) else f"{_day(local, reader)}, {clock}"


def day(moment: date | datetime | None) -> str:
    """9 May, or 9 May 2024 in another year."""
    if moment is None:
        return "–"
    reader = _reader()
    return _day(moment.astimezone(reader.zone) if isinstance(moment, datetime) else moment, reader)


def _day(local: date, reader: _Reader) -> str:
    month = reader.voice.months[local.month]
    year = "" if local.year == reader.now.year else f" {local.year}"
    return f"{local.day} {month}{year}"


def deadline(moment: datetime) -> str:
    """A moment to come, with the day of its week: "Fri 16 May, 10:12"."""
    reader = _reader()
    local = moment.astimezone(reader.zone)
    weekday = format_datetime(local, "EEE", tzinfo=reader.zone, locale=reader.voice.locale)
    return f"{weekday} {_day(local, reader)}, {local.hour:02}:{local.minute:02}"


def month(day_of_it: date) -> str:
    """May 2026."""
    return f"{_reader().voice.long_months[day_of_it.month]} {day_of_it.year}"


def exact(moment: datetime) -> str:
    """The moment to the second, with its zone."""
    reader = _reader()
    return _exact(moment.astimezone(reader.zone), reader)


def _exact(local: datetime, reader: _Reader) -> str:
    month = reader.voice.long_months[local.month]
    clock = f"{local.hour:02}:{local.minute:02}:{local.second:02}"
    return f"{local.day} {month} {local.year}, {clock} {reader.voice.zone_word(local)}"


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
    return "–" if amount is None else write_amount(amount, currency, _reader().voice.locale)


def midnight() -> datetime:
    """When today began for the person at the screen."""
    return _reader().now.replace(hour=0, minute=0, second=0, microsecond=0)


def span(seconds: int) -> str:
    """7 minutes, or 40 seconds."""
    if seconds < 90:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))


def country(code: str | None) -> str:
    """A country as people call it; the code itself where nobody calls it anything."""
    if not code:
        return "–"
    locale = get_locale()
    return str(locale.territories.get(code.upper(), code)) if locale else code


def currencies_of(country: str) -> tuple[str, ...]:
    """What is paid with in a country; nothing for a country that nobody knows."""
    return tuple(get_territory_currencies(country.upper()))


def problem_title(code: str) -> str:
    """What a problem is called."""
    return str(flask_babel.gettext(problem_of(code).title))
