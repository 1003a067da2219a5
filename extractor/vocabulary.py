"""What the project recognises: cytokines and body fluids, and every spelling that leads to them.

The tables lie in ``extractor/data``: ``cytokines.tsv`` (ids, symbols and UniProt accessions from HGNC, CC0),
``fluids.tsv`` (UBERON ids), ``stems.tsv`` (spellings that other names are built from: ``{IL} 6``), ``lookalikes.tsv``
(longer names that only look like a cytokine or a fluid) and ``ambiguous.tsv`` (short names that need their case or
their context). How spellings vary is no table: see ``names.py``.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from extractor.atoms import GREEK_LETTERS, atoms_of, squeeze
from extractor.elision import elided, suspended
from extractor.errors import VocabularyError
from extractor.names import Entry, Match, NameTrie
from extractor.records import Kind
from extractor.samples import is_sample
from extractor.spotting import Look, PatternSpotter, Spotter

_MACRO = re.compile(r"\{([^}]+)\}")
_LETTERS = {name: letter for letter, name in reversed(GREEK_LETTERS.items()) if letter in "αβγδκλ"}
_GREEK_INSIDE = re.compile(rf"(?<=[A-Za-z-][A-Z])(?:{'|'.join(_LETTERS)})(?=[RI]|\d|$)")
"""The name of a Greek letter within a run of letters, as in ``LTbetaR``; the letter itself is printed as often."""
_GLUED_NAME = re.compile(r"(?:s|rh|m)[A-Z][A-Za-z]+")
_RECEPTOR_FOLLOWS = re.compile(
    r"(?:\s?\([^()]{1,16}\))?[\s-]*(?:(?:[Rr]eceptors?|[Bb]inding[\s-]+proteins?|[Bb]inding[\s-]+factors?)(?![\w])"
    r"|R(?:[αβγABab12]\d?|I{1,3})?s?(?![\w]))"
)
_SUPERFAMILY_FOLLOWS = re.compile(r"(?:\s?\([^()]{1,16}\))?[\s-]+(?:gene )?super-?family\b", re.IGNORECASE)
_RECEPTOR_BEFORE = re.compile(r"\breceptors? $", re.IGNORECASE)
_LOST_GREEK = re.compile(
    r"-?[?\ufffd](?=[,;:.)\]/]|-[a-z]|\s[a-z(])|(?<=TNF)-(?=[.;)]|,(?![^.;]{0,40}-,?\s(?:and|or)\b))"
    r"|(?<=[A-Z]{3})-(?=\s(?!(?:and|or|to|but|as|than|versus|vs|plus|nor)\b|\w+(?:ed|ent|ing|ive|ic|like|free)\b)[a-z])"
)
"""What damage left of a Greek letter: a question mark, or a hyphen before a word that nothing joins to it."""
_GLUED_BY_HYPHEN = re.compile(r"(?<![\w-])(?:pro|r|rh|rhu|hr|s)-$", re.IGNORECASE)
_CHAINED = re.compile(r"(?:alpha|beta|gamma|[αβγ])\d?$", re.IGNORECASE)
_CHAIN_FOLLOWS = re.compile(r"[\s-](?:chain|subunit)s?(?!\w)")


@dataclass(frozen=True, slots=True)
class CytokineConcept:
    """One row of ``cytokines.tsv``.

    Attributes:
        symbol: HGNC symbol (May 2017), complex, or family in angle brackets.
        hgnc_id: for example ``HGNC:6018``; empty for complexes and families.
        family: group it belongs to, for example ``chemokine``; ``complex`` or ``family`` for those.
        synonyms: names with their stems written out.
    """

    symbol: str
    hgnc_id: str
    name: str
    uniprot: str
    family: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FluidConcept:
    """One row of ``fluids.tsv``; ``uberon_id`` is empty where UBERON has no term."""

    name: str
    uberon_id: str
    synonyms: tuple[str, ...]


class Vocabulary:
    """The concepts and the names that lead to them. Use ``load_vocabulary`` to get the one of the package."""

    def __init__(
        self, cytokines: list[CytokineConcept], fluids: list[FluidConcept], lookalikes: Mapping[str, list[str]]
    ) -> None:
        """Build the name tries.

        Raises:
            VocabularyError: a concept is listed twice or two concepts list the same name.
        """
        self.cytokines: Mapping[str, CytokineConcept] = MappingProxyType({c.symbol: c for c in cytokines})
        self.fluids: Mapping[str, FluidConcept] = MappingProxyType({f.name: f for f in fluids})
        if len(self.cytokines) != len(cytokines) or len(self.fluids) != len(fluids):
            raise VocabularyError("a concept has two rows")
        named = [(c.symbol, (c.symbol.strip("<>"), *c.synonyms)) for c in cytokines]
        self._cytokine_names = _trie(named, lookalikes.get("cytokine", []))
        self._fluid_names = _trie([(f.name, f.synonyms) for f in fluids], lookalikes.get("fluid", []))
        self._spotters: Mapping[Kind, Spotter | PatternSpotter] = {
            "fluid": PatternSpotter(self._fluid_names),
            "cytokine": Spotter(self._cytokine_names),
        }

    def normalise_cytokine(self, text: str) -> str | None:
        """Symbol of the concept that ``text`` names, None when it names none. Context is not considered."""
        entry = self._cytokine_names.lookup(text)
        return entry.concept if entry is not None else None

    def normalise_fluid(self, text: str) -> str | None:
        """Fluid that ``text`` names (``serum`` ... ``other:sputum``), None when it names none."""
        entry = self._fluid_names.lookup(text)
        return entry.concept if entry is not None else None

    def cytokine_id(self, symbol: str) -> str | None:
        """HGNC id of a symbol; None for families, complexes and unknown symbols."""
        concept = self.cytokines.get(symbol)
        return concept.hgnc_id or None if concept is not None else None

    def fluid_id(self, name: str) -> str | None:
        """UBERON id of a fluid; None where there is none."""
        concept = self.fluids.get(name)
        return concept.uberon_id or None if concept is not None else None

    def lacks(self, text: str, kinds: Iterable[Kind] = ("fluid", "cytokine")) -> Kind | None:
        """The first of the kinds of which a cheap look sees no name in the text: it can have no mention of that kind.

        Fluids are looked for first, because that is cheaper, and not asked whether they are samples. None where the
        text may name one of each kind.
        """
        look = Look(text)
        return next((kind for kind in kinds if not self._spotters[kind].spots(look)), None)

    def names_cytokine(self, text: str) -> bool:
        """Whether a cytokine name occurs, whatever the context: False means that no mention can be found.

        Names that mean a cytokine only in a text that also names certain others (p40) do not count.
        """
        if self.lacks(text, ("cytokine",)):
            return False
        matches = (self._widened(text, match) for match in _scan(text, self._cytokine_names))
        return any(map(stands_alone, matches)) or any(stands_alone(m) for m, _ in self.find_cytokines(text))

    def find_cytokines(self, text: str) -> list[tuple[Match, str]]:
        """Names in ``text`` from left to right, none overlapping, each with its source.

        A source is ``lexicon``, ``coordination`` or ``look-alike``. Look-alikes are in, with ``entry.concept`` None;
        so are names that need context (``entry.context``).
        """
        matches = [self._widened(text, m) for m in _scan(text, self._cytokine_names)]
        named: list[tuple[Match, str]] = []
        taken = [(m.start, m.end) for m in matches]
        for match in matches:
            if match.entry.concept is None:
                named.append((match, "look-alike"))
                continue
            parts = [(match, "lexicon")]
            lookup = self._cytokine_names.lookup
            for other in itertools.chain(suspended(text, match, lookup), elided(text, match, lookup)):
                if not any(other.start < end and start < other.end for start, end in taken):
                    taken.append((other.start, other.end))
                    parts.append((other, "coordination"))
            named += parts
        return sorted(named, key=lambda pair: pair[0].start)

    def find_fluids(self, text: str) -> list[Match]:
        """Fluid names in ``text`` from left to right, look-alikes (``serum-free``, blood cells) left out."""
        return [
            m for m in _scan(text, self._fluid_names) if m.entry.concept is not None and is_sample(text, m.start, m.end)
        ]

    def _widened(self, text: str, match: Match) -> Match:
        """The name with what belongs to it (``pro-``, a chain); a look-alike before ``receptor`` or ``superfamily``."""
        concept = self.cytokines.get(match.entry.concept or "")
        if concept is None:
            return match
        lost = _LOST_GREEK.match(text, match.end)
        if lost is not None:
            match = match._replace(end=lost.end())
        glued = _GLUED_BY_HYPHEN.search(text, max(0, match.start - 5), match.start)
        if glued is not None:
            match = match._replace(start=glued.start())
        if concept.family == "receptor" and (group := _SUPERFAMILY_FOLLOWS.match(text, match.end)) is not None:
            return Match(match.start, group.end(), Entry(None))
        if concept.family == "receptor":
            chain = _CHAIN_FOLLOWS.match(text, match.end)
            return (
                match._replace(end=chain.end()) if chain and _CHAINED.search(text[match.start : match.end]) else match
            )
        if concept.family in ("antagonist", "binding protein"):
            return match
        receptor = _RECEPTOR_BEFORE.search(text, max(0, match.start - 24), match.start)
        if receptor is not None:
            entry = self._cytokine_names.lookup(f"{text[match.start : match.end]} receptor")
            return Match(receptor.start(), match.end, entry if entry is not None else Entry(None))
        tail = _RECEPTOR_FOLLOWS.match(text, match.end)
        return match if tail is None else Match(match.start, tail.end(), Entry(None))


def stands_alone(match: Match) -> bool:
    """Whether a match is of a concept, also in a text that names no other."""
    return match.entry.concept is not None and not match.entry.support


def _scan(text: str, names: NameTrie) -> Iterator[Match]:
    atoms = atoms_of(text)
    after = 0
    for i, atom in enumerate(atoms):
        if i >= after and names.starts(atom.raw) and (hit := names.match(text, atoms, i)) is not None:
            yield hit[0]
            after = hit[1]


def _trie(named: list[tuple[str, tuple[str, ...]]], lookalikes: list[str]) -> NameTrie:
    owner: dict[tuple[str, ...], str] = {}
    forms: dict[tuple[str, ...], set[str]] = {}
    for concept, names in named:
        for name in names:
            key = _key(name)
            if owner.setdefault(key, concept) != concept:
                raise VocabularyError(f"{name!r} is listed for {owner[key]} and for {concept}")
            forms.setdefault(key, set()).add(squeeze(name))
    trie = NameTrie()
    ambiguous = {_key(row["name"]): row for row in read_table("ambiguous.tsv")}
    for name in dict.fromkeys(name for _, names in named for name in names):
        key = _key(name)
        trie.add(name, _entry(owner[key], frozenset(forms[key]), name, ambiguous.get(key)))
    for name in lookalikes:
        trie.add(name, Entry(None))
    return trie


def _entry(concept: str, forms: frozenset[str], name: str, row: Mapping[str, str] | None) -> Entry:
    if row is None:
        return Entry(concept, forms=frozenset([name]) if _GLUED_NAME.fullmatch(name) else frozenset())
    return Entry(
        concept,
        forms=forms if row["case"] == "exact" else frozenset(),
        never=frozenset(filter(None, row["never"].split("|"))),
        context=row["context"] == "yes",
        support=frozenset(filter(None, row["with"].split("|"))),
        instead=row["instead"] or None,
    )


def _key(name: str) -> tuple[str, ...]:
    return tuple(atom.key for atom in atoms_of(name))


def read_table(table: str) -> list[dict[str, str]]:
    """The rows of a tab-separated table of ``extractor/data``, as dictionaries by column."""
    with (files("extractor") / "data" / table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _written_out(name: str, stems: Mapping[str, list[str]]) -> Iterator[str]:
    parts = _MACRO.split(name)
    try:
        choices = [[part] if i % 2 == 0 else stems[part] for i, part in enumerate(parts)]
    except KeyError as missing:
        raise VocabularyError(f"cytokines.tsv: {name!r} uses the unknown stem {missing}") from None
    for choice in itertools.product(*choices):
        spelling = "".join(choice)
        yield spelling
        yield _GREEK_INSIDE.sub(lambda letter: _LETTERS[letter[0]], spelling)


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary of the package, built once.

    Raises:
        VocabularyError: a table is inconsistent.
    """
    stems = {row["stem"]: row["spellings"].split("|") for row in read_table("stems.tsv")}
    cytokines = [
        CytokineConcept(
            row["symbol"],
            row["hgnc_id"],
            row["name"],
            row["uniprot"],
            row["family"],
            tuple(dict.fromkeys(n for s in row["synonyms"].split("|") for n in _written_out(s, stems))),
        )
        for row in read_table("cytokines.tsv")
    ]
    fluids = [
        FluidConcept(r["name"], r["uberon_id"], tuple(r["synonyms"].split("|"))) for r in read_table("fluids.tsv")
    ]
    lookalikes: dict[str, list[str]] = {}
    for row in read_table("lookalikes.tsv"):
        lookalikes.setdefault(row["kind"], []).append(row["name"])
    return Vocabulary(cytokines, fluids, lookalikes)
