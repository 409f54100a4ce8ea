"""Requests to Monite: the token, the connections kept open, timeouts, waiting and trying again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from app.domain.api_calls import ApiCall
from app.domain.errors import CredentialsError, RateLimitedError, UnavailableError
from app.monite import manners
from app.monite.answers import Raw, body_of, error_from, request_id_of, token_is_lost, words_of

Limiter = Callable[[bool], None]
CallLog = Callable[[ApiCall], None]
Query = Mapping[str, Any]
RENEW_AT = 0.9
"""The part of a token's life after which it is renewed."""
READ_TRIES = 3
LONGEST_PAUSE = 8.0
LONGEST_WAIT, TIME_FOR_AN_ANSWER = 2.0, 1.0
"""Seconds: how long a refused call is kept for a person who waits, and what must be left for its answer."""
SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    renew_at: float


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    entity_id: str | None = None
    query: Query | None = None
    body: Any = None
    secret: str = ""
    """What of the body must not come back in anybody's words."""

    def hide(self, words: str) -> str:
        # What is short stands in plain words too, and is no secret.
        return words.replace(self.secret, "…") if len(self.secret) >= SHORTEST_SECRET else words


class _Bearer(requests.auth.AuthBase):
    """Sets the header as an auth object, so that a .netrc file on the machine cannot replace it."""

    def __init__(self, text: str | None) -> None:
        self._text = text

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._text is not None:
            request.headers["Authorization"] = f"Bearer {self._text}"
        return request


class Transport:
    """Sends one partner's requests; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        version: str,
        *,
        limiter: Limiter | None = None,
        log: CallLog | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id, self._client_secret, self._version = client_id, client_secret, version
        self._limiter, self._log = limiter, log
        self._token: _Token | None = None
        self._token_lock = threading.Lock()
        self.clock_ahead: float | None = None
        """By how many seconds Monite's clock went before ours when the last token was fetched."""
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # A proxy of the environment is for the world outside, not for an emulator on this machine.
        self._http.trust_env = urlsplit(base_url).hostname not in ("127.0.0.1", "localhost", "::1")
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=16, max_retries=0))

    def close(self) -> None:
        """Give back the open connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        entity_id: str | None = None,
        *,
        query: Query | None = None,
        body: Any = None,
        secret: str = "",
    ) -> Raw:
        """The JSON of the answer; raises a MoniteError otherwise.

        A `secret` of the body is left out of the call log, should the answer repeat it.

        Reads for which nobody waits are tried again a few times. Writes never are: the outbox
        knows whether a repeat is safe. While a person waits, only a short "too many calls" is waited
        out, once: nothing was done then.
        """
        call = _Call(method, path, entity_id, query, body, secret)
        if manners.current().deadline is not None:
            return self._once_more_if_full(call)
        tries = READ_TRIES if method == "GET" else 1
        for attempt in range(1, tries):
            try:
                return self._once(call)
            except UnavailableError as exc:
                time.sleep(_pause(exc, attempt))
        return self._once(call)

    def _once_more_if_full(self, call: _Call) -> Raw:
        try:
            return self._once(call)
        except RateLimitedError as exc:
            if exc.retry_after > min(LONGEST_WAIT, manners.current().left() - TIME_FOR_AN_ANSWER):
                raise
            time.sleep(exc.retry_after)
        return self._once(call)

    def _once(self, call: _Call) -> Raw:
        token = self._current_token()
        response = self._exchange(call, token)
        if token_is_lost(response):
            response = self._exchange(call, self._current_token(instead_of=token))
            if token_is_lost(response):
                raise CredentialsError(
                    words_of(response), status=response.status_code, request_id=request_id_of(response)
                )
        if not response.ok:
            raise error_from(response, call.hide)
        return body_of(response)

    def _current_token(self, instead_of: str | None = None) -> str:
        with self._token_lock:
            token = self._token
            if token is None or token.text == instead_of or time.monotonic() >= token.renew_at:
                token, _ = self._fetch_token()
                self._token = token
            return token.text

    def renew_token(self) -> float:
        """Fetch a token anew, whether or not the old one still holds; how many seconds it lasts."""
        with self._token_lock:
            self._token, lasts = self._fetch_token()
        return lasts

    def _fetch_token(self) -> tuple[_Token, float]:
        asked_at = time.monotonic()
        body = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        call = _Call("POST", "/auth/token", body=body, secret=self._client_secret)
        response = self._exchange(call, None)
        self.clock_ahead = _clock_ahead(response)
        if response.status_code in (400, 401, 403, 422):
            words = call.hide(words_of(response))
            raise CredentialsError(words, status=response.status_code, request_id=request_id_of(response))
        if not response.ok:
            raise error_from(response)
        answer = body_of(response)
        text, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(text, str) or not isinstance(lasts, int | float):
            raise UnavailableError("Monite's answer holds no token.", status=response.status_code)
        return _Token(text, asked_at + lasts * RENEW_AT), lasts

    def _exchange(self, call: _Call, token: str | None) -> requests.Response:
        manner = manners.current()
        if self._limiter is not None:
            self._limiter(manner.interactive)
        if manner.left() <= 0:
            raise UnavailableError(f"No time was left for {call.method} {call.path}.")
        started, at = time.monotonic(), datetime.now(UTC)
        response, error = None, None
        try:
            response = self._http.request(
                call.method,
                self._base_url + call.path,
                params=call.query,
                json=call.body,
                headers=self._headers(call),
                auth=_Bearer(token),
                timeout=manner.timeouts(),
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            error = type(exc).__name__
            raise UnavailableError("Monite did not answer.") from exc
        finally:
            took = round((time.monotonic() - started) * 1000)
            if self._log is not None:
                self._log(_told(call, at, took, response, error))
        return response

    def _headers(self, call: _Call) -> dict[str, str]:
        headers = {"X-Monite-Version": self._version, "Accept": "application/json"}
        if call.entity_id is not None:
            headers["X-Monite-Entity-Id"] = call.entity_id
        return headers


def _clock_ahead(response: requests.Response) -> float | None:
    """How many seconds Monite's clock is ahead of ours, by the date on its answer; None without one."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return (theirs - datetime.now(UTC)).total_seconds() if theirs.tzinfo else None


def _told(
    call: _Call, at: datetime, took: int, response: requests.Response | None, error: str | None
) -> ApiCall:
    """The call as the log keeps it."""
    status = request_id = None
    if response is not None:
        status, request_id = response.status_code, request_id_of(response)
        error = None if response.ok else call.hide(words_of(response))[:300]
    return ApiCall(at, call.entity_id, call.method, call.path, status, took, request_id, error)


def _pause(error: UnavailableError, attempt: int) -> float:
    """Seconds before the next try: as long as Monite asks, else doubling with some chance in it."""
    if isinstance(error, RateLimitedError):
        return error.retry_after + random.random() * 0.2  # noqa: S311 - spreads tries, hides nothing
    return min(0.25 * 2.0**attempt, LONGEST_PAUSE) * (0.5 + random.random())  # noqa: S311 - as above
