"""Reading tables from whatever file a person uploads."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from app.domain.errors import InputError
from app.domain.uploads import Table, heading, read_table

KNOWN = ("line id", "account code")
TEXT = "Line ID,Account code\nl1,310\n"


def read(data: bytes, guessed: str | None = None) -> Table:
    """The table, read to its end."""
    table = read_table(data, KNOWN, lambda _: guessed)
    return replace(table, rows=list(table.rows))


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    return caught.value.message


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16"),
        (TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
        ((TEXT + "l2,café\n").encode("cp1252"), "cp1252"),
    ],
)
def test_a_file_is_read_in_the_encoding_that_it_has(data: bytes, encoding: str) -> None:
    table = read(data)

    assert (table.encoding, table.header, next(iter(table.rows))) == (
        encoding,
        ["Line ID", "Account code"],
        (2, ["l1", "310"]),
    )


def test_letters_of_older_encodings_are_read_as_guessed() -> None:
    assert read("Line ID\nłódź\n".encode("cp1250"), "cp1250").rows == [(2, ["łódź"])]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    table = read(TEXT.replace(",", separator).encode())

    assert (table.separator, table.rows) == (separator, [(2, ["l1", "310"])])


def test_a_line_that_names_the_separator_is_not_a_row() -> None:
    table = read(b"sep=;\r\nLine ID;Account code\r\nl1;310\r\n")

    assert (table.separator, table.rows) == (";", [(2, ["l1", "310"])])


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    table = read(b'Line ID,Account code\n"a\nb",1\n\n,\nl2,2\n')

    assert table.rows == [(2, ["a\nb", "1"]), (5, ["l2", "2"])]


def test_shields_against_formulas_are_taken_away() -> None:
    assert read(b"Line ID,Account code\nl1,'=1+1\n").rows == [(2, ["l1", "=1+1"])]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_will_do(line_end: str) -> None:
    assert read(TEXT.replace("\n", line_end).encode()).rows == [(2, ["l1", "310"])]


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "The file is empty."),
        (workbook(), "This is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "This is a workbook"),
        (bytes(range(256)) * 20, "This is not a text file."),
        (b"Line ID,Account code\nl1,3\x0010\n", "This is not a text file."),
        (TEXT.encode("utf-16") + b"\x00", "This file is damaged"),
        (b"name,price\nMilk,2\n", "The first row must name the columns"),
        (b"l1,310\nl2,429\n", "The first row must name the columns"),
        (b'"Line ID,Account code"\n"l1,310"\n', "The columns of this file have run together"),
        (b'Line ID,Account code\nl1,310\nl2,"42\nl3,1\n', "Row 3 can't be read"),
        (b'Line ID,Account code\nl1,"31"0\n', "Row 2 can't be read"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    assert refusal(data).startswith(words)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.domain.uploads.MOST_ROWS", 2)

    assert "more than 2 rows" in refusal(b"Line ID\na\nb\nc\n")


def test_a_heading_is_known_however_it_is_written() -> None:
    assert heading("  LINE_id\u00a0") == heading("Line ID")
