"""The guide names every need that is looked at before sending, and everything that cannot be known."""

from __future__ import annotations

import re
from pathlib import Path

from app.domain.blind_spots import BLIND_SPOTS
from app.domain.facts import Context
from app.domain.outlines import Lack, cautions, reasons
from app.domain.readiness import DocumentFacts, verdict
from app.domain.sync_rules import NOTHING

GUIDE = (Path(__file__).parents[2] / "docs" / "repairing.md").read_text(encoding="utf-8")
EVERYTHING = sum(Lack)


def part(name: str) -> str:
    """What the guide has between the marks of this name."""
    return GUIDE.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]


def checked() -> set[str]:
    """Every code that can be foretold of a document, on either system."""
    found = set()
    for platform in ("xero", "quickbooks_online"):
        context = Context(platform=platform, connected=False, sends=NOTHING, base_currency="EUR")
        for is_bill in (True, False):
            found |= {*reasons(EVERYTHING, context, is_bill=is_bill)}
            found |= {*cautions(EVERYTHING, context, is_bill=is_bill)}
            bare = DocumentFacts(is_bill=is_bill, status="paid", currency="EUR", lines_read=True, lines=())
            found |= {*verdict(bare, context).codes}
    return found


def test_the_guide_names_every_need_and_no_other() -> None:
    assert set(re.findall(r"\| `([A-Z_]+)` \|", part("needs"))) == checked()


def test_the_guide_names_everything_that_cannot_be_known() -> None:
    assert [line.removeprefix("- ") for line in part("blind spots").splitlines()] == [
        spot.text for spot in BLIND_SPOTS
    ]


def test_the_properties_that_the_guide_names_are_there() -> None:
    for path in re.findall(r"`((?:app|tests)/[\w/]+\.py)`", GUIDE):
        assert (Path(__file__).parents[2] / path).exists(), path
