"""What holds for every record of the corpus: exact offsets, verbatim evidence, and an output that nothing sways."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extractor.contract import finding_line
from extractor.formats import read
from extractor.mining import Classifier, Miner, load_classifier
from extractor.pipeline import build_pipeline
from extractor.records import Article
from extractor.run import MinerSettings, mine_inputs
from soak.targets import check_finding

BATCHES = (1, 7, 64)
THREADS = 3
_LIMIT = 3_600.0
"""Seconds after which a thread is given up."""


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        records: read.
        findings: checked, by classifier.
        spans: offsets compared with the text.
        compared: articles mined again, by what was different.
        wrong: one line each.
    """

    records: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    spans: int = 0
    compared: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(
    corpus: Path,
    *,
    records: int | None,
    classifiers: Sequence[str | None],
    jobs: Sequence[int] = (),
    again: int | None = None,
) -> Outcome:
    """Mine the corpus and check every finding; mine what names a cytokine again in every other way.

    Args:
        corpus: a file with abstracts.
        records: the first so many; all where None.
        classifiers: names as ``load_classifier`` takes them.
        jobs: numbers of processes to try as well.
        again: at most so many articles are mined again, taken evenly from all; all where None.
    """
    outcome = Outcome()
    nlp = build_pipeline()
    telling: list[Article] = []
    for place, name in enumerate(classifiers):
        classifier = load_classifier(name)
        miner = Miner(nlp=nlp, classifier=classifier)
        source: Iterable[Article] = telling if place else _articles(corpus, records, outcome)
        lines: dict[str, list[str]] = {}
        for annotated, findings in miner.mine_annotated(source):
            article = annotated.article
            _check(outcome, article, annotated.mentions)
            for finding in findings:
                _checked(outcome, lambda f=finding, a=article: check_finding(a, f))  # type: ignore[misc]
                outcome.spans += 2 + (finding.fluid_mention is not None) + len(finding.also)
            if any(each.kind == "cytokine" and each.concept for each in annotated.mentions):
                lines[article.id] = [finding_line(finding) for finding in findings]
                if not place:
                    telling.append(article)
        outcome.findings[classifier.name] = sum(map(len, lines.values()))
        chosen = telling if again is None else telling[:: max(1, -(-len(telling) // again))]
        expected = {article.id: lines[article.id] for article in chosen}
        _again(outcome, chosen, classifier, expected)
        for number in jobs:
            _by_processes(outcome, chosen, name, expected, number)
    return outcome


def _articles(corpus: Path, records: int | None, outcome: Outcome) -> Iterator[Article]:
    """The records with their text as it stands in the file."""
    with gzip.open(corpus, "rt", encoding="utf-8") as raw:
        stream = read([corpus], on_error=lambda error: outcome.wrong.append(str(error)))
        for article, line in itertools.islice(zip(stream, raw, strict=True), records):
            outcome.records += 1
            given = json.loads(line)
            if (article.title, article.abstract) != (given["title"] or "", given["abstract"] or ""):
                outcome.wrong.append(f"{article.id}: the text is not the one in the file")
            yield article


def _check(outcome: Outcome, article: Article, mentions: Iterable[object]) -> None:
    for mention in mentions:
        outcome.spans += 1
        if article.text[slice(*mention.span)] != mention.text:  # type: ignore[attr-defined]
            outcome.wrong.append(f"{article.id}: {mention} is not in the text")


def _checked(outcome: Outcome, check: object) -> None:
    try:
        check()  # type: ignore[operator]
    except AssertionError as error:
        outcome.wrong.append(str(error)[:300])


def _again(outcome: Outcome, telling: list[Article], classifier: Classifier, lines: dict[str, list[str]]) -> None:
    """Other batch sizes in other orders, the same again, and several threads at once."""
    chance = random.Random(0)
    nlp = build_pipeline()
    for size in BATCHES:
        miner = Miner(nlp=nlp, classifier=classifier, batch_size=size)
        order = chance.sample(telling, len(telling))
        _compare(outcome, f"batches of {size}, another order", miner, order, lines)
    found: dict[str, list[str]] = {}

    def work(part: Sequence[Article]) -> None:
        miner = Miner(nlp=build_pipeline(), classifier=classifier)
        found.update({a.id: [finding_line(f) for f in findings] for a, findings in miner.mine(part)})

    threads = [threading.Thread(target=work, args=(telling[start::THREADS],), daemon=True) for start in range(THREADS)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + _LIMIT
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        outcome.wrong.append(f"threads: not done after {_LIMIT:,.0f} s")
    _tell(outcome, f"{THREADS} threads", found, lines)


def _compare(
    outcome: Outcome, what: str, miner: Miner, articles: Sequence[Article], lines: dict[str, list[str]]
) -> None:
    _tell(outcome, what, {a.id: [finding_line(f) for f in findings] for a, findings in miner.mine(articles)}, lines)


def _by_processes(
    outcome: Outcome, telling: list[Article], name: str | None, lines: dict[str, list[str]], jobs: int
) -> None:
    results = mine_inputs((("corpus", article) for article in telling), MinerSettings(classifier=name), jobs=jobs)
    found = {r.article.id: [finding_line(f) for f in r.findings] for r in results if r.article is not None}
    _tell(outcome, f"{jobs} processes", found, lines)


def _tell(outcome: Outcome, what: str, found: dict[str, list[str]], lines: dict[str, list[str]]) -> None:
    outcome.compared[what] = outcome.compared.get(what, 0) + len(found)
    if found.keys() != lines.keys():
        outcome.wrong.append(f"{what}: {len(found)} articles of {len(lines)}")
    different = [each for each in lines if found.get(each) != lines[each]]
    if different:
        outcome.wrong.append(f"{what}: {len(different)} articles give other bytes, for example {different[0]}")
