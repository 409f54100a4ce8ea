"""Asking for one of our own addresses from outside, as browsers and webhooks do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from app.config import is_loopback


@contextmanager
def visitor(address: str) -> Iterator[requests.Session]:
    """What to ask with; headers go as they are given."""
    with requests.Session() as http:
        # A proxy of the environment is for the world outside.
        http.trust_env = not is_loopback(urlsplit(address).hostname or "")
        http.auth = _as_given
        yield http


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Headers as they are, so that a .netrc file on the machine can't replace them."""
    return request
