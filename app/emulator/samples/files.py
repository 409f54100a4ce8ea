"""The data files beside this module, read once."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def read_text(name: str) -> str:
    """The text of a data file; raises FileNotFoundError when there is none of that name."""
    return resources.files("app.emulator.samples").joinpath("data", name).read_text(encoding="utf-8")


@cache
def read(name: str) -> Any:
    """The content of a data file, shared by all readers: not to be changed."""
    return json.loads(read_text(name))
