"""A script of several statements runs whole or not at all."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from app.sqlite import run_script


def test_a_script_that_ends_in_the_middle_of_a_statement_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="middle of a statement"):
        run_script(db, "CREATE TABLE one (id); CREATE INDEX two ON one (id)")
