"""What a link is, in order of what counts more; and that only one browser ever has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.people import Role
from app.domain.share_links import LASTS, LinkState, ShareLink
from app.store import share_links
from app.store.database import connect, write
from tests.factories import NOW

LINK = ShareLink("l1", "e1", "xero", "sealed", NOW, "Dana", Role.OWNER, NOW + LASTS)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, LinkState.NEW),
        ({"opened_at": NOW}, LinkState.OPENED),
        ({"used_at": NOW}, LinkState.UNDER_WAY),
        ({"used_at": NOW, "expires_at": NOW}, LinkState.EXPIRED),
        ({"withdrawn_at": NOW, "expires_at": NOW}, LinkState.WITHDRAWN),
        ({"replaced_at": NOW, "used_at": NOW}, LinkState.REPLACED),
        ({"overtaken_at": NOW, "used_at": NOW}, LinkState.OVERTAKEN),
        ({"finished_at": NOW, "withdrawn_at": NOW, "expires_at": NOW}, LinkState.FINISHED),
    ],
)
def test_what_ended_a_link_first_counts_most(changes: dict[str, object], state: LinkState) -> None:
    link = replace(LINK, **changes)  # type: ignore[arg-type]

    assert link.state(NOW) is state
    assert link.state(NOW).works is (state in (LinkState.NEW, LinkState.OPENED, LinkState.UNDER_WAY))


def test_of_many_browsers_at_once_one_has_the_link(db: Database, settings: Settings) -> None:
    with write(db):
        share_links.add(db, LINK, "hash")

    def press(browser: int) -> bool:
        with closing(connect(settings.database)) as own, write(own):
            return share_links.claim(own, "l1", NOW, f"Person {browser}", f"browser {browser}")

    with ThreadPoolExecutor(8) as browsers:
        assert sorted(browsers.map(press, range(8))) == [False] * 7 + [True]


@pytest.mark.parametrize("end", ["withdraw", "overtake", "expire"])
def test_a_link_that_ended_can_be_taken_by_nobody(db: Database, end: str) -> None:
    late = NOW + (LASTS if end == "expire" else timedelta())
    with write(db):
        share_links.add(db, LINK, "hash")
        if end == "withdraw":
            share_links.withdraw(db, "l1", NOW, "Dana")
        elif end == "overtake":
            share_links.overtake(db, "e1", NOW)

        assert not share_links.claim(db, "l1", late, "Priya", "browser")


def test_what_was_finished_cannot_be_withdrawn_any_more(db: Database) -> None:
    with write(db):
        share_links.add(db, LINK, "hash")
        share_links.finish(db, "l1", NOW)

        assert not share_links.withdraw(db, "l1", NOW, "Dana")
        assert not share_links.finish(db, "l1", NOW)
