"""Texts in files that people open in a spreadsheet.

A spreadsheet runs a text as a formula when it begins with certain characters, so those get an
apostrophe before them; whoever reads such a file takes it away again, and nothing is lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is in UTF-8."""
_SHIELD = "'"
_SHIELDED = ("=", "+", "-", "@", "\t", "\r", "\n", _SHIELD)


def shielded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return _SHIELD + text if text.lstrip(" \u00a0").startswith(_SHIELDED) else text


def plain(cell: str) -> str:
    """The text that was shielded; other cells stay as they are."""
    rest = cell.removeprefix(_SHIELD)
    return rest if cell != rest and shielded(rest) == cell else cell


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A CSV file piece by piece, with a byte-order mark: texts shielded, numbers plain, nothing for None."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    for row in rows:
        writer.writerow([shielded(cell) if isinstance(cell, str) else cell for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
