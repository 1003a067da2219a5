"""The baseline that learns: TF-IDF and logistic regression on the same candidates, fitted on gold train when run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from extractor.benchmark.systems import Batch, Stages
from extractor.errors import GoldError
from extractor.records import AnnotatedArticle, Candidate, Contrast, Decision, Direction, Finding, GoldArticle

NONE = "none"
_TOKEN = re.compile(r"\w+|[<>=±%]")
_WINDOW = 6


class TfidfClassifier:
    """Direction or none from the words of the evidence sentence, with the names masked; then the contrast.

    Attributes:
        name: ``tfidf``.

    Raises:
        GoldError: train holds no finding, or nothing but findings.
    """

    name = "tfidf"

    def __init__(self, stages: Stages, train: Sequence[GoldArticle], *, seed: int = 0) -> None:
        self._direction, self._contrast = _model(seed), _model(seed)
        rows = list(training_rows(stages.on_gold_mentions(train), train))
        findings = [(text, finding) for text, finding in rows if finding is not None]
        if not 0 < len(findings) < len(rows):
            raise GoldError("train: nothing to learn from: it needs candidates with and without a finding, and texts")
        self._direction.fit([text for text, _ in rows], [_direction(finding) for _, finding in rows])
        contrasts = [finding.contrast for _, finding in findings]
        self._only = contrasts[0] if len(set(contrasts)) == 1 else None
        if self._only is None:
            self._contrast.fit([text for text, _ in findings], contrasts)

    def decide(self, batch: Batch) -> list[list[Decision]]:
        """One list of decisions per article: the candidates whose likeliest class is a direction."""
        return [self._article(annotated, candidates) for annotated, candidates in batch]

    def _article(self, annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> list[Decision]:
        if not candidates:
            return []
        texts = [features(annotated, candidate) for candidate in candidates]
        chances = self._direction.predict_proba(texts)
        contrasts = [self._only] * len(texts) if self._only is not None else self._contrast.predict(texts)
        decisions = []
        for candidate, row, contrast in zip(candidates, chances, contrasts, strict=True):
            best = int(np.argmax(row))
            direction = str(self._direction.classes_[best])
            if direction != NONE:
                way = cast("Direction", direction)
                decisions.append(Decision(candidate, way, cast("Contrast", str(contrast)), float(row[best])))
        return decisions


def _direction(finding: Finding | None) -> str:
    return NONE if finding is None else finding.direction


def _model(seed: int) -> Pipeline:
    split = r"\S+"
    words = TfidfVectorizer(token_pattern=split, lowercase=False, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=20.0, class_weight="balanced", max_iter=2000, random_state=seed))


def training_rows(batch: Batch, gold: Sequence[GoldArticle]) -> Iterator[tuple[str, Finding | None]]:
    """Words of each candidate with the finding its sentence states, None where there is none.

    A candidate stands for a gold finding of the same cytokine and fluid whose evidence is its sentence. Candidates that
    stand only for debatable findings are left out.
    """
    for (annotated, candidates), each in zip(batch, gold, strict=True):
        for candidate in candidates:
            found = [finding for finding in each.findings if _states(candidate, finding)]
            sure = [finding for finding in found if finding.confidence == "sure"]
            if sure or not found:
                words = features(annotated, candidate)
                yield from ((words, finding) for finding in sure)
                if not sure:
                    yield words, None


def _states(candidate: Candidate, finding: Finding) -> bool:
    named = (candidate.cytokine.concept, candidate.fluid_name) == (finding.cytokine, finding.fluid)
    return named and finding.evidence.overlaps(candidate.evidence)


def features(annotated: AnnotatedArticle, candidate: Candidate) -> str:
    """Tokens: the sentence with its names masked, the words on either side of the cytokine, the route to the fluid."""
    start = candidate.evidence.start
    text = annotated.article.text[slice(*candidate.evidence)]
    pieces, place = [], 0
    for mention in annotated.mentions:
        if not candidate.evidence.contains(mention.span) or mention.span.start - start < place:
            continue
        pieces += [text[place : mention.span.start - start], f" {_mask(candidate, mention.span.start, mention.kind)} "]
        place = mention.span.end - start
    tokens = _TOKEN.findall("".join([*pieces, text[place:]]).replace("\n", " "))
    words = [token if token.isupper() and "_" in token else token.casefold() for token in tokens]
    at = words.index("THE_CYTOKINE") if "THE_CYTOKINE" in words else 0
    left = [f"L:{word}" for word in words[max(0, at - _WINDOW) : at]]
    right = [f"R:{word}" for word in words[at + 1 : at + 1 + _WINDOW]]
    return " ".join([*words, "|", *left, "|", *right, "|", f"ROUTE:{candidate.route}"])


def _mask(candidate: Candidate, start: int, kind: str) -> str:
    if start == candidate.cytokine.span.start:
        return "THE_CYTOKINE"
    if candidate.fluid is not None and start == candidate.fluid.span.start:
        return "THE_FLUID"
    return "OTHER_CYTOKINE" if kind == "cytokine" else "OTHER_FLUID"
