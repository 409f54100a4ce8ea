"""The shell lines of a document, run without a shell: what a reader pastes, over requests.

Understood are assignments of a word or of an answer's part (`name=$(curl … | pick '…')`), `curl` with the
options of the guides, quotes as a shell reads them, lines that a backslash continues, and the one function
`pick`, which documents define. Anything else is an error, so that no line goes untried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

FENCE = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ASSIGNMENT = re.compile(r"(\w+)=(.*)", re.DOTALL)
ANSWER = re.compile(r"\$\((curl .*) \| pick '([^']*)'\)", re.DOTALL)
PICK = "pick() {"
# A piece of a word: 'as it is', "with $names", an escape, or plain.
PIECE = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\]+)""", re.DOTALL)
NAME = re.compile(r"\$\{?(\w+)\}?")


def sections(document: str, level: str = "### ") -> dict[str, str]:
    """The shell lines under each heading of the level that has any."""
    found: dict[str, str] = {}
    for part in re.split(rf"^{re.escape(level)}", document, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        body = re.split(r"^#{1,3} ", body, flags=re.MULTILINE)[0]
        lines = "".join(FENCE.findall(body))
        if lines:
            found[title.strip()] = lines
    return found


def commands(lines: str) -> Iterator[str]:
    """One command after the other, comments and empty lines left out."""
    pending = ""
    for line in lines.splitlines():
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
        elif _is_open(pending):
            pending += "\n"
        else:
            command, pending = pending.strip(), ""
            if command and not command.startswith("#"):
                yield command
    assert not pending, f"a command has no end: {pending}"


@dataclass
class Shell:
    """Runs commands, remembers names, and keeps every answer."""

    http: requests.Session
    names: dict[str, str] = field(default_factory=dict)
    answers: list[requests.Response] = field(default_factory=list)

    def run(self, lines: str) -> None:
        """Run every command; a refusal fails the test."""
        for command in commands(lines):
            self._run(command)

    def _run(self, command: str) -> None:
        if command.startswith(PICK):
            return
        assigned = ASSIGNMENT.fullmatch(command)
        if assigned is None:
            self._curl(command)
            return
        name, value = assigned.groups()
        asked = ANSWER.fullmatch(value)
        if asked is None:
            (self.names[name],) = self._words(value)
        else:
            answer = self._curl(asked[1]).json()
            self.names[name] = str(eval(asked[2], {"answer": answer, "json": json}))

    def _curl(self, command: str) -> requests.Response:
        called, *words = self._words(command)
        assert called == "curl", command
        method, url, headers, body = None, "", dict[str, str](), None
        rest = iter(words)
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                header, _, value = next(rest).partition(":")
                headers[header] = value.strip()
            elif word == "-d":
                body = next(rest)
            else:
                assert word.startswith("http"), word
                url = word
        if body is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        method = method or ("GET" if body is None else "POST")
        answer = self.http.request(method, url, headers=headers, data=(body or "").encode(), timeout=30)
        assert answer.ok, f"{command}\n{answer.status_code} {answer.text}"
        self.answers.append(answer)
        return answer

    def _words(self, command: str) -> list[str]:
        words, at, glued = list[str](), 0, False
        while at < len(command):
            if command[at].isspace():
                at, glued = at + 1, False
                continue
            piece = PIECE.match(command, at)
            assert piece is not None, command[at:]
            text = self._text(piece)
            words[-1:] = [words[-1] + text] if glued else [*words[-1:], text]
            at, glued = piece.end(), True
        return words

    def _text(self, piece: re.Match[str]) -> str:
        as_it_is, quoted, escaped, plain = piece.groups()
        if as_it_is is not None:
            return as_it_is
        if quoted is not None:
            return re.sub(r"\\(.)", r"\1", self._named(quoted))
        return escaped if escaped is not None else self._named(plain)

    def _named(self, text: str) -> str:
        return NAME.sub(lambda found: self.names[found[1]], text)


def _is_open(text: str) -> bool:
    """Whether a quote or an answer still waits for its end."""
    rest: Any = PIECE.sub("", text)
    return "'" in rest or '"' in rest or text.count("$(") > text.count(")")
