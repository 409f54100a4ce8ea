"""How each kind of intent is sent to Monite, and what its answer changes here.

A handler is a module. The outbox calls `send` with no transaction open; `done` and `refused` run
inside the transaction that closes the row, once each, in the name of the person who asked. A newer
intent of the same key may be waiting when `done` is called: what that one wants must be kept.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.services.deliveries import (
    defaults,
    disconnects,
    first_sends,
    lines,
    product_edits,
    products,
    retries,
    rules,
    syncs,
    taxes,
)
from app.services.deps import Deps


class Handler(Protocol):
    """What a module must offer to deliver one kind of intent."""

    @property
    def repeatable(self) -> bool:
        """Whether sending the same thing twice is the same as sending it once."""

    def send(self, deps: Deps, row: OutboxRow) -> Any:
        """Ask Monite and return its answer; raises MoniteError."""

    def done(self, deps: Deps, row: OutboxRow, answer: Any) -> None:
        """Write down what Monite answered."""

    def refused(self, deps: Deps, row: OutboxRow, error: GangwayError) -> None:
        """Write down, in words, that Monite does not accept it."""


@runtime_checkable
class LooksFirst(Protocol):
    """Offered by the handler of what must not be sent twice."""

    def look(self, deps: Deps, row: OutboxRow) -> Any:
        """The answer that an earlier attempt got without our knowing; None when none arrived."""


HANDLERS: dict[str, Handler] = {
    lines.ACTION: lines,
    products.ACTION: products,
    retries.ACTION: retries,
    rules.ACTION: rules,
    first_sends.ACTION: first_sends,
    syncs.ACTION: syncs,
    disconnects.ACTION: disconnects,
    taxes.ACTION: taxes,
    product_edits.ACTION: product_edits,
    defaults.ACTION: defaults,
}
