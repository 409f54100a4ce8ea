"""Reading the line items of bills: one call a bill, so eight at a time, newest first, kept as they come.

What has been read is in the store, so a scan that is stopped, or killed, goes on where it was.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from app.domain.documents import LineItem, Payable
from app.domain.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from app.domain.resources import Read
from app.monite.answers import Raw
from app.services.deps import Deps
from app.store import payable_lines, payables, resources, revisions
from app.store.database import write

THREADS = 8
AHEAD = THREADS * 2
SAVED_TOGETHER = 25
SAVED_EVERY = 1.0
"""Seconds after which what has come is kept, even when it is little: people watch the number grow."""


@dataclass(frozen=True, slots=True)
class _Lines:
    payable: Payable
    rows: list[tuple[LineItem, Raw]] | None = None
    gone: bool = False


def scan(deps: Deps, read: Read, seconds: float) -> bool:
    """Read the line items that are due for so long; whether that was all of them.

    Raises a MoniteError when Monite stops answering; what came before is kept.
    """
    stop_at = time.monotonic() + seconds
    under_way: dict[Future[_Lines], str] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="scan") as pool:
        basket = _Basket(deps, read)
        try:
            while True:
                if time.monotonic() < stop_at and (room := AHEAD - len(under_way)):
                    busy = [*under_way.values(), *basket.payable_ids]
                    for payable in payables.lines_due(deps.db, read.entity_id, room, but_not=busy):
                        under_way[pool.submit(_fetch, deps, read, payable)] = payable.id
                if not under_way:
                    break
                ended, _ = wait(under_way, timeout=SAVED_EVERY, return_when=FIRST_COMPLETED)
                for future in ended:
                    del under_way[future]
                    basket.add(future.result())
                basket.keep_when_full()
        finally:
            for future in under_way:
                future.cancel()
            basket.keep()
    return not payables.lines_due(deps.db, read.entity_id, 1)


def _fetch(deps: Deps, read: Read, payable: Payable) -> _Lines:
    """The lines of one bill; a refusal concerns this bill alone and does not end the scan."""
    with deps.monite.background():
        try:
            pages = deps.monite.line_items(read.entity_id, payable.id)
            return _Lines(payable, [row for page in pages for row in page])
        except NotFoundError:
            return _Lines(payable, gone=True)
        except (ConflictError, ForbiddenError, RefusedError):
            return _Lines(payable)


class _Basket:
    """What has come and is not kept yet."""

    def __init__(self, deps: Deps, read: Read) -> None:
        self._deps, self._read = deps, read
        self._come: list[_Lines] = []
        self._kept_at = time.monotonic()

    @property
    def payable_ids(self) -> list[str]:
        return [lines.payable.id for lines in self._come]

    def add(self, lines: _Lines) -> None:
        self._come.append(lines)

    def keep_when_full(self) -> None:
        """Keep what has come when it is enough, or has waited long enough."""
        waited = time.monotonic() - self._kept_at
        if len(self._come) >= SAVED_TOGETHER or (self._come and waited >= SAVED_EVERY):
            self.keep()

    def keep(self) -> None:
        """Write everything that has come, and how far the scan is."""
        deps, read, now = self._deps, self._read, self._deps.clock()
        with write(deps.db) as db:
            for lines in self._come:
                _keep(deps, read, lines)
            resources.progress(db, read, now, *payables.lines_progress(db, read.entity_id))
            revisions.bump(db, read.entity_id)
        self._come.clear()
        self._kept_at = time.monotonic()


def _keep(deps: Deps, read: Read, lines: _Lines) -> None:
    db, payable = deps.db, lines.payable
    if lines.gone:
        payables.mark_gone(db, payable.id)
        payable_lines.follow_payables(db, [payable.id])
        return
    if lines.rows is not None:
        payable_lines.replace(db, read.entity_id, payable.id, lines.rows, deps.clock())
    payables.lines_read(db, payable, None if lines.rows is None else len(lines.rows))
