"""The floor: a cytokine, a fluid and a cue word in one sentence make a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extractor.benchmark.systems import Batch
from extractor.records import AnnotatedArticle, Candidate, Contrast, Decision, Direction

_CUES: Mapping[Direction, re.Pattern[str]] = {
    "unchanged": re.compile(
        r"\b(?:no (?:\w+ ){0,2}(?:change|difference|increase|decrease|effect|alteration)s?"
        r"|not (?:\w+ ){0,2}(?:differ\w*|chang\w*|alter\w*|affect\w*|increas\w*|decreas\w*|elevat\w*|reduc\w*)"
        r"|unchanged|unaffected|unaltered|similar|comparable)\b",
        re.IGNORECASE,
    ),
    "increased": re.compile(
        r"\b(?:increas\w*|elevat\w*|higher|highest|rais(?:ed?|ing)|ris(?:e|es|en|ing)|rose|greater|enhanc\w*"
        r"|augment\w*|up-?regulat\w*)\b",
        re.IGNORECASE,
    ),
    "decreased": re.compile(
        r"\b(?:decreas\w*|lower(?:ed|ing)?|lowest|reduc\w*|declin\w*|fell|fall(?:s|en|ing)?|diminish\w*|suppress\w*"
        r"|attenuat\w*|down-?regulat\w*)\b",
        re.IGNORECASE,
    ),
}
_CONTRASTS: Mapping[Contrast, re.Pattern[str]] = {
    "treatment": re.compile(r"\b(?:treat\w*|therap\w*|administ\w*|infus\w*|inject\w*|placebo)\b", re.IGNORECASE),
    "time": re.compile(r"\b(?:before|baseline|days?|weeks?|months?|follow-up)\b", re.IGNORECASE),
}


class CooccurrenceClassifier:
    """Takes the cue word nearest to the cytokine in its sentence; pairs across sentences are left alone."""

    name = "cooccurrence"

    def decide(self, batch: Batch) -> list[list[Decision]]:
        """One list of decisions per article."""
        return [self._article(annotated, candidates) for annotated, candidates in batch]

    def _article(self, annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> list[Decision]:
        decisions = []
        for candidate in candidates:
            if candidate.cross_sentence:
                continue
            sentence = annotated.article.text[slice(*candidate.evidence)]
            direction = nearest_cue(sentence, candidate.cytokine.span.start - candidate.evidence.start)
            if direction is not None:
                decisions.append(Decision(candidate, direction, _contrast(sentence), 1.0))
        return decisions


def nearest_cue(sentence: str, position: int) -> Direction | None:
    """Direction of the cue word nearest to a position; None without any. A negated cue is ``unchanged``.

    Args:
        sentence: the words.
        position: index into them.
    """
    negated = [match.span() for match in _CUES["unchanged"].finditer(sentence)]
    found: list[tuple[int, Direction]] = []
    for direction, pattern in _CUES.items():
        for match in pattern.finditer(sentence):
            inside = any(start <= match.start() < end for start, end in negated)
            if direction == "unchanged" or not inside:
                found.append((min(abs(match.start() - position), abs(match.end() - position)), direction))
    return min(found)[1] if found else None


def _contrast(sentence: str) -> Contrast:
    return next((name for name, pattern in _CONTRASTS.items() if pattern.search(sentence)), "disease")
