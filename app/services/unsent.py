"""What a person asks before anything is sent: what goes next, what will stop, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import NotThereError
from app.domain.facts import Context, DocumentFacts
from app.domain.fixes import About, Destination, destination
from app.domain.problems import problem_of
from app.domain.readiness import Condition, Verdict, verdict
from app.domain.record_lists import Page
from app.domain.resources import CONNECTION, ResourceState
from app.domain.sync_rules import USUAL
from app.domain.unsent import Tally, Unsent, UnsentQuery, tally
from app.services import frames, readiness, refresh
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import resources, revisions, unsent_documents

BEHIND = ("payables", "receivables", "products", "ledger_accounts", "tax_rates", CONNECTION)
KINDS = {"bills": "payable", "invoices": "receivable"}
"""The kinds as addresses name them."""
_KEPT = 32


@dataclass(frozen=True, slots=True)
class UnsentView:
    """The documents that were never tried, as the screen shows them."""

    query: UnsentQuery
    page: Page[Unsent]
    tally: Tally
    frame: Frame | None
    read: ResourceState | None
    fixes: Mapping[str, Destination]
    """Where the first reason of each is put right, by its id."""


@dataclass(frozen=True, slots=True)
class OneUnsent:
    """One document that was never tried, with everything that sending it needs."""

    document: Unsent
    facts: DocumentFacts
    foretold: Verdict
    fixes: Sequence[Destination | None]
    """For each condition, where it is put right when it isn't met."""


def find(deps: Deps, entity_id: str, query: UnsentQuery) -> UnsentView:
    """What the rules send and nobody has tried yet, newest first, and how it will end."""
    frame = frames.get(deps, entity_id)
    context = _context(deps, entity_id, frame)
    counted = _tally(deps, entity_id, context)
    page: Page[Unsent] = Page(())
    if not query.fate or counted.fates[query.fate]:
        page = unsent_documents.page(deps.db, entity_id, context, query)
    known = [resources.get(deps.db, entity_id, name) for name in BEHIND]
    return UnsentView(
        query=query,
        page=page,
        tally=counted,
        frame=frame,
        # What was never read is the oldest of all.
        read=min(known, key=lambda state: state.as_of.timestamp() if state.as_of else 0.0, default=None),
        fixes={one.id: _fix(deps, entity_id, one, one.reasons[0]) for one in page.lines if one.reasons},
    )


def get(deps: Deps, entity_id: str, kind: str, object_id: str) -> OneUnsent:
    """One bill or invoice that was never tried; raises NotThereError for any other."""
    context = _context(deps, entity_id, frames.get(deps, entity_id))
    document = unsent_documents.get(deps.db, entity_id, context, KINDS[kind], object_id)
    facts = document and readiness.facts(deps, entity_id, document.object_type, object_id, context)
    if not document or not facts:
        raise NotThereError("There is no such bill or invoice here.")
    foretold = verdict(facts, context)
    return OneUnsent(
        document=document,
        facts=facts,
        foretold=foretold,
        fixes=[
            _fix(deps, entity_id, document, one.code, one) if one.ok is False else None
            for one in foretold.conditions
        ],
    )


def record_of(deps: Deps, entity_id: str, kind: str, object_id: str) -> str | None:
    """The record that tells what became of a document, once it was tried."""
    object_type = "bill" if KINDS[kind] == "payable" else "receivable"
    return unsent_documents.record_of(deps.db, entity_id, object_type, object_id)


def update(deps: Deps, entity_id: str) -> None:
    """Have everything read again that the verdicts rest on."""
    refresh.want(deps, entity_id, BEHIND)


def _context(deps: Deps, entity_id: str, frame: Frame | None) -> Context:
    """Where the API version has no rules, Monite goes by the usual set."""
    found = readiness.context(deps, entity_id, frame)
    return found if deps.monite.capabilities.sync_rules else replace(found, sends=USUAL, own_choice=True)


def _fix(
    deps: Deps, entity_id: str, document: Unsent, code: str, condition: Condition | None = None
) -> Destination:
    """Where this is put right; the way back is the document's own page."""
    about = About(
        entity_id=entity_id,
        object_type=document.object_type,
        object_id=document.id,
        counterpart_id=document.party_id,
        search=condition.names[0] if condition and condition.names and code == "ACC_PRODUCT" else "",
    )
    kind = "bills" if document.is_bill else "invoices"
    back = f"/e/{entity_id}/ready/{kind}/{document.id}"
    fix = condition.fix if condition else None
    return destination(problem_of(code), fix, about, deps.settings.partner_addresses, back)


_tallies: dict[tuple[object, ...], Tally] = {}


def _tally(deps: Deps, entity_id: str, context: Context) -> Tally:
    """The sums; counted once for each state of the store, for that looks at every line."""
    key = (deps.settings.database, entity_id, revisions.get(deps.db, entity_id), context)
    found = _tallies.get(key)
    if found is None:
        found = tally(unsent_documents.counts(deps.db, entity_id, context), context)
        if len(_tallies) >= _KEPT:
            _tallies.clear()
        _tallies[key] = found
    return found
