"""Texts in the language of the page, for templates that ask for hundreds of them.

They come from Flask-Babel's catalogues; what a text is in a language is looked up once per process,
and a page only fills in its values.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel.support import NullTranslations
from flask_babel import get_translations
from markupsafe import Markup, escape

from app.web.requests import own_g

MOST = 4096


def gettext(text: str, /, **values: object) -> Markup:
    """The text, as markup; its values are escaped."""
    if not values:
        return _plain(_catalogue(), text)
    return _filled(_text(_catalogue(), text), values)


def ngettext(one: str, many: str, n: int, /, **values: object) -> Markup:
    """The text for so many, which it calls `num`, as markup; its values are escaped."""
    return _filled(_catalogue().ungettext(one, many, n), {"num": n, **values})


def _catalogue() -> NullTranslations:
    """The texts of this request's language."""
    here = own_g()
    try:
        return here.texts  # type: ignore[no-any-return]
    except AttributeError:
        here.texts = get_translations()
        return here.texts  # type: ignore[no-any-return]


@lru_cache(MOST)
def _text(catalogue: NullTranslations, text: str) -> str:
    return str(catalogue.ugettext(text))


@lru_cache(MOST)
def _plain(catalogue: NullTranslations, text: str) -> Markup:
    """A text without values is a format string all the same, so that each percent sign is written twice."""
    return Markup(_text(catalogue, text) % {})  # noqa: S704 - our own words


def _filled(text: str, values: dict[str, Any]) -> Markup:
    # Numbers stay numbers, for texts that say how to write them.
    safe = {name: value if type(value) in (int, float) else escape(value) for name, value in values.items()}
    return Markup(text % safe)  # noqa: S704 - our own words around escaped values
