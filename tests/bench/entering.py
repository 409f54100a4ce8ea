"""Coming in as a person of the business that is measured."""

from __future__ import annotations

from flask.testing import FlaskClient


def come_in(client: FlaskClient, entity_id: str) -> None:
    """Come in as its owner, through the front door."""
    page = client.get("/").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/enter", data={"role": "owner", "entity_id": entity_id, "csrf_token": token})
    assert answer.status_code == 303
