"""Headers that every answer carries, and the only way off the site."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.config import Settings
from app.domain.errors import NotAllowedError
from app.web.requests import house

PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without spaces and backslashes."""
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?", re.IGNORECASE)


@lru_cache(8)
def policy(settings: Settings) -> str:
    """The content policy: our own files only, and forms that may lead to the sign-in pages.

    form-action covers the redirect that answers a form, so with 'self' alone the browser would
    silently block the way to the accounting system.
    """
    ways_out = " ".join(settings.may_leave_to)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            f"form-action 'self' {ways_out}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def protect(response: Response) -> Response:
    """Add the security headers, and keep pages with business data out of every cache."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy(house().settings))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if house().settings.secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint not in ("static", "assets.htmx_script"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def may_leave_to(address: str, settings: Settings) -> bool:
    """Whether this address is on the list of places that a person may be sent to.

    An address that browsers could read otherwise than we do is on no list: to them a backslash ends the
    host, and tabs and line breaks are not there.
    """
    target = _read(address)
    if target is None:
        return False
    return any(_fits(target.scheme, target.netloc, pattern) for pattern in settings.may_leave_to)


def leave(address: str) -> Response:
    """Send the person to the accounting system's sign-in, in the same tab; nowhere else."""
    if not may_leave_to(address, house().settings):
        target = _read(address)
        place = target.netloc if target else _("an address that nobody can read")
        raise NotAllowedError(f"The sign-in page at {place} is not on the list of allowed addresses.")
    return redirect(address, code=303)


def is_local_path(path: str) -> bool:
    """Whether a path given by the browser stays on this site."""
    # Browsers leave tabs and line breaks out before they read an address.
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _read(address: str) -> SplitResult | None:
    with suppress(ValueError):
        return urlsplit(address) if PLAIN.fullmatch(address) else None
    return None


def _fits(scheme: str, netloc: str, pattern: str) -> bool:
    allowed = urlsplit(pattern)
    if scheme != allowed.scheme or not HOST.fullmatch(netloc):
        return False
    if allowed.netloc.startswith("*."):
        return netloc.endswith(allowed.netloc[1:]) and len(netloc) > len(allowed.netloc) - 1
    return netloc == allowed.netloc
