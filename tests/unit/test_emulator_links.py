"""Who provides a connection, where its pages are, and where they lead back to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from app.emulator.config import load_settings
from app.emulator.rules import links, redirects
from app.emulator.rules.versions import VERSIONS, Version

RAILZ, CODAT, NEWEST = VERSIONS.values()
LINK = "70eb9b71-7126-4d5f-b088-de7b86c84bc5"


@pytest.mark.parametrize(
    ("version", "stored", "provider", "required"),
    [
        (RAILZ, None, "railz", False),
        (RAILZ, "codat", "railz", False),
        (CODAT, None, None, False),
        (CODAT, "codat", "codat", True),
        (CODAT, "railz", "railz", False),
        (NEWEST, None, "railz", False),
        (NEWEST, "codat", "codat", False),
    ],
)
def test_the_version_and_the_stored_key_decide_the_provider(
    version: Version, stored: str | None, provider: str | None, required: bool
) -> None:
    assert links.provider(version, stored) == provider
    assert links.platform_required(version, stored) is required


@pytest.mark.parametrize(
    ("version", "provider", "path"),
    [
        ("2023-09-01", "railz", f"/ste-{LINK}"),
        ("2024-01-31", "codat", f"/companies/c/connections/{LINK}/start"),
        ("2024-01-31", "railz", f"/ste-{LINK}"),
        ("2024-05-25", "codat", "/link/70eb9b7171264d5fb088de7b86c84bc5"),
        ("2024-05-25", "railz", "/link/70eb9b7171264d5fb088de7b86c84bc5"),
    ],
)
def test_the_address_tells_the_style_of_its_version(version: str, provider: str, path: str) -> None:
    row = {
        "api_version": version,
        "provider": provider,
        "company_id": "c",
        "provider_connection_id": LINK,
    }

    assert links.path(row) == path


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("https://p.example/back", "https://p.example/back?statusCode=403&errorMessage=User+cancelled."),
        ("https://p.example/?a=1", "https://p.example/?a=1&statusCode=403&errorMessage=User+cancelled."),
        ("https://p.example/{companyId}?s={statusCode}", "https://p.example/a%2Fb?s=403"),
        ("https://p.example/?e={errorMessage}", "https://p.example/?e=User%20cancelled."),
        ("https://p.example/?t={statusText}&x={lang}", "https://p.example/?t=User%20cancelled%20linking&x="),
        (
            "https://p.example/?n={data.company.companyName}&s={StatusCode}",
            "https://p.example/?n=A%26B&s=",
        ),
    ],
)
def test_the_way_back_carries_what_its_placeholders_ask_for(target: str, address: str) -> None:
    facts = {"companyId": "a/b", "data.company.companyName": "A&B"}

    assert redirects.address(target, redirects.CANCELLED, facts) == address


@given(st.text())
def test_whatever_a_placeholder_holds_stays_in_its_place(value: str) -> None:
    address = redirects.address("https://p.example/?v={v}&s={statusCode}", redirects.LINKED, {"v": value})

    assert address.startswith("https://p.example/?v=")
    assert address.endswith("&s=200")
    assert address.count("&") == 1
    assert address == iri_to_uri(address)


def test_a_placeholder_in_the_host_is_refused_at_the_start(tmp_path: Path) -> None:
    given = {"GANGWAY_INSTANCE": str(tmp_path), "EMULATOR_REDIRECT_URL": "https://{companyId}.example/"}

    with pytest.raises(ValueError, match="host"):
        load_settings(given)
