"""Raw messages on pages: every place that shows one asks here how much of it this person may read."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from app.domain.problems import Phrase
from app.services import raw_texts
from app.web.requests import deps


def raw_text(text: str | None, *names: str, entity_id: str = "") -> str:
    """What the other side said, as this person may read it; `names` are to be masked besides those known."""
    entity_id = entity_id or (request.view_args or {}).get("entity_id", "")
    return raw_texts.readable(deps(), text or "", entity_id, *names)


def words_of(phrase: Phrase, *names: str) -> str:
    """What a phrase says, where it quotes the other side as this person may read that."""
    values = dict(phrase.values)
    if "said" in values:
        values["said"] = raw_text(values["said"], *names)
    return _(phrase.text, **values)
