import csv
import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.spreadsheets import Cell, csv_lines, plain, shielded

TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(TEXTS)
def test_what_is_shielded_comes_back_as_it_was(text: str) -> None:
    assert plain(shielded(text)) == text


@given(TEXTS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not shielded(text).lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_file_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(rows))
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [[plain(cell) for cell in row] for row in read] == rows


def test_what_no_text_file_may_hold_is_replaced() -> None:
    assert "".join(csv_lines([["a\x00b"]])) == "\ufeffa\ufffdb\r\n"


def test_a_file_with_semicolons_has_commas_in_its_numbers() -> None:
    row: list[Cell] = [Decimal("-43.20"), Decimal("1E+3"), "x;y", None]

    assert "".join(csv_lines([row], ";")) == '\ufeff-43,20;1000;"x;y";\r\n'
    assert "".join(csv_lines([row])) == "\ufeff-43.20,1000,x;y,\r\n"
