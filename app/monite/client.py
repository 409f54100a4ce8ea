"""The only way to Monite: HTTP and JSON stop here."""

from __future__ import annotations


class Monite:
    """Calls Monite for one partner."""
