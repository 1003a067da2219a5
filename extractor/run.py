"""One run over inputs: every record read, mined and accounted for, in input order, in one process or several.

What comes out does not depend on the number of processes: records are dealt out in portions and gathered in order.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from extractor.errors import ExtractorError, RecordError
from extractor.formats import expand, read
from extractor.mentions import count_unnormalised
from extractor.mining import Miner, for_human, load_classifier
from extractor.pipeline import build_pipeline
from extractor.records import AnnotatedArticle, Article, Finding, Kind

Outcome: TypeAlias = Literal[
    "deleted", "no_abstract", "no_cytokine", "no_fluid", "no_finding", "with_findings", "failed"
]
Input: TypeAlias = tuple[str, Article] | RecordError
"""A record with the file it stands in, or why it could not be read."""
_Answer: TypeAlias = tuple[Outcome, list[Finding], str, tuple[tuple[Kind, str], ...]]
"""What became of a record, its findings, why it failed, and the names without a concept in it."""

PORTION = 64
"""Records handed to a process at a time."""
_AHEAD = 3
_FAULTS = (ExtractorError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, MemoryError)
"""What one odd text can bring about in the libraries; it costs that record only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerSettings:
    """What a process needs to build its own ``Miner``.

    Attributes:
        classifier: as ``mining.load_classifier`` takes it.
        ner: installed spaCy pipeline to use as well.
        min_score: findings below it are left out.
        prefilter: as ``Miner`` takes it.
    """

    classifier: str | None = None
    ner: str | None = None
    min_score: float = 0.0
    prefilter: bool = True

    def build(self) -> Miner:
        """The miner.

        Raises:
            ModelError: a model is missing or does not fit.
        """
        return Miner(
            nlp=build_pipeline(ner=self.ner),
            classifier=load_classifier(self.classifier),
            min_score=self.min_score,
            batch_size=PORTION,
            prefilter=self.prefilter,
        )


@dataclass(slots=True)
class Counts:
    """What became of the records; ``read`` is the sum of the outcomes.

    Attributes:
        read: records that came in, broken ones and ``DeleteCitation`` ids among them.
        findings: number of findings.
        for_human: those of them whose score is below what the model is sure from.
    """

    read: int = 0
    deleted: int = 0
    no_abstract: int = 0
    no_cytokine: int = 0
    no_fluid: int = 0
    no_finding: int = 0
    with_findings: int = 0
    failed: int = 0
    findings: int = 0
    for_human: int = 0

    def add(self, result: Result) -> None:
        """Count one record."""
        self.read += 1
        setattr(self, result.outcome, getattr(self, result.outcome) + 1)
        self.findings += len(result.findings)
        self.for_human += sum(map(for_human, result.findings))


@dataclass(frozen=True, slots=True)
class Result:
    """One record and what became of it.

    Attributes:
        outcome: the first that holds of ``failed``, ``deleted``, ``with_findings``, ``no_abstract``,
            ``no_fluid`` (it may name a cytokine), ``no_cytokine``, ``no_finding``.
        article: None where it could not be read.
        error: why it failed, else None.
        unnormalised: kind and spelling of the names seen in it that no concept is known for.
    """

    outcome: Outcome
    article: Article | None = None
    findings: tuple[Finding, ...] = field(default=())
    error: RecordError | None = None
    unnormalised: tuple[tuple[Kind, str], ...] = ()


def read_inputs(paths: Iterable[str | Path]) -> Iterator[Input]:
    """Records and errors of the inputs, in order; each record with its file.

    Raises:
        InputError: a path leads nowhere (raised before anything is read).
    """
    return _read_each(expand(paths))


def _read_each(names: Iterable[str]) -> Iterator[Input]:
    for name in names:
        errors: deque[RecordError] = deque()
        for article in read([name], on_error=errors.append):
            while errors:
                yield errors.popleft()
            yield name, article
        yield from errors


def mine_inputs(
    inputs: Iterable[Input],
    settings: MinerSettings,
    *,
    jobs: int = 1,
    limit: int | None = None,
    miner: Miner | None = None,
) -> Iterator[Result]:
    """Mine records, in order.

    Args:
        inputs: from :func:`read_inputs`, or articles under any name.
        settings: of the miner.
        jobs: processes; 1 works in this one.
        limit: the most records taken.
        miner: one that was built from these settings before, to work in this process.

    Raises:
        ModelError: a model is missing or does not fit.
        ExtractorError: a process was killed.
    """
    stream = iter(inputs) if limit is None else islice(inputs, limit)
    portions = iter(lambda: list(islice(stream, PORTION)), [])
    if jobs <= 1:
        mine = partial(mine_portion, miner or settings.build())
        yield from _gather(_mined(portions, mine))
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_ignore_interrupts)
    try:
        yield from _gather(_pooled(pool, portions, settings, window=_AHEAD * jobs))
    except BrokenProcessPool:
        raise ExtractorError("a worker process was killed, out of memory perhaps: try fewer --jobs") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def mine_portion(miner: Miner, articles: Sequence[Article]) -> list[_Answer]:
    """Outcome, findings and reason of failure of each article; a fault costs the article that brings it about."""
    try:
        return [_answer(annotated, found) for annotated, found in miner.mine_annotated(articles)]
    except _FAULTS as fault:
        if len(articles) == 1:
            reason = " ".join(str(fault).split())[:300]
            return [("failed", [], f"{type(fault).__name__}: {reason}", ())]
        return [answer for article in articles for answer in mine_portion(miner, [article])]


def _answer(annotated: AnnotatedArticle, findings: list[Finding]) -> _Answer:
    outcome: Outcome = "no_finding"
    if findings:
        outcome = "with_findings"
    elif not annotated.article.abstract.strip():
        outcome = "no_abstract"
    elif (missing := _missing(annotated)) is not None:
        outcome = missing
    unknown = count_unnormalised([annotated])
    return outcome, findings, "", tuple(unknown.elements())


def _missing(annotated: AnnotatedArticle) -> Outcome | None:
    """What the text does not name, where that is why nothing can be found; it is read no further without a fluid."""
    named = {mention.kind for mention in annotated.mentions if mention.concept is not None}
    if annotated.lacks == "cytokine" or named == {"fluid"}:
        return "no_cytokine"
    return None if "fluid" in named else "no_fluid"


def _articles(portion: Sequence[Input]) -> list[Article]:
    return [each[1] for each in portion if not isinstance(each, RecordError) and not each[1].deleted]


_Portion: TypeAlias = tuple[Sequence[Input], list[_Answer]]


def _mined(portions: Iterator[list[Input]], mine: Callable[[list[Article]], list[_Answer]]) -> Iterator[_Portion]:
    for portion in portions:
        yield portion, mine(_articles(portion))


def _pooled(
    pool: ProcessPoolExecutor, portions: Iterator[list[Input]], settings: MinerSettings, *, window: int
) -> Iterator[_Portion]:
    """The same by a pool, with at most ``window`` portions under way."""
    waiting: deque[tuple[list[Input], Future[list[_Answer]]]] = deque()
    for portion in portions:
        waiting.append((portion, pool.submit(_mine_in_worker, settings, _articles(portion))))
        if len(waiting) >= window:
            first, job = waiting.popleft()
            yield first, job.result()
    while waiting:
        first, job = waiting.popleft()
        yield first, job.result()


def _ignore_interrupts() -> None:
    """Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _worker_miner(settings: MinerSettings) -> Miner:
    return settings.build()


def _mine_in_worker(settings: MinerSettings, articles: list[Article]) -> list[_Answer]:
    return mine_portion(_worker_miner(settings), articles)


def _gather(portions: Iterable[_Portion]) -> Iterator[Result]:
    for portion, found in portions:
        answers = iter(found)
        for each in portion:
            if isinstance(each, RecordError):
                yield Result("failed", error=each)
            elif each[1].deleted:
                yield Result("deleted", each[1])
            else:
                yield _result(each, next(answers))


def _result(record: tuple[str, Article], answer: _Answer) -> Result:
    (file, article), (outcome, findings, reason, unnormalised) = record, answer
    error = RecordError(file, article.id, "mine", reason) if outcome == "failed" else None
    return Result(outcome, article, tuple(findings), error, unnormalised)
