"""What a person typed, as a pattern for `LIKE … ESCAPE '\\'`: no sign of theirs stands for another one."""

from __future__ import annotations


def containing(text: str) -> str:
    """Matches whatever holds this text."""
    return f"%{_escaped(text)}%"


def beginning(text: str) -> str:
    """Matches whatever begins with this text."""
    return f"{_escaped(text)}%"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
