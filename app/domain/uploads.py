"""Tables in files that people upload, whatever program saved them.

What cannot be read is refused with an InputError that says what the file is and what to do about it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from app.domain.errors import InputError
from app.domain.spreadsheets import plain

MOST_ROWS = 100_000
SEPARATORS = (",", ";", "\t")
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SAVE_AS_CSV = (
    "This is a workbook, not a CSV file. In Excel choose File, Save As, and “CSV UTF-8”; in other programs "
    "“Download” or “Export” as CSV. Then upload that file."
)
_NOT_TEXT = "This is not a text file. Upload the CSV file that you downloaded here and edited."
_DAMAGED = "This file is damaged or cut off. Save it as CSV again, then upload that."
_TOGETHER = (
    "The columns of this file have run together into one. Download the file with semicolons, edit that, and "
    "upload it again."
)
_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below the first, each with its number as a spreadsheet shows it.

    They are read as they are asked for, once, and raise InputError where one cannot be read.
    """

    header: list[str]
    rows: Iterable[tuple[int, list[str]]]
    encoding: str
    separator: str


def read_table(data: bytes, known: Collection[str], guess: Callable[[bytes], str | None]) -> Table:
    """The table in a file whose first row names columns, at least one of them known.

    `guess` names the encoding of bytes that are not Unicode. Raises InputError.
    """
    text, encoding = decoded(data, guess)
    text, separator = _separator(text.removeprefix("\ufeff"), known)
    records = _records(text, separator)
    _, header = next(records)
    return Table(header, _filled(records), encoding, separator)


def heading(text: str) -> str:
    """A column's name however it is written."""
    return " ".join(plain(text).replace("_", " ").split()).casefold()


def decoded(data: bytes, guess: Callable[[bytes], str | None]) -> tuple[str, str]:
    """The text of a file, and the name of its encoding."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InputError("file", "The file is empty.")
    if data.startswith(_WORKBOOKS):
        raise InputError("file", _SAVE_AS_CSV)
    marked = _marked(data)
    encoding = marked or _unmarked(data, guess)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("file", _DAMAGED if marked else _NOT_TEXT) from error
    # Only in Unicode does every byte mean what it says.
    odd = 0 if encoding.startswith("utf") else len(_CONTROL.findall(text))
    if "\x00" in text or odd > len(text) / 50:
        raise InputError("file", _NOT_TEXT)
    return text, encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _unmarked(data: bytes, guess: Callable[[bytes], str | None]) -> str:
    # Letters of plain English are every other byte of UTF-16, with nothing beside them.
    start = data[:4000]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[first::2].count(0) > len(start) // 5:
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return guess(data) or "cp1252"
    return "utf-8"


def _separator(text: str, known: Collection[str]) -> tuple[str, str]:
    """The text without a line that names the separator, and the one that makes most column names known."""
    said = _SEPARATOR_LINE.match(text)
    if said:
        text = text[said.end() :]
    wanted = (said[1],) if said else SEPARATORS
    hits = {each: sum(heading(cell) in known for cell in _first(text, each)) for each in wanted}
    best = max(hits, key=lambda each: hits[each])
    if hits[best]:
        return text, best
    whole = heading(_first(text, "\x1f")[0]) if text.strip() else ""
    if any(name in whole for name in known):
        raise InputError("file", _TOGETHER)
    raise InputError(
        "file",
        "The first row must name the columns, as in the file that you downloaded here. This one names none "
        "that we know.",
    )


def _first(text: str, separator: str) -> list[str]:
    # Much longer than any row of column names, however a file without line breaks begins.
    start = io.StringIO(text[:20_000], newline="")
    try:
        return next(csv.reader(start, delimiter=separator), None) or [""]
    except csv.Error:
        return [""]


def _filled(records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in records:
        if number > MOST_ROWS + 1:
            raise InputError("file", f"The file has more than {MOST_ROWS:,} rows. Upload it in parts.")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [plain(cell) for cell in cells]
    except csv.Error as error:
        raise InputError(
            "file",
            f"Row {number + 1} can't be read: a quotation mark is not closed, or stands where none belongs. "
            "Save the file as CSV again, then upload that.",
        ) from error
