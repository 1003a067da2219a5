"""Memory over many records: a few shards mined again and again by workers that live on, watched at every shard."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from extractor.batch.engine_local import mine_locally
from extractor.batch.running import run_batch
from extractor.batch.shards import Shard
from extractor.benchmark.speed.shards import Moulds, write_shards
from extractor.formats import read
from extractor.run import MinerSettings
from soak.fuzzing import resident

_SHARDS, _SIZE = 40, 250
_WARM = 0.1
"""Part of a worker's shards after which it has loaded what it needs."""
_GROWTH = 64.0
"""MiB that a process may have grown by since."""


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        records: mined.
        findings: of them.
        workers: resident MiB of each worker, warm and at its largest after that.
        parent: the same of the process that hands out the shards.
        wrong: one line each.
    """

    records: int = 0
    findings: int = 0
    workers: list[tuple[float, float]] = field(default_factory=list)
    parent: tuple[float, float] = (0.0, 0.0)
    wrong: list[str] = field(default_factory=list)


def run(folder: Path, texts: Path, moulds: Sequence[Path], *, records: int, jobs: int) -> Outcome:
    """Mine so many records, in shards that are PubMed XML, each under many names.

    Args:
        folder: an empty one.
        texts: a file with abstracts.
        moulds: PubMed XML whose records lend their form.
        records: at least so many.
        jobs: worker processes.
    """
    shards = _shards(folder, texts, moulds, records=records)
    seen: dict[int, list[float]] = defaultdict(list)

    def started(_shard: Shard, process: int) -> None:
        seen[process].append(resident(process))
        seen[os.getpid()].append(resident(os.getpid()))

    engine = partial(mine_locally, jobs=jobs, started=started)
    report = run_batch(shards, folder / "out", settings=MinerSettings(), engine=engine)
    outcome = Outcome(report.counts.read, report.counts.findings)
    outcome.wrong += [f"{path}: {reason}" for path, reason in report.failed.items()]
    outcome.parent = _warm_and_largest([*seen.pop(os.getpid()), resident(os.getpid())])
    outcome.workers = [_warm_and_largest(sizes) for sizes in seen.values()]
    for name, (warm, largest) in (("the parent", outcome.parent), *(("a worker", each) for each in outcome.workers)):
        if largest - warm > _GROWTH:
            outcome.wrong.append(f"{name} grew from {warm:.0f} to {largest:.0f} MiB")
    if len(seen) != jobs:
        outcome.wrong.append(f"{len(seen)} workers lived, {jobs} were asked for")
    return outcome


def _shards(folder: Path, texts: Path, moulds: Sequence[Path], *, records: int) -> list[Path]:
    """Real shards of different texts, and as many links to them as make up the number."""
    real = folder / "real"
    real.mkdir()
    articles = list(itertools.islice(read([texts], on_error=_refuse), min(records, _SHARDS * _SIZE)))
    written = write_shards(articles, Moulds(moulds), real, size=_SIZE)
    links = []
    for number in range(-(-records // _SIZE)):
        link = folder / f"linked{number:05}.xml.gz"
        link.symlink_to(written[number % len(written)])
        links.append(link)
    return links


def _refuse(error: Exception) -> None:
    raise error


def _warm_and_largest(sizes: Sequence[float]) -> tuple[float, float]:
    """What a process took after its first shards, and the most it took from then on."""
    later = sizes[max(1, int(len(sizes) * _WARM)) :] or sizes
    return later[0], max(later)
