"""What the dashboard refuses to start with, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import SettingsError, load_settings


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {
        "MONITE_API_URL": "https://api.sandbox.monite.com/v1/",
        "MONITE_CLIENT_ID": "id",
        "MONITE_CLIENT_SECRET": "secret",
        "GANGWAY_INSTANCE": str(folder),
        **more,
    }


def test_credentials_are_demanded_by_name(tmp_path: Path) -> None:
    given = environ(tmp_path, MONITE_CLIENT_ID="", MONITE_CLIENT_SECRET="")

    with pytest.raises(SettingsError, match="MONITE_CLIENT_ID and MONITE_CLIENT_SECRET must be set"):
        load_settings(given)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GANGWAY_HOST", "0.0.0.0", "GANGWAY_SECRET_KEY must .* and GANGWAY_PUBLIC_URL must be"),
        ("GANGWAY_TRUSTED_PROXY", "nginx", "must be the address of the proxy"),
        ("MONITE_API_VERSION", "2020-01-01", "known are 2023-09-01"),
        ("GANGWAY_PORT", "many", "must be a whole number"),
        ("GANGWAY_SYNC_INTERVAL_MINUTES", "0", "must be a whole number above 0"),
    ],
)
def test_a_setting_that_cannot_work_is_named(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(environ(tmp_path, **{name: value}))


def test_the_own_secret_survives_a_restart_and_is_for_the_owner_alone(tmp_path: Path) -> None:
    first = load_settings(environ(tmp_path)).secret_key

    assert load_settings(environ(tmp_path)).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_real_monite_is_no_practice_and_leads_to_no_emulator(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path, GANGWAY_ALLOWED_HOSTS="login.partner.example"))

    assert settings.monite_api_url == "https://api.sandbox.monite.com/v1"
    assert not settings.practice
    assert settings.other_side is None
    assert settings.may_leave_to == (
        "https://*.codat.io",
        "https://*.railz.ai",
        "https://login.partner.example",
    )


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("https://api.monite.com/v1", "live"),
        ("https://api.sandbox.monite.com/v1", "sandbox"),
        ("http://127.0.0.1:5001/v1", "practice"),
    ],
)
def test_the_address_of_monite_says_which_environment_it_is(
    tmp_path: Path, address: str, environment: str
) -> None:
    assert load_settings(environ(tmp_path, MONITE_API_URL=address)).environment == environment


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_emulator_on_this_machine_is_practice(tmp_path: Path, host: str) -> None:
    settings = load_settings(environ(tmp_path, MONITE_API_URL=f"http://{host}:5001/v1"))

    assert settings.practice
    assert settings.other_side == f"http://{host}:5001/_emulator/"
    assert settings.may_leave_to[0] == f"http://{host}:5001"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("app.example.com/{id}", "must be a whole address"),
        ("ftp://app.example.com/{id}", "must be a whole address"),
        ("http://app.example.com/{id}", "must begin with https"),
        ("https://app.example.com/bills", r"must contain \{id\}"),
        ("https://app.example.com/{id}/{name}", "the only placeholders are"),
        ("https://{id}.example.com/", "its host must be plain"),
        ("https://user@app.example.com/{id}", "its host must be plain"),
        ("https://app.example.com/{id}; script-src *", "must not contain spaces"),
        ("https://[::1/{id}", "can't be read"),
    ],
)
def test_an_address_of_the_partner_s_product_that_cannot_work_is_named(
    tmp_path: Path, address: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=f"^GANGWAY_PARTNER_BILL_URL .*{words}"):
        load_settings(environ(tmp_path, GANGWAY_PARTNER_BILL_URL=address))


def test_people_may_be_sent_to_the_partner_s_product(tmp_path: Path) -> None:
    settings = load_settings(
        environ(
            tmp_path,
            GANGWAY_PARTNER_BILL_URL="https://app.example.com/{entity_id}/bills/{id}",
            GANGWAY_PARTNER_CONTACT_URL="http://127.0.0.1:3000/contacts/{id}",
        )
    )

    assert settings.partner_addresses["bill"] == "https://app.example.com/{entity_id}/bills/{id}"
    assert {"https://app.example.com", "http://127.0.0.1:3000"} <= set(settings.may_leave_to)


def test_others_may_reach_it_with_a_key_and_by_https_and_then_they_sign_in(tmp_path: Path) -> None:
    given = environ(
        tmp_path,
        MONITE_API_URL="http://127.0.0.1:5001/v1",
        GANGWAY_HOST="0.0.0.0",
        GANGWAY_SECRET_KEY="k" * 24,
        GANGWAY_PUBLIC_URL="https://gangway.example.com",
    )

    settings = load_settings(given)

    assert settings.secure
    assert settings.practice
    assert not settings.open_chooser


@pytest.mark.parametrize(
    "more",
    [
        {"GANGWAY_PUBLIC_URL": "https://gangway.example.com"},
        {"GANGWAY_TRUSTED_PROXY": "127.0.0.1"},
        {"MONITE_API_URL": "https://api.sandbox.monite.com/v1"},
    ],
)
def test_the_chooser_is_open_on_this_machine_with_the_emulator_alone(
    tmp_path: Path, more: dict[str, str]
) -> None:
    practice = environ(tmp_path) | {"MONITE_API_URL": "http://127.0.0.1:5001/v1"}

    assert load_settings(practice).open_chooser
    assert not load_settings(practice | more).open_chooser
