"""Pages for other machines: behind a proxy, with https, under their own name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import requests

from app.processes import answer
from app.store.database import connect
from tests.processes import free_port, program, until

pytestmark = pytest.mark.slow
NAME = "gangway.example.com"


def test_behind_the_proxy_wrong_tries_count_for_whoever_made_them(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "MONITE_API_URL": "https://api.monite.example/v1",
        "MONITE_CLIENT_ID": "id",
        "MONITE_CLIENT_SECRET": "a secret of nobody",
        "GANGWAY_INSTANCE": str(tmp_path),
        "GANGWAY_HOST": "0.0.0.0",
        "GANGWAY_PORT": str(port),
        "GANGWAY_SECRET_KEY": "only for tests, and long enough",
        "GANGWAY_PUBLIC_URL": f"https://{NAME}",
        "GANGWAY_PARTNER_KEY": "a-key-of-the-partner-for-tests",
        "GANGWAY_TRUSTED_PROXY": "127.0.0.1",
    }
    url = f"http://127.0.0.1:{port}"
    server = program("serve", settings)
    try:
        until(lambda: answer(url) or server.poll() is not None, 60, "the start")
        said = {"Host": NAME, "X-Forwarded-For": "10.9.9.9, 203.0.113.5", "X-Forwarded-Proto": "https"}
        refused = requests.post(f"{url}/api/launch-links", headers=said, json={}, timeout=10)
        asked = requests.get(f"{url}/sign-in", headers=said, timeout=10)
        elsewhere = requests.get(f"{url}/sign-in", headers={"Host": "evil.example"}, timeout=10)
    finally:
        server.terminate()
        server.wait(15)

    assert (refused.status_code, asked.status_code, elsewhere.status_code) == (401, 200, 400)
    assert asked.headers["Set-Cookie"].startswith("__Host-gangway_form=")
    with closing(connect(tmp_path / "gangway.sqlite3")) as db:
        assert [row["key"] for row in db.query("SELECT key FROM failed_tries")] == [
            "partner-key:address:203.0.113.5"
        ]
