"""A cheap look at a text: may a name of a trie stand in it? What is passed over holds none; most texts are.

A text is cut into words of ASCII letters, and of these only the words are kept that stand in names (one intersection of
sets). Every name has an anchor, the least common of its words, and others that must be there as well. Only where an
anchor, its company and one of its figures are found are names looked for by the rules, around the anchor. Where there
are few names (fluids), one pattern finds their anchors without cutting the text, which is faster still.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from extractor.atoms import GLUED, GREEK_LETTERS, atoms_of, raw_spellings
from extractor.names import NameTrie

_WORDS = bytes(byte | 0x20 if chr(byte).isalpha() and byte < 0x80 else 0x20 for byte in range(256))
"""Cuts UTF-8 into lower-case words of ASCII letters; everything else is a blank."""
_CASES = b" " * 0x41 + b"A" * 26 + b" " * 6 + b"a" * 26 + b" " * 0x85
"""Leaves only the case of letters of ASCII."""
_NO_ACCENTS = bytes(byte for byte in range(256) if byte < 0xC3 or byte in (0xCE, 0xCF, 0xE2, 0xF0))
"""Bytes of ASCII, Greek and signs: in what is left of UTF-8 without them there may be letters with accents."""
_GREEK_NAMES = frozenset(GREEK_LETTERS.values())
_COMBINING = re.compile("[\u0300-\u036f]+")
_BRACKET = 30
"""Bytes for an abbreviation in brackets within a name."""
_MARGIN = 12
"""Bytes behind a name that are looked at too: it may be the beginning of something else."""
_NONE: frozenset[str] = frozenset()
_NO_FIGURES: frozenset[bytes] = frozenset()
_EVERYWHERE = frozenset("and found in normal of on the to type types upon with".split())  # noqa: SIM905
_EVERYDAY = frozenset({"level", "sample", "water"})
"""Words of names that most texts have."""
_COMMON = frozenset(
    """acid activating activation active alternative antagonist antigen apoptosis associated attracting binding bone
    brain cell cells cellular chain colony common containing cytokine death derived differentiation domain early
    endothelial endothelium epithelial expressed factor factors family fluid gene growth high human immune independent
    induced inducible inducing inflammatory inhibiting inhibition inhibitor inhibitory insulin kinase leukemia
    leukocyte light like low lymphocyte lymphocytes macrophage molecule monocyte nerve neuron neurons novel nuclear
    pathway peptide permeability pre pro product proliferation protein proteins pulmonary receptor receptors regulated
    regulatory related response secondary secreted small soluble stem stimulating stimulation surface survival tissue
    tumor vascular""".split()  # noqa: SIM905
)
"""Words that make poor anchors, although they are long."""


class _Sought(NamedTuple):
    """The names with one anchor and the same other words.

    Attributes:
        company: the other words.
        before: bytes that the longest may take before the anchor.
        after: bytes behind it.
        figures: of which one must stand near, as they may be spelled; empty where a name has none.
    """

    company: frozenset[str]
    before: int
    after: int
    figures: frozenset[bytes]


class Look:
    """A text as spotters look at it, prepared once for all of them.

    Attributes:
        raw: UTF-8, without accents.
        low: its words of ASCII letters in lower case, all else blank; one byte longer at each end.
        ascii: whether the text has no other letters or signs.
        glued: whether a capital follows a small letter somewhere; else nothing is glued to a name.
    """

    def __init__(self, text: str) -> None:
        raw = text.encode("utf-8", "surrogatepass")
        self.ascii = len(raw) == len(text)
        if not self.ascii and raw.translate(None, _NO_ACCENTS):
            raw = _unaccented(text).encode("utf-8", "surrogatepass")
        self.raw = raw
        self.low = b" %b " % raw.translate(_WORDS)
        self.glued = b"aA" in raw.translate(_CASES)

    @cached_property
    def words(self) -> list[bytes]:
        """The words of ``low``."""
        return self.low.split()


class Spotter:
    """Looks for the names of a trie that stand for a concept, also without another concept in the text.

    Args:
        names: complete; names added later are not seen.
    """

    def __init__(self, names: NameTrie) -> None:
        self._names = names
        paths: dict[str, dict[frozenset[str], list[tuple[str, ...]]]] = defaultdict(lambda: defaultdict(list))
        heads, uncased = set[str](), set[str]()
        for path, entry in names.entries():
            if entry.concept is not None and not entry.support:
                heads.add(path[0])
                anchor, *others = sorted(filter(_is_word, path), key=_commonness) or path[:1]
                paths[anchor][frozenset(others)].append(path)
                if not entry.forms or any(anchor in form for form in entry.forms):
                    uncased.add(anchor)
        self._sought = {a: [_sought(a, c, found) for c, found in groups.items()] for a, groups in paths.items()}
        self._alone = frozenset(anchor for anchor, groups in paths.items() if _NONE in groups)
        self._partners = {a: frozenset(min(c, key=_commonness) for c in each if c) for a, each in paths.items()}
        letters = [anchor for anchor in paths if len(anchor) == 1]
        keys = frozenset(paths).difference(letters).union(*(company for groups in paths.values() for company in groups))
        plain, glued = _words_of(keys, ("",)), _words_of(keys & heads, GLUED)
        self._keys = {word: plain.get(word, _NONE) | glued.get(word, _NONE) for word in {**plain, **glued}}
        self._lower = frozenset(word for word, each in plain.items() if not each.isdisjoint(uncased))
        self._plain, self._glued = frozenset(plain), frozenset(glued).difference(plain)
        self._words: dict[str, set[bytes]] = defaultdict(set)
        for word, each in self._keys.items():
            for key in each:
                self._words[key].add(word)
        self._rank = {key: _commonness(key) for key in self._sought}
        self._figured = [
            (figure, [each._replace(before=_MARGIN)])
            for key in letters
            for each in self._sought[key]
            for figure in each.figures
        ]
        self._greek = [
            (letter.encode(), self._sought[name]) for letter, name in GREEK_LETTERS.items() if name in self._sought
        ]

    def spots(self, text: Look) -> bool:
        """Whether a name may stand in the text; False means that none does."""
        raw, low = text.raw, text.low
        telling = self._plain.intersection(text.words)
        if text.glued:
            telling |= self._glued.intersection(text.words)
        sought = self._those_sought(telling)
        for key in sorted(sought, key=self._rank.__getitem__) if len(sought) > 1 else sought:
            for word in telling.intersection(self._words[key]):
                if self._near(raw, _places(low, b" %b " % word), word, sought[key]):
                    return True
        for figure, here in self._figured:
            if figure in raw and self._near(raw, _places(raw, figure), figure, here):
                return True
        return not text.ascii and any(
            letter in raw and self._near(raw, _places(raw, letter), letter, here) for letter, here in self._greek
        )

    def _those_sought(self, words: Iterable[bytes]) -> dict[str, list[_Sought]]:
        """What may stand around each anchor among the words, by the company that is there too."""
        found = {key for word in words for key in self._keys[word]}
        sought = {}
        for key in found:
            if key in self._alone or not self._partners.get(key, _NONE).isdisjoint(found):
                possible = [each for each in self._sought[key] if each.company <= found]
                if possible:
                    sought[key] = possible
        return sought

    def _near(self, raw: bytes, places: Iterable[int], word: bytes, sought: Sequence[_Sought]) -> bool:
        """Whether a name is found around one of the places where the word stands."""
        widest: _Sought | None = None
        for place in places:
            end = place + len(word)
            if raw[place:end].islower() and word not in self._lower:
                continue
            widest = widest or _widest(sought)
            window = _window(raw, place, end, widest)
            if (not widest.figures or any(map(window.__contains__, widest.figures))) and _names_one(
                window, self._names
            ):
                return True
        return False


class PatternSpotter:
    """Does what :class:`Spotter` does for a trie of few names: a pattern finds one word of each, the text is not cut.

    The word is a name of its own where there is one ("cord serum"), else the one that stands in most names.

    Args:
        names: complete; names added later are not seen.
    """

    def __init__(self, names: NameTrie) -> None:
        self._names = names
        paths = [path for path, entry in names.entries() if entry.concept is not None and not entry.support]
        alone = {path[0] for path in paths if len(path) == 1}
        uses = Counter(word for path in paths for word in path if word not in _EVERYDAY)
        told: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for path in paths:
            told[max(filter(_is_word, path), key=lambda word: (word in alone, uses[word]))].append(path)
        sought = {word: _sought(word, _NONE, having) for word, having in told.items()}
        plain, glued = _words_of(told, ("",)), _words_of(told, ("", *GLUED))
        self._patterns = tuple(re.compile(b" (?:%b)(?= )" % _any_of(words)) for words in (plain, glued))
        self._sought = {word: _widest([sought[key] for key in keys]) for word, keys in glued.items()}
        partners = {word: [_partner(path, word) for path in having] for word, having in told.items()}
        self._partners = {
            word: _spelled([each for key in keys for each in partners[key]]) for word, keys in glued.items()
        }

    def spots(self, text: Look) -> bool:
        """Whether a name may stand in the text; False means that none does."""
        for found in self._patterns[text.glued].finditer(text.low):
            word = found.group()[1:]
            place = found.start()
            window = _window(text.raw, place, place + len(word), self._sought[word])
            partners = self._partners[word]
            if (not partners or any(map(window.lower().__contains__, partners))) and _names_one(window, self._names):
                return True
        return False


def _partner(path: Sequence[str], word: str) -> str | None:
    """Another word of the name, the least common; None where it has none."""
    others = [each for each in path if each != word and _is_word(each)]
    return min(others, key=_commonness) if others else None


def _spelled(words: Sequence[str | None]) -> frozenset[bytes]:
    """All spellings of some words; none where one of them is None."""
    return frozenset(_words_of(filter(None, words), ("",))) if all(words) else frozenset()


def _window(raw: bytes, place: int, end: int, sought: _Sought) -> bytes:
    """The part of a text in which a name can stand whose anchor stands from ``place`` to ``end``."""
    window = raw[max(0, place - sought.before - _BRACKET) : end + sought.after + _BRACKET]
    if b"(" in window or b"[" in window:
        return window
    return raw[max(0, place - sought.before) : end + sought.after]


def _names_one(window: bytes, names: NameTrie) -> bool:
    """Whether a name that stands for a concept is in this part of a text."""
    text = window.decode("utf-8", "ignore")
    atoms = atoms_of(text)
    for index, atom in enumerate(atoms):
        if names.starts(atom.raw):
            match = names.match(text, atoms, index)
            if match is not None and match[0].entry.concept is not None:
                return True
    return False


def _any_of(words: Iterable[bytes]) -> bytes:
    """A pattern for any of some words, their common beginnings written once: much faster than a plain list."""
    rests: dict[bytes, list[bytes]] = defaultdict(list)
    for word in words:
        rests[word[:1]].append(word[1:])
    ways = [first + (b"(?:%b)" % _any_of(rest) if any(rest) else b"") for first, rest in sorted(rests.items()) if first]
    return b"|".join([*ways, b""] if b"" in rests else ways)


def _sought(anchor: str, company: frozenset[str], paths: Sequence[tuple[str, ...]]) -> _Sought:
    """Before and behind the anchor, long spellings, gaps and an abbreviation in brackets are allowed for."""
    places = [(path, place) for path in paths for place, atom in enumerate(path) if atom == anchor]
    figures = [max(filter(str.isdigit, path), key=len, default="") for path in paths]
    spelled = frozenset(raw.upper().encode() for figure in figures for raw in raw_spellings(figure))
    return _Sought(
        company,
        before=max(_length(path[:place]) for path, place in places),
        after=max(_length(path[place + 1 :]) for path, place in places) + _MARGIN,
        figures=spelled if all(figures) else _NO_FIGURES,
    )


def _widest(sought: Sequence[_Sought]) -> _Sought:
    """What holds for all of them together."""
    if len(sought) == 1:
        return sought[0]
    figures = _NO_FIGURES.union(*(each.figures for each in sought)) if all(s.figures for s in sought) else _NO_FIGURES
    return _Sought(_NONE, max(each.before for each in sought), max(each.after for each in sought), figures)


def _length(atoms: Sequence[str]) -> int:
    return len("".join(atoms)) + 6 * len(atoms)


def _places(data: bytes, sought: bytes) -> Iterator[int]:
    place = data.find(sought)
    while place >= 0:
        yield place
        place = data.find(sought, place + len(sought) - 1)


def _is_word(atom: str) -> bool:
    """Whether an atom's key is a word as ``_WORDS`` cuts them, whatever the spelling, and not one of every text."""
    return len(atom) > 1 and atom.isascii() and atom.isalpha() and atom not in _EVERYWHERE | _GREEK_NAMES


def _commonness(word: str) -> tuple[int, int]:
    """Smallest for the word of a name that is the least common in texts; at a tie the first is taken."""
    return 2 if word in _COMMON else 0 if len(word) > 2 else 1, -len(word)


def _words_of(keys: Iterable[str], prefixes: Iterable[str]) -> dict[bytes, frozenset[str]]:
    """The words of a text that may stand for a key, each with its keys."""
    found: dict[bytes, set[str]] = defaultdict(set)
    for key in keys:
        spellings = (form for raw in raw_spellings(key) for form in ((raw, raw + "s") if len(raw) > 1 else (raw,)))
        for spelling, prefix in itertools.product(spellings, prefixes):
            found[f"{prefix}{spelling}".lower().encode()].add(key)
    return {word: frozenset(each) for word, each in found.items()}


def _unaccented(text: str) -> str:
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text))
