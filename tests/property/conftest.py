"""How long properties look: a few examples each time, or many with --hypothesis-profile thorough."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("thorough", max_examples=1000)
