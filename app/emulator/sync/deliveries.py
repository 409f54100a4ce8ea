"""The deliverer: sends what is due to listeners, one address at a time each, many addresses at once.

Nothing is sent inside a transaction, and the file is free while a listener takes its time. What was
sent is noted after the answer: a process that is killed in between sends the message once more, with
the same id, and none is lost.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.rules import deliveries as rules
from app.emulator.rules.addresses import is_here
from app.emulator.store import clock, deliveries, outgoing
from app.emulator.store.database import open_database, write

log = logging.getLogger(__name__)

Row = dict[str, Any]

BEAT = 0.2
PATIENCE = 10.0
"""Seconds for which a clock that was moved waits for listeners that are slow to take what became due."""
NOT_SENT = "Not sent: this emulator sends to this machine only (EMULATOR_LISTENERS is here)."
LISTENERS = 16
"""How many addresses are served at once; one that is slow holds up nobody else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listener said; no status when it said nothing in time."""

    status: int | None = None
    text: str = ""
    retry_after: str | None = None


class _OutsideError(requests.ConnectionError):
    """Raised in place of a request that would have left this machine."""


class _Here(HTTPAdapter):
    """Sends to this machine alone, wherever a redirect may lead."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if not is_here(request.url or ""):
            raise _OutsideError
        return super().send(request, *args, **options)


class _Serving(NamedTuple):
    """An address that is being sent to, since some moment of the machine's."""

    future: Future[None]
    since: float


class Deliverer:
    """Sends what is due when asked to, and once started also by itself, five times a second."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._pool = ThreadPoolExecutor(LISTENERS, thread_name_prefix="deliveries")
        self._lock = threading.Lock()
        self._busy: dict[str, _Serving] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send by itself; what fell due while nothing ran is due now."""
        with closing(open_database(self._settings.database)) as db:
            outgoing.start_over(db)
        self._thread = threading.Thread(target=self._work, name="deliverer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is being sent arrive, and end; what waits is kept."""
        with self._lock:  # nobody is just about to send
            self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def run_due(self, db: Database, *, patience: float = PATIENCE) -> None:
        """Send what is due, and what becomes due through it; listeners get so many seconds to answer.

        What they have not answered by then is seen to in the background; who has had that time
        already is not waited for.
        """
        until = time.monotonic() + patience
        while not self._stopped.is_set():
            now = time.monotonic()
            sending = [one.future for one in self._send_due(db) if now - one.since < patience]
            if not sending or now >= until:
                return
            wait(sending, timeout=until - now)

    def _work(self) -> None:
        with closing(open_database(self._settings.database)) as db:
            while not self._stopped.wait(BEAT):
                try:
                    self._send_due(db)
                except sqlite3.OperationalError:
                    log.warning("the deliverer could not read", exc_info=True)

    def _send_due(self, db: Database) -> list[_Serving]:
        """Begin to serve the addresses for which something is due; returns all that are being served."""
        urls = outgoing.find_due_urls(db, _now(db))
        with self._lock:
            for url in [url for url, one in self._busy.items() if one.future.done()]:
                failure = self._busy.pop(url).future.exception()
                if failure is not None:
                    log.error("the deliverer failed at %s", url, exc_info=failure)
            for url in urls:
                if url not in self._busy and not self._stopped.is_set():
                    self._busy[url] = _Serving(self._pool.submit(self._serve, url), time.monotonic())
            return list(self._busy.values())

    def _serve(self, url: str) -> None:
        """Send to one address what is due, in order, until nothing is."""
        try:
            with closing(open_database(self._settings.database)) as db, self._session() as http:
                while not self._stopped.is_set():
                    message = outgoing.find_next(db, url, _now(db))
                    if message is None:
                        return
                    _deliver(db, http, message)
        except sqlite3.OperationalError:
            # Somebody kept the write lock for long: the message is sent once more, with the same id.
            log.warning("the deliverer could not write", exc_info=True)

    def _session(self) -> requests.Session:
        http = requests.Session()
        http.trust_env = False  # neither a proxy nor a password of this machine's user
        if not self._settings.sends_anywhere:
            for scheme in ("http://", "https://"):
                http.mount(scheme, _Here())
        return http


def _deliver(db: Database, http: requests.Session, message: Row) -> None:
    if not message["wanted"]:
        with write(db):
            outgoing.remove(db, message["id"])
        return
    began = time.monotonic()
    answer = _post(http, message)
    # The try counts as made when it was due, so that a clock moved far ahead runs all repeats.
    taken = timedelta(seconds=time.monotonic() - began)
    _note(db, message, answer, ended=datetime.fromisoformat(message["due_at"]) + taken)


def _post(http: requests.Session, message: Row) -> Answer:
    channel, body = message["channel"], message["body"].encode()
    policy = rules.POLICIES[channel]
    # Signed by the machine's time: a listener refuses a signature that is minutes away from its own.
    headers = rules.headers(
        channel, message["message_id"], message["valid_secret"], body, at=clock.real_now()
    )
    try:
        with http.post(
            message["url"],
            data=body,
            headers=headers,
            timeout=policy.timeout,
            allow_redirects=policy.follows_redirects,
            stream=True,
        ) as response:
            text = _read(response, until=time.monotonic() + policy.timeout)
            return Answer(response.status_code, text, response.headers.get("Retry-After"))
    except _OutsideError:
        return Answer(text=NOT_SENT)
    except (requests.RequestException, ValueError):
        # A ValueError is an address, of the listener or of its redirect, or a header that cannot be sent.
        return Answer()


def _read(response: requests.Response, *, until: float) -> str:
    """The beginning of the answer's body; a listener that goes on and on is not heard to the end."""
    heard = bytearray()
    try:
        for piece in response.iter_content(1):
            heard += piece
            if len(heard) >= rules.LARGEST_RESPONSE or time.monotonic() > until:
                break
    except requests.RequestException:
        pass  # the status has arrived, and it is what counts
    return heard.decode(errors="replace")


def _note(db: Database, message: Row, answer: Answer, *, ended: datetime) -> None:
    """Keep what came of one try, and plan the next one."""
    channel, success = message["channel"], rules.is_success(answer.status)
    due = None if success else _next_try(message, answer, ended)
    with write(db):
        if channel == "monite":
            deliveries.record(
                db, message["reference"], status=answer.status, response=answer.text, success=success
            )
        elif message["reference"] is not None:
            outgoing.note_consumer(db, message["reference"], success=success, at=ended)
        if due is not None:
            outgoing.try_again(db, message["id"], at=due)
            return
        outgoing.remove(db, message["id"])
        outgoing.count(db, channel, "delivered" if success else "failed")


def _next_try(message: Row, answer: Answer, ended: datetime) -> datetime | None:
    return rules.next_try(
        message["channel"],
        message["attempts"] + 1,
        answer.status,
        first_due=datetime.fromisoformat(message["first_due_at"]),
        ended=ended,
        retry_after=rules.seconds_asked(answer.retry_after, clock.real_now()),
    )


def _now(db: Database) -> str:
    return clock.stamp(clock.now(db))
