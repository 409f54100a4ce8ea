"""The way back to the product after signing in: what it carries, and where.

Codat: https://docs.codat.io/auth-flow/customize/set-up-redirects
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

_PLACEHOLDER = re.compile(r"\{([A-Za-z][\w.]*)\}")


@dataclass(frozen=True, slots=True)
class End:
    """How a visit to the sign-in pages ended, in the provider's words."""

    status_code: int
    error_message: str = ""
    status_text: str = ""


LINKED = End(200)
UNCHANGED = End(201)
CANCELLED = End(403, "User cancelled.", "User cancelled linking")
FAILED = End(500, "Unknown error occurred.")
UNSUPPORTED = End(501, "Not supported.")


def address(target: str, end: End, facts: Mapping[str, str]) -> str:
    """Where the browser goes: the target with its placeholders filled in from the end and the facts.

    A placeholder that nothing is known of becomes empty; a target without any gets `statusCode` and,
    after an error, `errorMessage`.
    """
    said = {
        "statusCode": str(end.status_code),
        "errorMessage": end.error_message,
        "statusText": end.status_text,
    }
    if _PLACEHOLDER.search(target):
        known = {**facts, **said}
        return _PLACEHOLDER.sub(lambda found: quote(known.get(found[1], ""), safe=""), target)
    query = {name: said[name] for name in ("statusCode", "errorMessage") if said[name]}
    return f"{target}{'&' if '?' in target else '?'}{urlencode(query)}"
