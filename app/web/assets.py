"""Stylesheet and scripts, all served from here; htmx comes from an installed package, checked by hash."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Response, current_app, request, url_for

from app.web.access import open_to_anyone

HTMX_PACKAGE = "django-js-lib-htmx"
HTMX_PATH = "js_lib_htmx/static/htmx/htmx.min.js"
HTMX_SHA256 = "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"
FOREVER = "public, max-age=31536000, immutable"

bp = Blueprint("assets", __name__)


class AssetError(RuntimeError):
    """A script is not the one that was checked."""


@cache
def htmx() -> bytes:
    """The script's bytes; raises AssetError unless they are exactly the ones we know."""
    found = Path(str(distribution(HTMX_PACKAGE).locate_file(HTMX_PATH))).read_bytes()
    if hashlib.sha256(found).hexdigest() != HTMX_SHA256:
        raise AssetError(f"{HTMX_PACKAGE} holds another htmx than the one that was checked.")
    return found


@bp.get(f"/assets/htmx-{HTMX_SHA256[:12]}.js")
@open_to_anyone
def htmx_script() -> Response:
    """htmx, to be kept by the browser for good: its address changes with its bytes."""
    return Response(htmx(), mimetype="text/javascript", headers={"Cache-Control": FOREVER})


def asset(path: str) -> str:
    """The address of a static file, which changes whenever the file does."""
    return _address(request.script_root, str(current_app.static_folder), path)


@cache
def _address(_mounted_at: str, folder: str, path: str) -> str:
    return url_for("static", filename=path, v=_version(f"{folder}/{path}"))


@cache
def _version(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
