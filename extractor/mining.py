"""Article -> findings: recognise, pair, decide, read the context; composed and batched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Protocol

from spacy.language import Language

from extractor.candidates import find_candidates
from extractor.context import context_of
from extractor.errors import InputError, ModelError
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import AnnotatedArticle, Article, Candidate, Decision, Finding, Span
from extractor.relation import RelationClassifier, read_settings
from extractor.releases import find_release, models_folder
from extractor.rules import RuleClassifier

RULES = "rules"
"""Name that asks for the rules in place of the trained classifier."""
LONGEST_TEXT = 100_000
"""Characters. What is longer is no abstract, and time is bounded."""
MOST_NAMES = 400
"""Mentions in one text, for the same reason: the time for a text grows with the square of them."""


class Classifier(Protocol):
    """What decides on candidates."""

    name: str

    def decide(self, batch: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]) -> list[list[Decision]]:
        """One list of decisions per article."""
        ...


class Miner:
    """The whole path from articles to findings.

    Args:
        nlp: recognition pipeline; the default one where None.
        classifier: the released one where None.
        min_score: findings below it are left out.
        batch_size: articles handled at a time; it changes no result.
        prefilter: read only articles that name a cytokine and a fluid; the others can hold no finding.
    """

    def __init__(
        self,
        *,
        nlp: Language | None = None,
        classifier: Classifier | None = None,
        min_score: float = 0.0,
        batch_size: int = 64,
        prefilter: bool = True,
    ) -> None:
        self._nlp = nlp or build_pipeline()
        self.classifier = classifier or load_classifier()
        self._min_score = min_score
        self._batch_size = batch_size
        self._prefilter = prefilter

    def mine(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Finding]]]:
        """As ``mine_annotated``, without sentences and mentions."""
        for annotated, findings in self.mine_annotated(articles):
            yield annotated.article, findings

    def mine_annotated(self, articles: Iterable[Article]) -> Iterator[tuple[AnnotatedArticle, list[Finding]]]:
        """Each article with sentences and mentions, and its findings, in input order.

        Raises:
            InputError: a text is no abstract: longer than ``LONGEST_TEXT``, or with more than ``MOST_NAMES``.
        """
        stream = iter(articles)
        while batch := list(islice(stream, self._batch_size)):
            _check_lengths(batch)
            annotated = list(annotate(self._nlp, batch, batch_size=self._batch_size, prefilter=self._prefilter))
            _check_names(annotated)
            pairs = [(each, find_candidates(each)) for each in annotated]
            for (each, _), decisions in zip(pairs, self.classifier.decide(pairs), strict=True):
                findings = findings_of(each, decisions, model=self.classifier.name)
                yield each, [finding for finding in findings if finding.score >= self._min_score]


def _check_lengths(articles: Iterable[Article]) -> None:
    for article in articles:
        if len(article.text) > LONGEST_TEXT:
            raise InputError(f"the text has {len(article.text):,} characters; an abstract has {LONGEST_TEXT:,} at most")


def _check_names(annotated: Iterable[AnnotatedArticle]) -> None:
    for each in annotated:
        if len(each.mentions) > MOST_NAMES:
            raise InputError(f"the text has {len(each.mentions):,} names; an abstract has {MOST_NAMES:,} at most")


def load_classifier(name: str | None = None) -> Classifier:
    """The classifier of that name: ``rules``, a model folder, or the newest released one where None.

    Raises:
        ModelError: there is none, or it does not fit.
    """
    if name == RULES:
        return RuleClassifier()
    folder = find_release("relation" if name is None else name)
    if folder is None and name is not None and Path(name).is_dir():
        folder = Path(name)
    if folder is None:
        raise ModelError(f"{models_folder()}: holds no {name or 'relation-<version>'}; use --classifier {RULES}")
    return RelationClassifier(folder)


@cache
def sure_score(model: str) -> float | None:
    """The score from which a model's findings were 95% right on held-out articles; what is below is for a human.

    Args:
        model: as ``Finding.model`` names it.

    Returns:
        None for a model that is not released here and for the rules, whose scores are not calibrated.

    Raises:
        ModelError: the release cannot be read.
    """
    folder = find_release(model)
    return None if folder is None else read_settings(folder).sure


def for_human(finding: Finding) -> bool:
    """Whether a finding's score is below what its model is sure from."""
    sure = sure_score(finding.model)
    return sure is not None and finding.score < sure


def findings_of(annotated: AnnotatedArticle, decisions: Iterable[Decision], *, model: str) -> list[Finding]:
    """Decisions as findings with their context; one per identity, the best evidence kept and the others in ``also``."""
    best: dict[tuple[str, ...], Finding] = {}
    for decision in decisions:
        finding = _finding(annotated, decision, model)
        if finding.key in best:
            best[finding.key] = _merge(best[finding.key], finding)
        else:
            best[finding.key] = finding
    return sorted(best.values(), key=lambda f: (f.evidence, f.key))


def _finding(annotated: AnnotatedArticle, decision: Decision, model: str) -> Finding:
    candidate = decision.candidate
    context = context_of(annotated, decision)
    evidence = candidate.evidence
    inside = evidence.contains(candidate.cytokine.span)
    return Finding(
        article_id=annotated.article.id,
        cytokine=str(candidate.cytokine.concept),
        fluid=candidate.fluid_name,
        direction=decision.direction,
        contrast=decision.contrast,
        comparator=context.comparator,
        condition=context.condition,
        host=context.host,
        evidence=evidence,
        evidence_text=annotated.article.text[evidence.start : evidence.end],
        cytokine_mention=candidate.cytokine,
        fluid_mention=candidate.fluid,
        cross_sentence=candidate.cross_sentence or not inside,
        n=context.n,
        p=context.p,
        score=round(decision.score, 4),
        model=model,
    )


def _merge(first: Finding, second: Finding) -> Finding:
    """The finding with the higher score (the earlier one at a tie), the other's evidence added to ``also``."""
    kept, other = (first, second) if first.score >= second.score else (second, first)
    spans: set[Span] = {*first.also, *second.also, other.evidence} - {kept.evidence}
    return replace(kept, also=tuple(sorted(spans)))
