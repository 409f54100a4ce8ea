"""Everything else under /codat: what Codat has and the emulator lacks, and what nobody has."""

from __future__ import annotations

import re

from flask import Blueprint, request
from werkzeug.exceptions import NotFound

from app.emulator.errors import NotBuiltError

bp = Blueprint("elsewhere", __name__)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Companies and connections are made by Monite; records are read and written through it.
CODATS_OWN = re.compile(
    r"companies(/[^/]+(/connections(/[^/]+)?)?)?"
    r"|companies/[^/]+/(data|products|settings|syncSettings|files)(/.+)?"
    r"|companies/[^/]+/connections/[^/]+/(options|push|authorization|data)(/.+)?"
    r"|(apiKeys|integrations|rules|profile|webhooks|oauth2)(/.+)?"
)


@bp.route("/", defaults={"rest": ""}, methods=METHODS, strict_slashes=False)
@bp.route("/<path:rest>", methods=METHODS)
def other(rest: str) -> str:
    """501 for an operation of Codat's that is not part of the emulator, 404 for all else."""
    if CODATS_OWN.fullmatch(rest):
        raise NotBuiltError
    raise NotFound(f"There is nothing at {request.path}.")
