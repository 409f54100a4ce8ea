"""What every page of the emulator does: takes no form from elsewhere, loads nothing from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, abort, request

from app.emulator.deps import redirect_url


def guard() -> None:
    """Refuse a form that another site sent: these pages keep no session, the browser says who asks."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


def harden(response: Response) -> Response:
    """Say what the page may load and where its forms may lead: here, and back to the product."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {_way_back()}"
    ).strip()
    # With no-referrer a browser would send "Origin: null" with each form.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _way_back() -> str:
    """The origin that Finish and Cancel lead to: a form may only be redirected to what is listed."""
    target = urlsplit(redirect_url() or "")
    return f"{target.scheme}://{target.netloc}" if target.netloc else ""
