"""Texts as words that can be compared: without case, accents, endings, numbers and words that say nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 400
"""What stands further back in a text is not read."""
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'"}
_SAYS_NOTHING = """
    the of and for on in at to per by with from an as or is incl excl via our your this that no all new
    der die das den dem des ein eine und fuer fur von vom mit im am zum zur je inkl zzgl nach bei auf aus
    le la les de du un une et en sur aux au pour par avec sans dans ou chez
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    januar februar marz maerz mai juni juli oktober dezember
    janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
    monday tuesday wednesday thursday friday saturday sunday week month quarter
    woche monat quartal semaine mois trimestre
    ltd limited llc inc corp co plc pty gmbh ag ohg ug se sarl sas sa sasu eurl snc ulc bv srl lp
    nr num ref id vat mwst ust tva
"""
_SILENT = frozenset(_SAYS_NOTHING.split())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text in small letters, without accents."""
    small = text[:LONGEST].casefold()
    for letter, plain in _LETTERS.items():
        small = small.replace(letter, plain)
    return "".join(char for char in unicodedata.normalize("NFKD", small) if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A folded word without its ending, so that singular and plural meet; it need not be a word itself."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 5 and word.endswith("aux"):
        word = word[:-3] + "al"
    elif len(word) > 3 and word[-1] in "sx" and not word.endswith("ss"):
        word = word[:-1]
    if len(word) > 6 and word.endswith("en"):
        return word[:-2]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[tuple[str, str], ...]:
    """The stems of a text that say something, each once and with the word as it was written."""
    found: dict[str, str] = {}
    for written in _WORD.findall(unicodedata.normalize("NFC", text[:LONGEST].casefold())):
        word = fold(written)
        if len(word) > 1 and word not in _SILENT and not word.isdigit():
            found.setdefault(stem(word), written)
    return tuple(found.items())


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text that say something, each once."""
    return tuple(found for found, _ in words(text))


@lru_cache(maxsize=8192)
def key(text: str) -> frozenset[str]:
    """What stays the same of a line's name from one month to the next."""
    return frozenset(found for found in stems(text) if not any(char.isdigit() for char in found))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two keys have in common, from 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def joined(texts: Iterable[str | None]) -> str:
    """Several texts as one; what is missing or said twice is left out."""
    return " ".join(dict.fromkeys(text for text in texts if text))


def shortened(text: str, longest: int = 40) -> str:
    """A text that stands within a sentence."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= longest else one_line[: longest - 1].rstrip() + "…"
