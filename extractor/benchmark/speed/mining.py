"""The whole path from text to findings, stage by stage, and the classifier in batches of several sizes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from spacy.language import Language

from extractor.benchmark.speed.timing import Clock, Contender
from extractor.candidates import find_candidates
from extractor.mentions import annotate
from extractor.mining import Classifier, Miner, findings_of
from extractor.records import AnnotatedArticle, Article, Candidate

STAGES = ("recognise", "pair", "decide", "context")
_PORTION = 64


def mining(miner: Miner, articles: Sequence[Article]) -> Contender:
    """The program itself, from articles to findings."""
    return lambda: sum(1 for _ in miner.mine(articles))


def piping(nlp: Language, articles: Sequence[Article]) -> Contender:
    """A spaCy pipeline over the same texts."""
    texts = [article.text for article in articles]
    return lambda: sum(1 for _ in nlp.pipe(texts, batch_size=_PORTION))


def searching(search: Callable[[str], object], articles: Sequence[Article]) -> Contender:
    """A search in each text."""
    texts = [article.text for article in articles]

    def run() -> int:
        for text in texts:
            search(text)
        return len(texts)

    return run


def shares(
    nlp: Language, classifier: Classifier, articles: Sequence[Article], *, clock: Clock = time.perf_counter
) -> dict[str, float]:
    """Which share of the time each of :data:`STAGES` takes."""
    marks = [clock()]
    annotated = list(annotate(nlp, articles, batch_size=_PORTION, prefilter=True))
    marks.append(clock())
    pairs = [(each, find_candidates(each)) for each in annotated]
    marks.append(clock())
    decided = classifier.decide(pairs)
    marks.append(clock())
    for each, decisions in zip(annotated, decided, strict=True):
        findings_of(each, decisions, model=classifier.name)
    marks.append(clock())
    total = marks[-1] - marks[0]
    return {name: (marks[i + 1] - marks[i]) / total for i, name in enumerate(STAGES)}


def classifying(
    classifier: Classifier, nlp: Language, articles: Sequence[Article], sizes: Sequence[int]
) -> Mapping[str, Contender]:
    """The classifier alone on recognised articles, in batches of these sizes."""
    annotated = annotate(nlp, articles, batch_size=_PORTION, prefilter=True)
    pairs = [(each, find_candidates(each)) for each in annotated]
    return {str(size): _in_batches(classifier, pairs, size) for size in sizes}


def _in_batches(
    classifier: Classifier, pairs: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]], size: int
) -> Contender:
    def run() -> int:
        for start in range(0, len(pairs), size):
            classifier.decide(pairs[start : start + size])
        return len(pairs)

    return run


def kinds(nlp: Language, articles: Sequence[Article]) -> dict[str, int]:
    """How many of the articles there are, may name a fluid, and a cytokine as well, and have a pair to decide on."""
    found = Counter[str](articles=len(articles))
    for each in annotate(nlp, articles, batch_size=_PORTION, prefilter=True):
        found["fluid"] += each.lacks != "fluid"
        found["spotted"] += each.lacks is None
        found["paired"] += bool(find_candidates(each))
    return {name: found[name] for name in ("articles", "fluid", "spotted", "paired")}
