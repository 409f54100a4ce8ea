"""The sample people who press the buttons on the practice sign-in pages."""

from __future__ import annotations

from app.emulator.samples.files import read


def sample_person(key: str) -> str:
    """The name of the person who signs in for a sample business."""
    try:
        return str(read(f"business_{key}.json")["person"])
    except FileNotFoundError:
        return "Alex Sample"
