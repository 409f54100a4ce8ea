"""What docs/emulator.md has from the emulator itself: `python -m tests.house.emulator_document`.

Each part stands between `<!-- name -->` and `<!-- /name -->`; the command writes them anew, and a test sees
to it that they are as the command would write them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from app.emulator.api.answers import ELSEWHERE, LACKING
from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.rules.faults import KINDS
from app.emulator.rules.objections import OBJECTIONS
from app.emulator.rules.versions import VERSIONS
from tests.house.coverage import area_of, shown_by

DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
API, CODAT, CONTROL = "/v1", "/codat", "/_emulator"
CATCH_ALL = re.compile(r"<path:|^/codat/$")
"""Where files are, and where nothing is."""


class Operation(NamedTuple):
    """One thing that the emulator serves: a method on a path."""

    method: str
    path: str

    @property
    def name(self) -> str:
        """As documents write it, ids in braces."""
        path = re.sub("<(?:[^:>]*:)?([^>]*)>", r"{\1}", self.path)
        return f"{self.method} {path}"

    @property
    def resource(self) -> str:
        """The first part of its path."""
        return self.path.strip("/").split("/")[0]


def make_app() -> Flask:
    """An emulator, for asking what it serves."""
    with tempfile.TemporaryDirectory() as folder:
        return create_emulator(EmulatorSettings(database=Path(folder) / "emulator.sqlite3"), engine=False)


def operations(app: Flask, prefix: str) -> list[Operation]:
    """Everything served under the prefix, by path; paths are without it."""
    found = [
        Operation(method, rule.rule.removeprefix(prefix))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{prefix}/") and not CATCH_ALL.search(rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda one: (one.path, one.method))


def walked_in(app: Flask, version: str, area: str) -> set[str]:
    """What the document says that the walk of an area calls in a version."""
    return {
        f"{one.method} {one.path}"
        for one in operations(app, API)
        if area_of(one.path) == area and one.resource not in VERSIONS[version].absent
    }


def rewrite(text: str, app: Flask) -> str:
    """The document with each of its parts as the emulator has it."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, marked, after = rest.partition(end)
        assert marked, f"docs/emulator.md has no part {name}"
        text = f"{before}{begin}{make(app)}\n{end}{after}"
    return text


def _table(head: str, rows: Iterable[Iterable[str]]) -> str:
    titles = head.split(" | ")
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _operations(app: Flask) -> str:
    rows = [
        (f"`{one.name}`", *(_mark(one, date) for date in VERSIONS), shown_by(one.path))
        for one in operations(app, API)
    ]
    return _table(" | ".join(("Operation", *VERSIONS, "Shown by")), rows)


def _mark(operation: Operation, date: str) -> str:
    return "–" if operation.resource in VERSIONS[date].absent else "yes"


def _codat(app: Flask) -> str:
    rows = [(f"`{one.method} /codat{one.name.partition(' ')[2]}`",) for one in operations(app, CODAT)]
    return _table("Operation", rows)


def _lacking(app: Flask) -> str:
    served = {one.resource for one in operations(app, API)}
    whole = ", ".join(f"`{name}`" for name in sorted(ELSEWHERE - served))
    single = ", ".join(
        f"`{method} /{resource}{'/{id}' * (depth > 1)}{'/settings' * (depth > 2)}`"
        for method, resource, depth in sorted(LACKING, key=lambda one: (one[1], one[2], one[0]))
    )
    return f"Resources: {whole}.\n\nOperations of resources that are served otherwise: {single or 'none'}."


def _faults(_: Flask) -> str:
    return _table("Kind | What happens", ((f"`{kind}`", words) for kind, words in KINDS.items()))


def _refusals(_: Flask) -> str:
    rows = (
        (f"`{one.id}`", one.about.replace(" ", ", "), _plain(one.code), _plain(one.example))
        for one in OBJECTIONS.values()
    )
    return _table("Name | About | Code | Message", rows)


def _plain(words: str) -> str:
    return words.replace("|", "\\|")


PARTS: Mapping[str, Callable[[Flask], str]] = {
    "faults": _faults,
    "refusals": _refusals,
    "operations": _operations,
    "codat": _codat,
    "lacking": _lacking,
}


def main() -> None:
    """Write the parts anew."""
    DOCUMENT.write_text(rewrite(DOCUMENT.read_text(encoding="utf-8"), make_app()), encoding="utf-8")


if __name__ == "__main__":
    main()
