"""What a text is made of when names are looked for: runs of letters, runs of digits, single Greek letters.

Each atom has a folded key, so that ``Tumour`` and ``tumor``, ``β`` and ``beta`` are the same; what stands between two
atoms (nothing, a hyphen of any kind, a space, a bracket) has a kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_GREEK_NAMES = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ω": "omega",
}
GREEK_LETTERS = {**_GREEK_NAMES, **{letter.upper(): name for letter, name in _GREEK_NAMES.items()}}
GREEK_LETTERS |= {"ß": "beta", "µ": "mu", "ϵ": "epsilon", "ϑ": "theta"}
LATIN_FOR_GREEK = {
    "alpha": ("a",),
    "beta": ("b",),
    "gamma": ("g", "y"),
    "delta": ("d",),
    "kappa": ("k",),
    "lambda": ("l",),
    "omega": ("w",),
}
SPELLING_SOURCES = {
    "alfa": "alpha",
    "alph": "alpha",
    "gama": "gamma",
    "lamda": "lambda",
    "tumour": "tumor",
    "interleukine": "interleukin",
    "interlukin": "interleukin",
    "inteleukin": "interleukin",
    "leukaemia": "leukemia",
    "haematopoietic": "hematopoietic",
    "leucocyte": "leukocyte",
    "tumoral": "tumor",
    "insulinlike": "insulin",
    "inf": "ifn",
    "chemoatractant": "chemoattractant",
}
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_ATOM = re.compile(r"[0-9]+|[\u0370-\u03ff\u00b5\u00df]|[^\W\d_\u0370-\u03ff\u00b5\u00df]+")
HYPHENS = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\\-"
SPACES = " \t\u00a0\u2002\u2003\u2009\u200a\u200b\u202f"
_HYPHEN_GAP = re.compile(f"[{SPACES}]?[{HYPHENS}][{SPACES}]?")
_BRACKET_GAP = re.compile(f"[{SPACES}{HYPHENS}()\\[\\]{{}}]{{1,4}}")
_SLASH_GAP = re.compile(f"[{SPACES}]?/[{SPACES}]?")
_COMMA_GAP = re.compile(f",?[{SPACES}]{{1,2}}")
_GLUED = "rhu|rHu|rMu|rmu|rec|pro|rh|rm|rr|hr|hu|Hu|Mu|mu|hs|ms|[hmsrpnxu]"
PREFIX = re.compile(f"(?:{_GLUED})(?=[A-Z])")
_AT_PREFIX = re.compile(rf"\b(?:{_GLUED})([A-Z]\w*)")
_BRACKETED = re.compile(r"\([^()]{0,24}\)|\[[^\[\]]{0,24}\]")


class Atom(NamedTuple):
    """A run of letters or digits, or one Greek letter; ``key`` is its folded spelling."""

    start: int
    end: int
    raw: str
    key: str


def fold(raw: str) -> str:
    """Spelling-independent key of one atom: ``"Tumour"`` → ``"tumor"``, ``"β"`` → ``"beta"``."""
    greek = GREEK_LETTERS.get(raw)
    if greek is not None:
        return greek
    low = raw.lower()
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    return SPELLING_SOURCES.get(low, low)


folded = lru_cache(maxsize=65536)(fold)
"""``fold``, remembered."""


def atoms_of(text: str) -> list[Atom]:
    """The atoms of ``text`` from left to right, with code-point offsets."""
    return [Atom(m.start(), m.end(), m.group(), folded(m.group())) for m in _ATOM.finditer(text)]


@lru_cache(maxsize=8192)
def gap_kind(gap: str) -> str:
    """What stands between two atoms: tight, hyphen, space, bracket, slash, comma, or ``""`` for anything else."""
    if not gap:
        return "tight"
    if not gap.strip(SPACES):
        return "space"
    for kind, pattern in (
        ("hyphen", _HYPHEN_GAP),
        ("bracket", _BRACKET_GAP),
        ("slash", _SLASH_GAP),
        ("comma", _COMMA_GAP),
    ):
        if pattern.fullmatch(gap):
            return kind
    return ""


def edges_of(atom: Atom, kind: str) -> list[str]:
    """The keys an atom can stand for behind a gap of ``kind``."""
    keys = [atom.key]
    if len(atom.raw) == 1:
        if kind in ("tight", "hyphen"):
            keys.append("~" + atom.key)
    elif atom.raw[-1] == "s" and len(atom.raw) > 2:
        keys.append(folded(atom.raw[:-1]))
    if atom.raw in _ROMAN:
        keys.append(_ROMAN[atom.raw])
    return keys


def squeeze(text: str) -> str:
    """The letters and digits of ``text`` in their case, Greek letters by name: what case rules compare."""
    return "".join(GREEK_LETTERS.get(c, c) for c in text if c.isalnum())


def squeezed(text: str) -> Iterator[str]:
    """The lower-case atoms of ``text`` between single spaces, prefixes also cut off; again without short brackets."""
    plain = _AT_PREFIX.sub(r"\g<0> \1", text)
    yield _joined_atoms(plain)
    if "(" in text or "[" in text:
        yield _joined_atoms(_BRACKETED.sub(" ", plain))


def _joined_atoms(text: str) -> str:
    low = text.lower()
    if low.isascii():
        return f" {' '.join(_ATOM.findall(low))} "
    return f" {' '.join(_bare(a) for a in _ATOM.findall(low))} "


@lru_cache(maxsize=65536)
def _bare(atom: str) -> str:
    """A Greek letter by name, any other atom without accents."""
    if atom in GREEK_LETTERS:
        return GREEK_LETTERS[atom]
    return (
        atom
        if atom.isascii()
        else "".join(c for c in unicodedata.normalize("NFKD", atom) if not unicodedata.combining(c))
    )


def raw_spellings(key: str) -> Iterator[str]:
    """The lower-case spellings that a key can come from."""
    yield key
    yield from (raw for raw, meant in SPELLING_SOURCES.items() if meant == key)
    yield from (roman.lower() for roman, digit in _ROMAN.items() if digit == key)
