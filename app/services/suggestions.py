"""Suggested accounts for products and bill lines, each with its reason in words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from flask_babel import gettext as _

from app.domain.assignables import Assignable, AssignQuery, AssignState, Kind
from app.domain.bookkeeping.charts import Chart
from app.domain.bookkeeping.facts import Facts, Learned, learn, words_of
from app.domain.bookkeeping.rankings import is_open, suggest
from app.domain.bookkeeping.vocabularies import languages
from app.domain.suggestions import Reason, Strength, Suggestion
from app.services.account_problems import base_currency
from app.services.deps import Deps
from app.store import assignables, ledger_accounts, revisions, suggestion_facts

KEPT = 64
"""Of how many businesses a process keeps the chart in memory."""


def for_rows(deps: Deps, entity_id: str, rows: Sequence[Assignable]) -> dict[str, Suggestion]:
    """By row id: the account to suggest for each row that has none and may change.

    A row for which nothing speaks is left out, and so is one for which a person chose already.
    """
    open_rows = [row for row in rows if is_open(row)]
    if not open_rows:
        return {}
    facts = _facts(deps, entity_id, open_rows)
    found = ((row.id, suggest(row, facts)) for row in open_rows)
    return {row_id: suggestion for row_id, suggestion in found if suggestion is not None}


def for_all(deps: Deps, entity_id: str, query: AssignQuery, at_most: int) -> dict[str, Suggestion]:
    """By row id: what is suggested for the rows that a filter shows on all its pages."""
    if query.state not in (None, AssignState.NEEDS):
        return {}
    open_rows = assignables.all_changeable(deps.db, entity_id, replace(query, state=AssignState.NEEDS))
    return for_rows(deps, entity_id, open_rows[:at_most])


def reason_words(suggestion: Suggestion, supplier: str = "") -> str:
    """Why an account is suggested, as a person reads it behind the strength."""
    if suggestion.reason is Reason.REMEMBERED:
        return _("remembered for this supplier")
    if suggestion.reason is Reason.SAME_PRODUCT:
        return _("same product name in the accounting system")
    if suggestion.reason is Reason.HABIT:
        return _habit_words(suggestion, supplier)
    if suggestion.reason is Reason.SIMILAR_WORDS:
        return _("similar words: “%(word)s”", word=suggestion.word)
    return _("your default")


def sentence(suggestion: Suggestion, supplier: str = "") -> str:
    """Strength and reason in one: “Strong match: remembered for this supplier”."""
    words = reason_words(suggestion, supplier)
    if suggestion.strength is Strength.STRONG:
        return _("Strong match: %(reason)s", reason=words)
    return _("Possible match: %(reason)s", reason=words)


def sentences(found: Mapping[str, Suggestion], rows: Sequence[Assignable]) -> dict[str, str]:
    """By row id: the sentence of each suggestion; what many rows have in common is put into words once."""
    said: dict[tuple[object, ...], str] = {}
    result: dict[str, str] = {}
    for row in rows:
        if (one := found.get(row.id)) is not None:
            key = (one.strength, one.reason, one.used, one.of, one.word, row.supplier)
            if key not in said:
                said[key] = sentence(one, row.supplier)
            result[row.id] = said[key]
    return result


def words_in_rows(found: Mapping[str, Suggestion], rows: Sequence[Assignable]) -> dict[str, tuple[str, str]]:
    """By row id: strength and reason apart, where the supplier stands above the rows already."""
    said: dict[tuple[object, ...], tuple[str, str]] = {}
    result: dict[str, tuple[str, str]] = {}
    for row in rows:
        if (one := found.get(row.id)) is not None:
            key = (one.strength, one.reason, one.used, one.of, one.word, row.kind)
            if key not in said:
                said[key] = (_strength_word(one), _reason_in_row(one, row.kind))
            result[row.id] = said[key]
    return result


def _strength_word(suggestion: Suggestion) -> str:
    return _("Strong") if suggestion.strength is Strength.STRONG else _("Possible")


def _reason_in_row(suggestion: Suggestion, kind: Kind) -> str:
    if suggestion.reason is Reason.HABIT and not suggestion.word and kind is Kind.BILLS:
        return _("used for %(used)s of their last %(of)s lines", used=suggestion.used, of=suggestion.of)
    return reason_words(suggestion)


def _habit_words(suggestion: Suggestion, supplier: str) -> str:
    numbers = {"used": suggestion.used, "of": suggestion.of}
    if suggestion.word:
        return _("used for %(used)s of the last %(of)s with “%(word)s”", word=suggestion.word, **numbers)
    if supplier:
        return _("used for %(used)s of the last %(of)s lines from %(supplier)s", supplier=supplier, **numbers)
    return _("used for %(used)s of the last %(of)s products", **numbers)


def _facts(deps: Deps, entity_id: str, rows: Sequence[Assignable]) -> Facts:
    db, known = deps.db, _known(deps, entity_id)
    suppliers = {row.supplier for row in rows if row.supplier}
    products = [row.name for row in rows if row.kind is Kind.PRODUCTS]
    facts = Facts(
        chart=known.chart,
        remembered=suggestion_facts.remembered(db, entity_id, suppliers) if suppliers else {},
        of_supplier=suggestion_facts.lines_of_suppliers(db, entity_id, suppliers),
        beside=suggestion_facts.names_of_suppliers(db, entity_id, suppliers),
        learned=known.learned,
        product_words=known.product_words,
        spoken=known.spoken,
    )
    if not products:
        return facts
    return replace(
        facts,
        products=suggestion_facts.newest_products(db, entity_id),
        same_products=suggestion_facts.same_products(db, entity_id, products),
        default_id=suggestion_facts.default_account(db, entity_id),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is made from all accounts and from many lines, and kept until one of them changes."""

    chart_stamp: tuple[object, ...]
    revision: int
    chart: Chart
    learned: Learned
    product_words: frozenset[str]
    spoken: frozenset[str]


_kept: OrderedDict[tuple[str, str], _Known] = OrderedDict()
_keeping = Lock()


def _known(deps: Deps, entity_id: str) -> _Known:
    """From this process's memory, as long as the store still says the same."""
    db, place = deps.db, (str(deps.settings.database), entity_id)
    base = base_currency(db, entity_id)
    stamp, revision = (*suggestion_facts.chart_stamp(db, entity_id), base), revisions.get(db, entity_id)
    with _keeping:
        kept = _kept.get(place)
    if kept is not None and (kept.chart_stamp, kept.revision) == (stamp, revision):
        return kept
    products = suggestion_facts.product_names(db, entity_id)
    same_chart = kept is not None and kept.chart_stamp == stamp
    known = _Known(
        chart_stamp=stamp,
        revision=revision,
        chart=kept.chart if kept and same_chart else Chart(ledger_accounts.find_offered(db, entity_id), base),
        learned=learn(suggestion_facts.lines_of_accounts(db, entity_id)),
        product_words=words_of(products),
        spoken=(kept.spoken if kept and same_chart else None) or _spoken(deps, entity_id, products),
    )
    _keep(place, known)
    return known


def _spoken(deps: Deps, entity_id: str, products: Sequence[str]) -> frozenset[str]:
    return languages([*suggestion_facts.some_names(deps.db, entity_id), *products])


def _keep(place: tuple[str, str], known: _Known) -> None:
    with _keeping:
        _kept[place] = known
        _kept.move_to_end(place)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
