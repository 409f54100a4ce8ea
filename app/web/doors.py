"""The first thing that a request meets: whether it means this house, and where it really comes from."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from app.config import Settings, is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Door:
    """Refuses what was sent to another name, and believes one proxy about who sent it.

    A page elsewhere can point a name of its own at this machine; its requests then carry that name.
    """

    def __init__(self, inside: WSGIApplication, settings: Settings) -> None:
        self._inside = inside
        self._hosts = {host for host in (settings.host, settings.public_host) if host}
        self._proxy = settings.trusted_proxy
        self._address = settings.public_url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_ours(environ.get("HTTP_HOST", "localhost")):
            return self._refuse(start_response)
        if self._proxy and environ.get("REMOTE_ADDR") == self._proxy:
            _believe(environ)
        return self._inside(environ, start_response)

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host)
        return is_loopback(name) or name in self._hosts

    def _refuse(self, start_response: StartResponse) -> Iterable[bytes]:
        words = f"The address that you came by isn't this dashboard's. It is {self._address}\n".encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(words))),
            ("Cache-Control", "no-store"),
        ]
        start_response("400 Bad Request", headers)
        return [words]


def _without_port(host: str) -> str:
    """The name or address in a Host header, in small letters."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _believe(environ: WSGIEnvironment) -> None:
    """Take from the proxy who sent the request, and whether it came by https."""
    sender = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    with suppress(ValueError):
        environ["REMOTE_ADDR"] = str(ipaddress.ip_address(sender))
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    if scheme in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme
