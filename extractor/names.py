"""How a name may be written: a trie of names over atoms, and the longest match at a place.

What stands between two atoms hardly matters to an author, so it hardly matters here: ``IL-6``, ``IL6``, ``IL 6``,
``IL - 6`` and ``interleukin (IL)-6`` are found from two listed spellings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from extractor.atoms import (
    GREEK_LETTERS,
    HYPHENS,
    LATIN_FOR_GREEK,
    PREFIX,
    SPACES,
    Atom,
    atoms_of,
    edges_of,
    folded,
    gap_kind,
    squeeze,
)

_MARKS = {"slash": "/", "comma": ","}
"""Only a name listed with a slash or a comma may be written with one; its edge carries the mark."""
_UNIT = re.compile(
    r"\s?(?:[npµμumfk]?g\b|[npµμum]?[lLM]\b|[IiUu]?U\b|%|x\s?10|×|units?\b|days?\b|weeks?\b|months?\b|years?\b|h\b"
    r"|hours?\b"
    r"|min\b|mg/|kg|kDa|Gy\b|times\b|patients\b|mice\b|rats\b|subjects\b|controls\b|cases\b|infants\b|to\s\d|\.\d"
    r"|,\d{3}"
    r"|\s?[±/]\s?\d)"
)
_ARTICLE = re.compile(
    r" (?!(?:and|or|plus|as|at|but|by|for|from|in|into|of|on|than|to|versus|vs|with|levels?|concentrations?|contents?"
    r"|gene|mRNA|protein|production|secretion|release|expression|synthesis|activity|signal\w+|receptor|antibod\w+"
    r"|polymorphism|treatment|therapy|cytokine|chemokine|alone|together|also|only|via|through|during|after|before"
    r"|while|when|which|that|both|antagonist|inhibit\w+|neutrali\w+|stimulation|induction|had|are|be|may|can|could"
    r"|did|do|rose|fell|\w+(?:ed|s|ly))\b)[a-z]"
)
"""What follows the article, hardly ever the ``a`` of a name: ``VEGF (VEGF), a potent mitogen``."""

Node: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for.

    Attributes:
        concept: the concept, or None for a look-alike that is recognised so that nothing inside it is.
        forms: when not empty, the only spellings allowed, case included, without hyphens and spaces.
        never: spellings, case included, that mean something else (``CCl4``).
        context: the name alone does not suffice; the text must speak of cytokines around it.
        support: concepts one of which the text must name for a name that needs context; empty for any.
        instead: concept it stands for when the text names that one and none of ``support`` (p55 of the IL-2 receptor).
        listed: the spelling itself is in a table, no rule made it.
    """

    concept: str | None
    forms: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    context: bool = False
    support: frozenset[str] = frozenset()
    instead: str | None = None
    listed: bool = True


class Match(NamedTuple):
    """A name found at ``text[start:end]``."""

    start: int
    end: int
    entry: Entry


def _entries_below(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for key, below in node.items():
        if key:
            yield from _entries_below(below, (*path, key.lstrip("~/,")))
        else:
            yield path, below


class NameTrie:
    """A set of names, matched by rule at any place of a text."""

    def __init__(self) -> None:
        self._root: Node = {}
        self.starts = lru_cache(maxsize=1 << 16)(self._first_edges)
        """The keys of the root that an atom so spelled can stand for at the start of a name."""

    def entries(self) -> Iterator[tuple[tuple[str, ...], Entry]]:
        """The keys of the atoms of each name, as the rules may spell them, with its entry."""
        yield from _entries_below(self._root, ())

    def add(self, name: str, entry: Entry) -> None:
        """Add a name with all the spellings the rules derive from it."""
        self.starts.cache_clear()
        atoms = atoms_of(name)
        if not atoms:
            raise ValueError(f"name without letters or digits: {name!r}")
        gaps = [name[a.end : b.start] for a, b in pairwise(atoms)]
        self._insert(self._root, atoms, gaps, 0, entry)

    def _insert(self, node: Node, atoms: list[Atom], gaps: list[str], i: int, entry: Entry) -> None:
        if i == len(atoms):
            old: Entry | None = node.get("")
            if old is None or (entry.listed and not old.listed):
                node[""] = entry
            return
        derived = replace(entry, listed=False)
        mark = gap_kind(gaps[i - 1]) if i else ""
        mark = _MARKS.get(mark, "," if i and "," in gaps[i - 1] else "")
        self._insert(node.setdefault(mark + atoms[i].key, {}), atoms, gaps, i + 1, entry)
        if i and not mark:
            for letter in LATIN_FOR_GREEK.get(atoms[i].key, ()):
                self._insert(node.setdefault("~" + letter, {}), atoms, gaps, i + 1, derived)
        if i + 1 < len(atoms) and _joinable(atoms[i], gaps[i], atoms[i + 1]):
            for joined in _joined(atoms[i].key, atoms[i + 1].key):
                self._insert(node.setdefault(joined, {}), atoms, gaps, i + 2, derived)

    def match(self, text: str, atoms: list[Atom], i: int) -> tuple[Match, int] | None:
        """The longest name that starts at ``atoms[i]``, with the index of the atom after it."""
        atom = atoms[i]
        if atom.start and text[atom.start - 1].isalnum():
            return None
        best: tuple[Match, int] | None = None
        for key in self.starts(atom.raw):
            for end, following, entry in self._paths(self._root[key], text, atoms, i + 1):
                stop, after = _plural(text, _closed(text, atom.start, end), atoms, following)
                longer = best is None or stop > best[0].end
                if (
                    stop > 0
                    and longer
                    and _bounded(text, stop, atoms, i, after)
                    and _cased(text[atom.start : stop], entry)
                ):
                    best = Match(atom.start, stop, entry), after
        return best

    def lookup(self, text: str) -> Entry | None:
        """The entry whose name is exactly ``text`` (by the rules of spelling)."""
        stripped = text.strip()
        atoms = atoms_of(stripped)
        if not atoms or atoms[0].start:
            return None
        found = self.match(stripped, atoms, 0)
        return found[0].entry if found is not None and found[0].end == len(stripped) else None

    def _first_edges(self, raw: str) -> tuple[str, ...]:
        root, key = self._root, folded(raw)
        keys = [key] if key in root else []
        if not raw.isalpha():
            return tuple(keys)
        if raw[-1] == "s" and len(raw) > 2 and key[:-1] in root:
            keys.append(key[:-1])
        prefix = PREFIX.match(raw)
        if prefix is not None:
            rest = folded(raw[prefix.end() :])
            spellings = (rest, rest[:-1] if rest.endswith("s") else rest)
            keys += [each for each in spellings if each in root][:1]
        return tuple(keys)

    def _paths(self, node: Node, text: str, atoms: list[Atom], i: int) -> Iterator[tuple[int, int, Entry]]:
        """All ends of names below ``node``: (end offset, index of the next atom, entry)."""
        entry: Entry | None = node.get("")
        if entry is not None:
            yield atoms[i - 1].end, i, entry
        if i >= len(atoms) or (entry is not None and len(node) == 1):
            return
        before, atom = atoms[i - 1], atoms[i]
        gap = text[before.end : atom.start]
        kind = gap_kind(gap)
        if kind and not (kind == "bracket" and _opens_a_name(gap, atom)):
            mark = _MARKS.get(kind, "")
            for key in edges_of(atom, kind):
                if mark + key in node:
                    yield from self._paths(node[mark + key], text, atoms, i + 1)
        if gap and gap.strip(SPACES + HYPHENS) in ("(", "["):
            yield from self._past_bracket(node, text, atoms, i)

    def _past_bracket(self, node: Node, text: str, atoms: list[Atom], i: int) -> Iterator[tuple[int, int, Entry]]:
        """Go on behind an abbreviation in brackets: ``interleukin (IL)-6``, ``interleukin-6 (IL-6) receptor``."""
        bracket = ")" if text[atoms[i].start - 1] == "(" else "]"
        close = text.find(bracket, atoms[i].start, atoms[i].start + 24)
        j = i
        while close >= 0 and j < len(atoms) and atoms[j].start < close:
            j += 1
        if close < 0 or j >= len(atoms) or not self._leads(atoms[i:j]):
            return
        kind = gap_kind(text[close + 1 : atoms[j].start])
        if kind in ("tight", "hyphen", "space") or (kind == "comma" and atoms[j].raw[0].isdigit()):
            for key in edges_of(atoms[j], kind):
                if key in node:
                    yield from self._paths(node[key], text, atoms, j + 1)

    def _leads(self, atoms: list[Atom]) -> bool:
        """Whether the atoms are the beginning of some name."""
        node = self._root
        for atom in atoms:
            step = next((node[key] for key in edges_of(atom, "tight") if key in node), None)
            if step is None:
                return False
            node = step
        return True


def _opens_a_name(gap: str, atom: Atom) -> bool:
    """Whether a bracket after a space holds a name of its own; digits, Greek letters, p70 and C-X-C are none."""
    if gap[0] not in SPACES or "(" not in gap:
        return False
    return not (atom.raw[0].isdigit() or atom.key in LATIN_FOR_GREEK or atom.raw in ("C", "CC", "CXC", "p"))


def _joinable(left: Atom, gap: str, right: Atom) -> bool:
    """Whether the table's ``left`` and ``right`` may be printed as one run of letters: TNF-alpha, GM-CSF."""
    if left.raw[0].isdigit() or right.raw[0].isdigit() or len(left.raw) > 5:
        return False
    if right.key in LATIN_FOR_GREEK or left.key in LATIN_FOR_GREEK:
        return left.raw.isupper() or right.raw.isupper()
    return (
        gap != ""
        and gap in HYPHENS
        and (len(left.raw) < 3 or any(c.isupper() for c in left.raw))
        and len(right.raw) < 5
    )


def _joined(left: str, right: str) -> list[str]:
    return [left + right, *(left + letter for letter in LATIN_FOR_GREEK.get(right, ()) if letter != "y")]


def _closed(text: str, start: int, end: int) -> int:
    """``end``, moved behind a bracket that the name opens; 0 when brackets do not pair."""
    for left, right in ("()", "[]", "{}"):
        opened = text.count(left, start, end) - text.count(right, start, end)
        if opened == 1 and text[end : end + 1] == right:
            end += 1
        elif opened:
            return 0
    return end


def _plural(text: str, end: int, atoms: list[Atom], after: int) -> tuple[int, int]:
    """End and next atom with the ``s`` behind a Greek letter: ``IFN-γs``."""
    if text[end - 1 : end] in GREEK_LETTERS and after < len(atoms) and atoms[after][:3] == (end, end + 1, "s"):
        return end + 1, after + 1
    return end, after


def _bounded(text: str, end: int, atoms: list[Atom], first: int, after: int) -> bool:
    """Whether the name ends at the end of a word, its last number is no quantity and its last ``a`` no article."""
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return False
    last = atoms[after - 1]
    if after - 1 == first or last.end != end:
        return True
    spaced = text[last.start - 1] in SPACES
    if not last.raw[0].isdigit():
        return not (spaced and last.raw == "a" and _ARTICLE.match(text, end))
    if text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
        return False
    return not (spaced and _UNIT.match(text, end))


def _cased(surface: str, entry: Entry) -> bool:
    """Whether the case of the text is allowed for the name."""
    if entry.forms or entry.never:
        bare = squeeze(surface)
        prefix = PREFIX.match(surface)
        if bare in entry.never:
            return False
        if entry.forms and bare not in entry.forms and not (prefix and squeeze(surface[prefix.end() :]) in entry.forms):
            return False
    return not (surface.isalpha() and surface.islower() and len(surface) < 4 and surface not in entry.forms)
