"""The partner's profile at Codat, with the address that people come back to: /codat/profile."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify

from app.emulator.bodies import Field, flag, listed, read, text
from app.emulator.deps import database, redirect_url
from app.emulator.errors import BadRequestError
from app.emulator.store import meta
from app.emulator.store.database import write

bp = Blueprint("profiles", __name__, url_prefix="/profile")

HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")
UPDATE = {
    "name": Field(text(1), nullable=False),
    "logoUrl": Field(text()),
    "iconUrl": Field(text()),
    "redirectUrl": Field(text()),
    "confirmCompanyName": Field(flag, nullable=False),
    "whiteListUrls": Field(listed(text(1)), nullable=False),
}


@bp.get("")
def show() -> Response:
    """The profile; the setting EMULATOR_REDIRECT_URL goes before a `redirectUrl` that was put here."""
    return jsonify({**meta.codat_profile(database()), "redirectUrl": redirect_url()})


@bp.put("")
def update() -> Response:
    """The profile, once the given fields are set."""
    body = read(UPDATE)
    _check(body.get("redirectUrl"))
    with write(database()) as db:
        meta.save_codat_profile(db, body)
    return show()


def _check(address: str | None) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
    except ValueError as exc:
        raise BadRequestError("redirectUrl is not an address") from exc
    # No placeholder, and nothing that would end the list of addresses in the pages' own headers.
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        raise BadRequestError("redirectUrl must begin with https:// or http:// and the name of a host")
