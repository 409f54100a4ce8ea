"""Answers that a browser keeps as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response, stream_with_context

from app.domain.spreadsheets import Cell, csv_lines


def table(rows: Iterable[Sequence[Cell]], name: str, separator: str = ",") -> Response:
    """Rows as a CSV file of this name, sent as they are read."""
    return Response(
        stream_with_context(csv_lines(rows, separator)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
