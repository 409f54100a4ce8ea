"""What will become of a document once it is tried: the facts and the context that the rule needs."""

from __future__ import annotations

from sqlite_utils import Database

from app.domain.facts import Context, DocumentFacts
from app.domain.readiness import Verdict, verdict
from app.domain.sync_rules import SyncRules
from app.services import closing_dates, frames, holds
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import document_facts, entity_defaults, sync_rules


def context(deps: Deps, entity_id: str, frame: Frame | None = None) -> Context:
    """What decides about all documents of the entity alike."""
    db, can = deps.db, deps.monite.capabilities
    frame = frame or frames.get(deps, entity_id)
    business = frame.connection.business if frame and frame.connection else None
    return Context(
        system=frame.system if frame else "your accounting system",
        platform=frame.platform if frame else None,
        connected=frame is not None and frame.connected,
        held=frame is not None and frame.held,
        sends=rules_in_force(db, entity_id),
        discounts_sent=deps.settings.sends_discounts,
        base_currency=business.base_currency if business else None,
        currencies_sent=document_facts.currencies_sent(db, entity_id),
        has_defaults=can.default_accounts,
        defaults=entity_defaults.find(db, entity_id) if can.default_accounts else None,
        closed_up_to=closing_dates.closed_up_to(db, entity_id),
    )


def rules_in_force(db: Database, entity_id: str) -> SyncRules | None:
    """What goes out, or will once sending is no longer on hold; None while that was never read."""
    hold = holds.standing(db, entity_id)
    return hold.rules if hold else sync_rules.find(db, entity_id)


def facts(
    deps: Deps, entity_id: str, object_type: str, object_id: str | None, found: Context
) -> DocumentFacts | None:
    """The document behind a record, as far as it is known here."""
    if object_id is None:
        return None
    return document_facts.facts(deps.db, entity_id, object_type, object_id, found)


def foretell(deps: Deps, entity_id: str, object_type: str, object_id: str | None, found: Context) -> Verdict:
    """What will become of this document."""
    return verdict(facts(deps, entity_id, object_type, object_id, found), found)
