"""Texts in templates: the language of the page, and nothing but words from values."""

from __future__ import annotations

from babel.support import Translations
from flask import Flask, g, render_template_string

ASKED = (
    '{{ _("Retry") }}|{{ _("%(name)s stays", name=name) }}|{{ ngettext("%(num)s bill", "%(num)s bills", n) }}'
)


class Dutch(Translations):
    """A catalogue as it is read from a file."""

    def __init__(self) -> None:
        super().__init__()
        self._catalog = {
            "Retry": "Opnieuw",
            "%(name)s stays": "%(name)s blijft",
            ("%(num)s bill", 0): "%(num)s rekening",
            ("%(num)s bill", 1): "%(num)s rekeningen",
        }
        self.plural = lambda n: int(n != 1)


def test_without_a_translation_the_text_is_shown_as_it_stands(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string(ASKED, name="It", n=1) == "Retry|It stays|1 bill"


def test_a_translation_is_used_where_there_is_one(app: Flask) -> None:
    with app.test_request_context():
        g.texts = Dutch()
        assert render_template_string(ASKED, name="Het", n=2) == "Opnieuw|Het blijft|2 rekeningen"


def test_one_language_does_not_answer_for_the_next(app: Flask) -> None:
    with app.test_request_context():
        g.texts = Dutch()
        assert render_template_string('{{ _("Retry") }}') == "Opnieuw"
    with app.test_request_context():
        assert render_template_string('{{ _("Retry") }}') == "Retry"


def test_a_value_is_never_markup(app: Flask) -> None:
    with app.test_request_context():
        shown = render_template_string('{{ _("%(name)s stays", name=name) }}', name="<b>&\"'")

    assert shown == "&lt;b&gt;&amp;&#34;&#39; stays"


def test_a_percent_sign_is_written_twice(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string('{{ _("100 %% sure") }}') == "100 % sure"
