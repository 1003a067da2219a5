"""All measurements of one run, as the stored result."""

from __future__ import annotations

import datetime
import gzip
import importlib.util
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from extractor.benchmark.result import SCHEMA_VERSION
from extractor.benchmark.speed import mining, rivals, workers
from extractor.benchmark.speed.shards import Moulds, write_shards
from extractor.benchmark.speed.timing import Contender, Race, Spread, race, spread
from extractor.mining import Miner, load_classifier
from extractor.pipeline import build_pipeline
from extractor.provenance import package_version
from extractor.records import Article, Json
from extractor.vocabulary import load_vocabulary

NAME = "speed"
OURS = "this program"
_LIMIT_READING, _ENTREZ = "bare lxml: a tree and nothing else", "Bio.Entrez.read"
_LIMIT_PREFILTER = "bare pyahocorasick: all places, no rules"
_CYTOKINES = "its look for cytokines alone"
_CONFIRMED = "the same confirmed (`names_cytokine`)"
_SMALL = "scispaCy `sm` architecture"
_RIVALS = ("lxml", "biopython", "pyahocorasick", "spacy", "onnxruntime", "numpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured.

    Attributes:
        repeats: rounds of each contest and of each number of workers.
        shard: records of a shard.
        read: shards that the readers read.
        slow: texts of ``bulk`` for the rival that is slow.
        batches: sizes of the classifier's batches.
        jobs: numbers of workers, 1 among them; nothing is run with workers where there is none.
    """

    repeats: int = 3
    shard: int = 250
    read: int = 4
    slow: int = 50
    batches: tuple[int, ...] = (1, 16, 64)
    jobs: tuple[int, ...] = (1, 2, 4)


def speed_benchmark(
    *,
    bulk: Sequence[Article],
    direct: Sequence[Article],
    records: Sequence[Path],
    sizes: Sizes,
    classifier: str | None = None,
    told: Callable[[str], None] = lambda _line: None,
) -> Json:
    """Measure everything.

    Args:
        bulk: any abstracts.
        direct: abstracts that mostly have findings.
        records: PubMed XML files (gzip) whose records are the moulds of the shards.
        sizes: how much.
        classifier: as ``mining.load_classifier`` takes it.
        told: told what is measured next.

    Raises:
        InputError: a file does not fit, or a run over shards failed.
        ModelError: no such classifier.
    """
    miner = Miner(classifier=load_classifier(classifier))
    nlp = build_pipeline()
    with tempfile.TemporaryDirectory() as scratch:
        shards = write_shards(bulk, Moulds(records), Path(scratch), size=sizes.shard)
        shard = min(sizes.shard, len(bulk))
        told("reading")
        contests = {"reading": _against(_readers(shards[: sizes.read]), sizes)}
        told("prefilter")
        contests["prefilter"] = _against(_searches(bulk), sizes)
        small = rivals.small_architecture()
        for name, articles, some in (("direct", direct, direct), ("bulk", bulk, bulk[: sizes.slow])):
            told(f"whole pipeline on {name}")
            contenders = {OURS: mining.mining(miner, articles), _SMALL: mining.piping(small, some)}
            contests[name] = _against(contenders, sizes)
        told("classifier")
        contests["batches"] = _batches(mining.classifying(miner.classifier, nlp, direct, sizes.batches), sizes)
        options = () if classifier is None else ("--classifier", classifier)
        return {
            "schema": SCHEMA_VERSION,
            "name": NAME,
            "kind": NAME,
            "version": package_version(),
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "cpu": {"model": cpu_model(), "cores": os.cpu_count() or 1},
            "versions": _versions(),
            "classifier": miner.classifier.name,
            "repeats": sizes.repeats,
            "n": {
                "bulk": mining.kinds(nlp, bulk),
                "direct": mining.kinds(nlp, direct),
                "shards": len(shards),
                "shard": shard,
                "read": min(sizes.read, len(shards)) * shard,
                "bytes": _bytes(shards) / (len(shards) * shard),
            },
            "contests": contests,
            "stages": mining.shares(nlp, miner.classifier, direct),
            **_with_workers(shards, shard, sizes, options, told),
        }


def _readers(shards: Sequence[Path]) -> Mapping[str, Contender]:
    return {
        OURS: lambda: rivals.read_ours(shards),
        _LIMIT_READING: lambda: rivals.read_lxml(shards),
        _ENTREZ: lambda: rivals.read_entrez(shards),
    }


def _searches(articles: Sequence[Article]) -> Mapping[str, Contender]:
    vocabulary = load_vocabulary()
    names = {
        name for each in vocabulary.cytokines.values() for name in (each.symbol, each.name, *each.synonyms) if name
    }
    return {
        OURS: mining.searching(vocabulary.lacks, articles),
        _CYTOKINES: mining.searching(partial(vocabulary.lacks, kinds=("cytokine",)), articles),
        _CONFIRMED: mining.searching(vocabulary.names_cytokine, articles),
        _LIMIT_PREFILTER: mining.searching(rivals.bare_search(sorted(names)), articles),
    }


def _against(contenders: Mapping[str, Contender], sizes: Sizes) -> Json:
    """This program against the others, another form of itself apart."""
    done = race(contenders, repeats=sizes.repeats)
    others = [name for name in contenders if name not in {OURS, _CYTOKINES, _CONFIRMED}]
    return _contest(done, {other: done.times_as_fast(OURS, other) for other in others})


def _batches(contenders: Mapping[str, Contender], sizes: Sizes) -> Json:
    """Batches of each size against the first."""
    done = race(contenders, repeats=sizes.repeats)
    first, *others = contenders
    ratios = {f"batches of {size}": done.times_as_fast(size, first) for size in others}
    return _contest(Race({f"batches of {size}": rates for size, rates in done.rates.items()}), ratios)


def _contest(done: Race, ratios: Mapping[str, Spread]) -> Json:
    return {
        "per_second": {name: done.per_second(name)._asdict() for name in done.rates},
        "times_as_fast": {name: ratio._asdict() for name, ratio in ratios.items()},
    }


def _with_workers(
    shards: Sequence[Path], size: int, sizes: Sizes, options: Sequence[str], told: Callable[[str], None]
) -> Json:
    """The process pool with each number of workers, and Ray with the most, in turn."""
    absent = why_no_ray()
    plans = [("local", jobs) for jobs in sizes.jobs]
    plans += [("ray", max(sizes.jobs))] if plans and not absent else []
    runs: dict[tuple[str, int], list[workers.Run]] = {plan: [] for plan in plans}
    for turn in range(sizes.repeats):
        for engine, jobs in plans:
            told(f"shards, --engine {engine} --jobs {jobs}, round {turn + 1}")
            runs[engine, jobs].append(workers.mine_shards(shards, engine=engine, jobs=jobs, size=size, options=options))
    found = {plan: _summary(each) for plan, each in runs.items()}
    ray = next(({**said, "jobs": jobs} for (engine, jobs), said in found.items() if engine == "ray"), None)
    return {
        "workers": {str(jobs): said for (engine, jobs), said in found.items() if engine == "local"},
        "ray": ray or {"absent": absent or "no workers were asked for"},
    }


def why_no_ray() -> str:
    """Why Ray cannot be run here; empty where it can."""
    return "it is not installed (extra `ray`)" if importlib.util.find_spec("ray") is None else ""


def _summary(runs: Sequence[workers.Run]) -> Json:
    return {
        "per_second": spread([run.per_second for run in runs])._asdict(),
        "seconds": spread([run.seconds for run in runs])._asdict(),
        "peak": max(run.peak for run in runs),
    }


def _bytes(shards: Sequence[Path]) -> int:
    return sum(len(gzip.decompress(path.read_bytes())) for path in shards)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: package_version(name) for name in _RIVALS}


def cpu_model() -> str:
    """What the processor calls itself; its architecture where it does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
