"""One line per figure: what was measured, its limit, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value that must stay at or under its limit, or at or over it."""

    name: str
    value: float
    limit: float
    detail: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        mark = "ok  " if self.holds else "OVER" if not self.at_least else "LOW "
        word = "at least" if self.at_least else "at most"
        return f"{mark}  {self.name}: {self.value:.2f} ({word} {self.limit:g})  {self.detail}".rstrip()
