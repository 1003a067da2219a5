"""What is benchmarked: anything that turns articles into findings, and the stages our own systems share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from extractor.candidates import find_candidates
from extractor.mining import findings_of
from extractor.records import AnnotatedArticle, Article, Candidate, Decision, Finding, GoldArticle, Span

Run: TypeAlias = Callable[[Sequence[Article]], Sequence[Sequence[Finding]]]
Batch: TypeAlias = Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]


class Classifier(Protocol):
    """Decides on candidates: the rules, the trained relation classifier, TF-IDF with logistic regression."""

    @property
    def name(self) -> str:
        """Name and version, as it stands in the tables."""
        ...

    def decide(self, batch: Batch) -> list[list[Decision]]:
        """One list of decisions per article."""
        ...


class Mines(Protocol):
    """``mining.Miner``."""

    def mine(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Finding]]]:
        """Each article with its findings."""
        ...


@dataclass(frozen=True, slots=True)
class System:
    """One row of the benchmark.

    Attributes:
        name: as it stands in tables and figures; letters, digits, ``.``, ``_`` and ``-``.
        run: articles to findings, one list per article, in order.
        classifier: what decides on candidates, for the level of direction alone; None where there is no such part.
        scored: whether the findings carry calibrated scores, so that calibration is reported.
    """

    name: str
    run: Run
    classifier: Classifier | None = None
    scored: bool = False


@dataclass(frozen=True, slots=True)
class Stages:
    """Recognition and pairing, shared by every system of ours; an article is recognised once.

    Attributes:
        annotate: articles to annotated articles, in order (``mentions.annotate`` with a pipeline).
        propose: annotated article to candidates.
    """

    annotate: Callable[[Sequence[Article]], Sequence[AnnotatedArticle]]
    propose: Callable[[AnnotatedArticle], Sequence[Candidate]] = find_candidates
    _seen: dict[Article, AnnotatedArticle] = field(default_factory=dict, repr=False, compare=False)

    def recognise(self, articles: Sequence[Article]) -> list[AnnotatedArticle]:
        """Annotated articles in the order given."""
        new = [article for article in dict.fromkeys(articles) if article not in self._seen]
        self._seen.update(zip(new, self.annotate(new), strict=True) if new else ())
        return [self._seen[article] for article in articles]

    def candidates(self, annotated: Iterable[AnnotatedArticle]) -> list[tuple[AnnotatedArticle, Sequence[Candidate]]]:
        """Each article with its candidates."""
        return [(each, self.propose(each)) for each in annotated]

    def on_gold_mentions(self, gold: Sequence[GoldArticle]) -> list[tuple[AnnotatedArticle, Sequence[Candidate]]]:
        """Candidates built from gold mentions, in the sentences of the pipeline.

        Raises:
            ValueError: an article has no text.
        """
        annotated = self.recognise(texts_of(gold))
        marked = (with_gold_mentions(each, one) for each, one in zip(annotated, gold, strict=True))
        return self.candidates(marked)


def texts_of(gold: Iterable[GoldArticle]) -> list[Article]:
    """The articles of annotated articles.

    Raises:
        ValueError: an article has no text.
    """
    articles = []
    for each in gold:
        if each.article is None:
            raise ValueError(f"[{each.id}] has no text")
        articles.append(each.article)
    return articles


def with_gold_mentions(annotated: AnnotatedArticle, gold: GoldArticle) -> AnnotatedArticle:
    """The same sentences with gold's mentions; ``level`` is taken over where the span was recognised."""
    level: dict[tuple[Span, str], bool] = {(each.span, each.kind): each.level for each in annotated.mentions}
    mentions = tuple(replace(each, level=level.get((each.span, each.kind), True)) for each in gold.mentions)
    return replace(annotated, mentions=mentions)


def classifier_system(classifier: Classifier, stages: Stages, *, scored: bool = False) -> System:
    """Recognition, pairing and a classifier as one system; the rules read of the context what it leaves open."""

    def run(articles: Sequence[Article]) -> list[list[Finding]]:
        batch = stages.candidates(stages.recognise(articles))
        return [
            findings_of(annotated, decisions, model=classifier.name)
            for (annotated, _), decisions in zip(batch, classifier.decide(batch), strict=True)
        ]

    return System(classifier.name, run, classifier, scored)


def miner_system(miner: Mines, name: str, *, classifier: Classifier | None = None, scored: bool = True) -> System:
    """The whole program as one system."""

    def run(articles: Sequence[Article]) -> list[list[Finding]]:
        return [findings for _, findings in miner.mine(articles)]

    return System(name, run, classifier, scored)
