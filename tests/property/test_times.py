"""Times are written as Babel writes them, whatever the zone and the season."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_datetime, format_time
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.factory import create_app
from app.web import formats
from tests.factories import make_monite, make_settings

NOW = datetime(2025, 5, 9, 9, 42, tzinfo=UTC)
A_DECADE = 10 * 365 * 24 * 3600
MOMENTS = st.integers(-A_DECADE, A_DECADE).map(lambda seconds: NOW + timedelta(seconds=seconds))
NEAR = st.integers(-100_000, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
ZONES = st.sampled_from(["Europe/London", "Pacific/Auckland", "America/New_York", "Asia/Kolkata", "UTC"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = make_settings(Path(tmp_path_factory.mktemp("times")))
    monite = make_monite(settings)
    app = create_app(settings, monite=monite, wake=lambda: None, clock=lambda: NOW)
    yield app
    app.extensions["gangway"].connections.close()
    monite.close()


@given(MOMENTS | NEAR, ZONES)
def test_a_moment_is_told_as_babel_writes_it(app: Flask, moment: datetime, zone: str) -> None:
    local, today = moment.astimezone(ZoneInfo(zone)), NOW.astimezone(ZoneInfo(zone)).date()
    clock = format_time(local, "HH:mm", locale="en_GB")
    day = format_date(local.date(), "d MMM" if local.year == today.year else "d MMM y", locale="en_GB")

    with app.test_request_context(headers={"Cookie": f"gangway_zone={zone}"}):
        told = formats.told(moment)

    assert told.iso == moment.isoformat()
    assert told.words == (f"Today {clock}" if local.date() == today else f"{day}, {clock}")
    assert told.exact == format_datetime(
        local, "d MMMM y, HH:mm:ss zzz", tzinfo=ZoneInfo(zone), locale="en_GB"
    )
