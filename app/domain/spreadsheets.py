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


def csv_lines(rows: Iterable[Sequence[Cell]], separator: str = ",") -> Iterator[str]:
    """A CSV file piece by piece, with a byte-order mark: texts shielded, numbers plain, nothing for None.

    Spreadsheets that expect semicolons between cells expect commas in numbers.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    buffer.write(BYTE_ORDER_MARK)
    for row in rows:
        writer.writerow([_cell(cell, separator) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cell(cell: Cell, separator: str) -> Cell:
    if isinstance(cell, str):
        # No file of texts may hold this character; nothing that people write does.
        return shielded(cell.replace("\0", "\ufffd"))
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",") if separator == ";" else f"{cell:f}"
    return cell
