"""What an object that was given in part amounts to."""

from __future__ import annotations

from typing import Any


def filled(base: Any, given: Any) -> Any:
    """The given value; what an object in it leaves out comes from the base."""
    if not isinstance(base, dict) or not isinstance(given, dict):
        return given
    return {**base, **{name: filled(base.get(name), value) for name, value in given.items()}}
