"""The spaCy component that finds the vocabulary's names and settles by context what an ambiguous one means."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from extractor.brackets import names_in_brackets
from extractor.names import Match
from extractor.samples import is_sample, is_spinal, speaks_of_colonies
from extractor.vocabulary import Vocabulary, load_vocabulary, stands_alone

CYTOKINE: Final = "cytokine"
FLUID: Final = "fluid"
NAMES_CYTOKINE: Final = "extractor: names a cytokine"
"""Key of ``doc.user_data``: what ``Vocabulary.names_cytokine`` says of the text."""

_LEADING_WORDS = re.compile(
    r"^(?:soluble|serum|plasma|human|recombinant|circulating|total|free|active|the|urinary|salivary|mouse|murine|rat"
    r"|chemokines?|cytokines?|and|of|in|proteins?|endogenous|levels?|mature|membrane-bound|high|low|exogenous|intact"
    r"|bioactive|local|both|as|anti-|a|an|its|ligand|full-length|globular|glycosylated|acylated|growth factors?|or"
    r"|adipokines?|factors?|from|for|to|by|with|collected)\s+",
    re.I,
)
_LIST_GAP = re.compile(r"\s*(?:[,;/()]|\band\b|\bor\b|\bwith\b|&|\+|-|\s)*\s*")
_LEVEL_NEAR = re.compile(
    r"\b(?:levels?|concentrations?|cytokines?|chemokines?|serum|plasma|secretion|production|expression|mRNA"
    r"|receptors?|ng/ml|pg/ml|release|ligand|antibod\w+|recombinant|soluble|gene|elevated|increased|decreased)\b",
    re.I,
)
_NUMBER_AFTER = re.compile(r"[-‐‑–−]\d|\s?\(\d\s?(?:alpha|α|[A-Za-z]?\))")
"""Behind a short name that needs its context: it is another molecule's (MK-801, PGF(2alpha), LTB-4)."""
_MEASURED_BEFORE = re.compile(
    r"\b(?:serum|plasma|circulating|urinary|CSF|soluble|recombinant(?: human)?|(?:levels?|concentrations?) of)\s+$",
    re.IGNORECASE,
)
_MEASURED_AFTER = re.compile(r"\s+(?:\w+ )?(?:levels?|concentrations?)\b", re.IGNORECASE)
_OTHER_SENSE_AFTER = re.compile(
    r"\s?\(|\s+(?:trials?|stud(?:y|ies)|registry|investigators|program(?:me)?|scores?|tests?)\b", re.I
)
"""Behind a short name that is settled elsewhere in the text: here it means something else."""


class _Found(NamedTuple):
    start: int
    end: int
    concept: str
    source: str


@Language.factory("extractor_lexicon", assigns=["doc.spans"])
class Lexicon:
    """Finds the names of the vocabulary and settles, by context, what an ambiguous one means."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002  (spaCy passes nlp)
        self.name = name
        self.vocabulary: Vocabulary = load_vocabulary()

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc.spans["cytokine"]`` and ``doc.spans["fluid"]``."""
        text = doc.text
        local = self._local_names(doc, text)
        names = self.vocabulary.find_cytokines(text)
        doc.user_data[NAMES_CYTOKINE] = any(stands_alone(match) for match, _ in names)
        masked = [m for m, _ in names if m.entry.concept is None]
        known = {text[found.start : found.end] for _, found in local}
        for kind, place, concept in names_in_brackets(text, self.vocabulary, [m for m, _ in names], known):
            local.append((kind, _Found(*place, concept, "abbreviation")))
        defined = [
            d for k, d in local if k == CYTOKINE and not any(m.start < d.end and d.start < m.end for m in masked)
        ]
        cytokines = _merged(self._cytokines(text, names, local), defined)
        fluids = _merged(self._fluids(text, names, local), [d for kind, d in local if kind == FLUID])
        fluids = [f for f in fluids if not any(f.start < c.end and c.start < f.end for c in cytokines)]
        elsewhere = [f for kind, f in local if kind == ""]
        masks = [_Found(m.start, m.end, "", "look-alike") for m in masked]
        plugged = self._plugged(doc, [*cytokines, *fluids, *masks], elsewhere)
        _align(doc, [f for _, f in plugged] + cytokines + fluids)
        for kind, found in ((CYTOKINE, cytokines), (FLUID, fluids)):
            extra = [f for k, f in plugged if k == kind]
            doc.spans[kind] = _spans(doc, kind, [*found, *extra])
        return doc

    def _local_names(self, doc: Doc, text: str) -> list[tuple[str, _Found]]:
        """What the text's own abbreviations stand for; kind ``""`` for those that mean something else."""
        names = []
        for entry in doc._.abbreviations:
            short = doc[entry["short_start"] : entry["short_end"]]
            kind, concept = self._meaning(entry["long_text"])
            if kind == FLUID and not is_sample(text, short.start_char, short.end_char):
                kind = ""
            names.append((kind, _Found(short.start_char, short.end_char, concept, "abbreviation")))
        return names

    def _meaning(self, long_form: str) -> tuple[str, str]:
        rest = long_form.strip()
        while rest:
            cytokine = self.vocabulary.normalise_cytokine(rest)
            if cytokine is not None:
                return CYTOKINE, cytokine
            fluid = self.vocabulary.normalise_fluid(rest)
            if fluid is not None:
                return FLUID, fluid
            shorter = _LEADING_WORDS.sub("", rest, count=1)
            if shorter == rest:
                named = any(m.entry.concept for m, _ in self.vocabulary.find_cytokines(long_form))
                return ("unclear", "") if named else ("", "")
            rest = shorter
        return "", ""

    def _cytokines(self, text: str, names: list[tuple[Match, str]], local: list[tuple[str, _Found]]) -> list[_Found]:
        certain = [m for m, _ in names if m.entry.concept is not None and not m.entry.context]
        concepts = {m.entry.concept for m in certain}
        elsewhere = {(f.start, f.end) for kind, f in local if kind in ("", FLUID)}
        defined = {text[f.start : f.end] for kind, f in local if kind == CYTOKINE}
        kept, unsettled = [], []
        settled: dict[str, str] = {}
        for match, source in names:
            surface = text[match.start : match.end]
            if match.entry.concept is None:
                continue
            if (match.start, match.end) in elsewhere and (match.entry.context or len(surface) < 5):
                continue
            if match.entry.context and match.entry.concept[0] != "<" and _NUMBER_AFTER.match(text, match.end):
                continue
            concept: str | None = match.entry.concept
            if match.entry.context and surface not in defined:
                concept = _in_context(text, match, certain, concepts, names)
                if concept is None:
                    unsettled.append((match, surface, source))
                    continue
                settled[surface] = concept
            kept.append(_Found(match.start, match.end, concept or "", source))
        for match, surface, source in reversed(unsettled):
            concept = settled.get(surface) if surface != "CSF" else None
            if concept is not None and not _OTHER_SENSE_AFTER.match(text, match.end):
                kept.append(_Found(match.start, match.end, concept, source))
            elif not match.entry.support and match.entry.concept != "<CSF>" and _listed(text, match, kept):
                kept.append(_Found(match.start, match.end, match.entry.concept or "", source))
        return sorted(kept)

    def _fluids(self, text: str, names: list[tuple[Match, str]], local: list[tuple[str, _Found]]) -> list[_Found]:
        elsewhere = {(f.start, f.end) for kind, f in local if kind in ("", CYTOKINE)}
        colony = speaks_of_colonies(text)
        matches = self.vocabulary.find_fluids(text)
        certain = {match.entry.concept for match in matches if not match.entry.context}
        kept = []
        for match in matches:
            surface = text[match.start : match.end]
            if (match.start, match.end) in elsewhere or (match.entry.support and not certain & match.entry.support):
                continue
            if surface == "CSF" and colony and not _spinal(text, match, names):
                continue
            if (
                match.entry.context
                and match.entry.concept != "CSF"
                and (match.entry.support or match.entry.concept not in certain)
                and not _LEVEL_NEAR.search(text[max(0, match.start - 60) : match.end + 60])
            ):
                continue
            kept.append(_Found(match.start, match.end, match.entry.concept or "", "lexicon"))
        return kept

    def _plugged(self, doc: Doc, taken: list[_Found], elsewhere: list[_Found]) -> list[tuple[str, _Found]]:
        """What the plugged-in model adds: names that nothing overlaps and that normalise, or carry our own labels.

        A known name that the text itself defines as something else (``elsewhere``) stays out.
        """
        kept = []
        for span in doc.spans.get("ner", []):
            if any(span.start_char < t.end and t.start < span.end_char for t in taken):
                continue
            cytokine = self.vocabulary.normalise_cytokine(span.text)
            if cytokine and any(span.start_char < e.end and e.start < span.end_char for e in elsewhere):
                continue
            if not cytokine and self.vocabulary.normalise_fluid(span.text):
                continue  # a known fluid's name that the lexicon refused is no sample: blood flow
            kind = CYTOKINE if cytokine else span.label_.lower()
            if kind in (CYTOKINE, FLUID):
                kept.append((kind, _Found(span.start_char, span.end_char, cytokine or "", span.id_)))
        return kept


def _in_context(
    text: str,
    match: Match,
    certain: Iterable[Match],
    concepts: set[str | None],
    names: Iterable[tuple[Match, str]],
) -> str | None:
    """What an ambiguous name means by the words around it; None when they do not say."""
    other = match.entry.instead
    if other and not concepts & match.entry.support and any(c and c.startswith(other[:4]) for c in concepts):
        return other
    if match.entry.concept == "<CSF>" and _spinal(text, match, names):
        return None
    return match.entry.concept if _supported(text, match, certain, concepts) else None


def _spinal(text: str, match: Match, names: Iterable[tuple[Match, str]]) -> bool:
    """Whether the words beside ``CSF`` make it the fluid although the text speaks of colony-stimulating factors."""
    measured = any(m.entry.concept and 0 < m.start - match.end < 3 and _adjacent(text, match, m) for m, _ in names)
    return measured or is_spinal(text, match.start, match.end)


def _adjacent(text: str, left: Match, right: Match) -> bool:
    return text[left.end : right.start].isspace()


def _supported(text: str, match: Match, certain: Iterable[Match], concepts: set[str | None]) -> bool:
    """Whether the surroundings say that an ambiguous short name is the cytokine."""
    if match.entry.concept == "<CSF>":
        return speaks_of_colonies(text)
    if match.entry.concept in concepts:
        return True
    if match.entry.support:
        return bool(concepts & match.entry.support)
    if _listed(text, match, certain):
        return True
    before, after = text[max(0, match.start - 30) : match.start], text[match.end : match.end + 25]
    if _MEASURED_BEFORE.search(before) or _MEASURED_AFTER.match(after):
        return True
    return bool(concepts) and bool(_LEVEL_NEAR.search(f"{before} {after}"))


def _listed(text: str, match: Match, others: Iterable[Match | _Found]) -> bool:
    """Whether the name stands beside one of the others in a list."""
    for other in others:
        gap = text[other.end : match.start] if other.end <= match.start else text[match.end : other.start]
        if len(gap) < 12 and _LIST_GAP.fullmatch(gap):
            return True
    return False


def _merged(found: list[_Found], local: list[_Found]) -> list[_Found]:
    """``found`` with the locally defined names; a local name replaces what it covers exactly, longer names stay."""
    kept = {(f.start, f.end): f for f in found}
    for name in local:
        overlapping = [f for f in kept.values() if f.start < name.end and name.start < f.end]
        if all(
            (f.start, f.end) == (name.start, name.end) or f.end - f.start < name.end - name.start for f in overlapping
        ):
            same = next((f for f in overlapping if f[:3] == name[:3]), name)
            for f in overlapping:
                del kept[(f.start, f.end)]
            kept[(name.start, name.end)] = same
    return sorted(kept.values())


def _align(doc: Doc, found: list[_Found]) -> None:
    """Split tokens that a mention begins or ends inside of."""
    offsets = doc.to_array("IDX").tolist()
    cuts: dict[int, set[int]] = {}
    for offset in {edge for f in found for edge in (f.start, f.end)}:
        index = bisect_right(offsets, offset) - 1
        inside = offset - offsets[index]
        if 0 < inside < len(doc[index]):
            cuts.setdefault(index, set()).add(inside)
    if not cuts:
        return
    with doc.retokenize() as retokenizer:
        for index, inner in cuts.items():
            token = doc[index]
            edges = [0, *sorted(inner), len(token.text)]
            parts = [token.text[a:b] for a, b in pairwise(edges)]
            retokenizer.split(token, parts, heads=[(token, 0)] * len(parts))


def _spans(doc: Doc, kind: str, found: list[_Found]) -> list[Span]:
    offsets = doc.to_array("IDX").tolist() if found else []
    spans = [
        Span(
            doc,
            bisect_left(offsets, f.start),
            bisect_left(offsets, f.end),
            kind.upper(),
            kb_id=f.concept,
            span_id=f.source,
        )
        for f in found
    ]
    return sorted(filter_spans(spans), key=lambda s: s.start)
