"""Is it the right organisation? What the accounting system says of it beside what is known here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from app.domain.attempts import Attempt
from app.domain.connections import Connection, ConnectionStatus
from app.domain.entities import Entity
from app.domain.errors import MoniteError
from app.domain.organisations import Comparison, compare
from app.services.deps import Deps
from app.store import attempts, connections, entities
from app.store.database import write

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """The organisation that was connected, and how it fits."""

    connection: Connection
    entity: Entity
    comparison: Comparison
    attempt: Attempt | None
    """The way that led to it; None when it was connected elsewhere."""
    can_be_told: bool
    """Whether this version of Monite tells anything of the organisation at all."""


def check(deps: Deps, entity_id: str, usual: Callable[[str], Collection[str]]) -> Found | None:
    """The connected organisation beside the business; None when nothing is connected.

    `usual` gives the currencies of a country. The currency of the business is asked of Monite when it is
    not known yet; without an answer it is left out of the comparison.
    """
    connection = connections.current(deps.db, entity_id)
    entity = entities.get(deps.db, entity_id)
    if connection is None or entity is None or connection.status is not ConnectionStatus.CONNECTED:
        return None
    if entity.currency is None and connection.business is not None:
        entity = _with_currency(deps, entity)
    return Found(
        connection=connection,
        entity=entity,
        comparison=compare(entity, connection.business, usual(entity.country) if entity.country else ()),
        attempt=attempts.of_connection(deps.db, entity_id, connection.id),
        can_be_told=deps.monite.capabilities.tells_organisation,
    )


def _with_currency(deps: Deps, entity: Entity) -> Entity:
    try:
        with deps.monite.hurried(PATIENCE):
            currency = deps.monite.get_entity_currency(entity.id)
    except MoniteError:
        return entity
    if currency is not None:
        with write(deps.db) as db:
            entities.set_currency(db, entity.id, currency)
    return replace(entity, currency=currency)
