"""What an event of the audit trail says: what happened, to what, and from what to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import get_template_attribute
from flask_babel import gettext as _

from app.domain.audits import Entry
from app.domain.connections import SYSTEM_NAMES, ConnectionStatus, system_name
from app.domain.events import RETRIED, Event, Told, as_told
from app.domain.people import SYSTEM, Role
from app.domain.problems import CATALOGUE
from app.domain.sync_rules import SyncRules
from app.web import formats
from app.web.raw_texts import raw_text

_NAMED_BY_WORDS = ("account_assigned", "assignment_undone")
"""Kinds whose words name what it was about already."""

_CHOICES = ("account", "assign", "choice_", "closing_date_", "default_", "product_", "tax_rate_")
"""How the kinds of events begin that give something its value, which may have been none."""


@dataclass(frozen=True, slots=True)
class Words:
    """One entry in words; '' where there is nothing to say."""

    what: str
    about: str
    was: str
    became: str
    change: str
    """From what to what, where something changed."""


def entry_words(entry: Entry) -> Words:
    """What to read of one entry."""
    told = _told(entry)
    was, became = _value(entry, entry.event.was), _value(entry, entry.event.became)
    says = get_template_attribute("macros/events.html", "event_words")
    return Words(
        what=" ".join(str(says(told)).split()),
        about=_about(entry, told),
        was=was,
        became=became,
        change=_change(entry.event, was, became),
    )


def role_word(role: Role) -> str:
    """What a role is called."""
    return {
        Role.VIEWER: _("Viewer"),
        Role.BOOKKEEPER: _("Bookkeeper"),
        Role.OWNER: _("Owner"),
        Role.SUPPORT: _("Support"),
        Role.ADMIN: _("Administrator"),
        Role.INVITED: _("Invited"),
        Role.SYSTEM: _("By itself"),
    }[role]


def actor_name(event: Event) -> str:
    """Who did it, by name."""
    if event.actor.role is Role.SYSTEM and event.actor == SYSTEM:
        return _("By itself")
    return event.actor.name or _("Somebody")


def _about(entry: Entry, told: Told) -> str:
    """What it was about; words of the other side as far as this person may read them."""
    if told.kind in _NAMED_BY_WORDS:
        return ""
    raw = told.kind.endswith(("_refused", "_failed", "_withdrawn"))
    return raw_text(told.note, entity_id=entry.event.entity_id) if raw else told.note or ""


def _change(event: Event, was: str, became: str) -> str:
    if was and became:
        return f"{was} → {became}" if was != became else ""
    if not was and not became:
        return ""
    if event.kind.startswith(_CHOICES):
        return f"{was or _('nothing')} → {became or _('nothing')}"
    # A connection that is first seen has changed nothing; what was made is what it is.
    return "" if event.became in set(ConnectionStatus) else became or was


def _told(entry: Entry) -> Told:
    told = as_told(entry.event)
    return replace(told, account=entry.names.get(told.account_id)) if told.account_id else told


def _value(entry: Entry, value: str | None) -> str:
    """A value before or after: by name where it is an id, in words where it is a code."""
    if not value:
        return ""
    if value in entry.names:
        return entry.names[value]
    if value.startswith("{"):
        return _listed(value)
    kind = entry.event.kind
    if kind == "closing_date_changed":
        return formats.day(date.fromisoformat(value))
    if kind in (RETRIED, "handled_elsewhere", "handled_taken_back"):
        return _problem(value)
    return _coded().get(value, system_name(value) if value in SYSTEM_NAMES else value)


def _coded() -> dict[str, str]:
    """The codes of roles and of connections' states, in words."""
    return {
        **{role.value: role_word(role) for role in Role},
        "pending_auth": _("Waiting for sign-in"),
        "connected": _("Connected"),
        "deauthorized": _("Access withdrawn"),
        "disconnected": _("Disconnected"),
    }


def _problem(code: str) -> str:
    why, _colon, words = code.partition(":")
    known = {"by_hand": _("Entered by hand"), "not_wanted": _("Not wanted there"), "other": words}
    return known.get(why) or (_(CATALOGUE[code].title) if code in CATALOGUE else code)


def _listed(text: str) -> str:
    """Lists of statuses as one reads them; any other structure as it stands."""
    try:
        rules = SyncRules.from_text(text)
    except (ValueError, KeyError, TypeError):
        return text
    if rules is None:
        return ""
    return _(
        "Bills: %(bills)s. Invoices: %(invoices)s.",
        bills=_statuses(rules.payable),
        invoices=_statuses(rules.receivable),
    )


def _statuses(statuses: Sequence[str]) -> str:
    return ", ".join(status.replace("_", " ") for status in statuses) or _("none")
