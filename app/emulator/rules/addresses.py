"""Which addresses messages may be sent to."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_here(url: str) -> bool:
    """Whether the address is on this very machine."""
    return urlsplit(url).hostname in LOOPBACK


def fault_of(url: str) -> str | None:
    """What is wrong with a listener's address; None when it can be used.

    It is HTTPS as Monite asks, or plain HTTP to this very machine, where a practising client listens.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")
    except (ValueError, UnicodeError):
        return "invalid URL"
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return "invalid URL"
    if parts.scheme not in ("http", "https"):
        return "invalid or missing URL scheme"
    if not host:
        return "URL host invalid"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "URL must be HTTPS"
    return None
