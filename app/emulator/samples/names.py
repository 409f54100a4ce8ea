"""Ids of sample data: made from words, so that loading twice gives the same ones."""

from __future__ import annotations

from uuid import UUID, uuid5

_SPACE = UUID("6f3b0a52-1f0e-4a43-9d0b-6b0a8a6c53f1")


def new_id(*words: object) -> str:
    """The id that belongs to these words, always the same."""
    return str(uuid5(_SPACE, "/".join(map(str, words))))
