"""``make soak``: the long form of every scenario, and the figures of it.

What was injected, how often, and what was lost goes to ``-o FILE``, from where ``extractor benchmark render`` takes it
into the README. Exit code 1 when anything was lost or wrong.
"""

from __future__ import annotations

import argparse
import dataclasses
import faulthandler
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractor.provenance import package_version
from soak import crashes, fuzzing, hostile, invariants, memory, pubmed, trouble
from soak.sizes import LONG, SHORT, Sizes, sizes_for
from soak.targets import TARGETS
from soak.zygote import Zygote

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "bulk.jsonl.gz"
MOULDS = ROOT.parent / "shared" / "pubmed_xml" / "baseline"
_LIMIT = 7_200
"""Seconds after which a scenario is ended, with a traceback of every thread."""
Row = dict[str, Any]


def main() -> int:
    """Run what is asked for, and write the figures after each scenario."""
    arguments = _arguments()
    sizes = _sizes(arguments)
    kept = _kept(arguments)
    wrong = []
    for name in arguments.only or SCENARIOS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        kept[name] = _run(name, sizes, arguments.seed)
        _write(arguments.output, kept)
        wrong += kept[name]["wrong"]
        for each in (*kept[name]["wrong"], *(f"skipped: {reason}" for reason in kept[name]["skipped"])):
            print(f"  {each}", file=sys.stderr, flush=True)
    return 1 if wrong else 0


def _run(name: str, sizes: Sizes, seed: int) -> dict[str, Any]:
    """One scenario: its rows, what was skipped, what went wrong, and its details."""
    said: dict[str, Any] = {
        "version": package_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed": seed,
        "sizes": dataclasses.asdict(sizes),
        "seconds": 0.0,
        "rows": [],
        "skipped": [],
        "wrong": [],
    }
    began = time.monotonic()
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        for row in SCENARIOS[name](Path(folder), sizes, seed, said):
            said["rows"].append(row)
            print(f"  {row}", file=sys.stderr, flush=True)
    faulthandler.cancel_dump_traceback_later()
    said["seconds"] = round(time.monotonic() - began, 1)
    print(f"  {said['seconds']:,.0f} s", file=sys.stderr, flush=True)
    return said


def _kept(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Scenarios of an earlier run that are not run again; none where all are."""
    if not arguments.only or not arguments.output.exists():
        return {}
    scenarios = json.loads(arguments.output.read_text(encoding="utf-8"))["scenarios"]
    return {name: said for name, said in scenarios.items() if name in SCENARIOS}


def _write(path: Path, scenarios: dict[str, dict[str, Any]]) -> None:
    """Everything there is, in the order of the scenarios."""
    there = {name: scenarios[name] for name in SCENARIOS if name in scenarios}
    result = {
        "schema": 1,
        "name": "soak",
        "kind": "soak",
        "version": package_version(),
        "date": max(said["date"] for said in there.values()),
        "seconds": round(sum(said["seconds"] for said in there.values()), 1),
        **{each: [one for said in there.values() for one in said[each]] for each in ("rows", "skipped", "wrong")},
        "scenarios": there,
    }
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="gets the figures")
    parser.add_argument("--short", action="store_true", help="sizes of the test suite")
    parser.add_argument("--seconds", type=int, help="sizes for a run of about so long; the long form takes 4,500")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", choices=list(SCENARIOS), help="a scenario; may be repeated")
    for field in dataclasses.fields(Sizes):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, help=f"in place of the size {field.name}")
    return parser.parse_args()


def _sizes(arguments: argparse.Namespace) -> Sizes:
    given = {field.name: getattr(arguments, field.name) for field in dataclasses.fields(Sizes)}
    chosen = {name: value for name, value in given.items() if value is not None}
    usual = SHORT if arguments.short else LONG if arguments.seconds is None else sizes_for(arguments.seconds)
    return dataclasses.replace(usual, **chosen)


def _row(area: str, injected: str, times: int, wrong: int, seen: str) -> Row:
    return {"area": area, "injected": injected, "times": times, "wrong": wrong, "seen": seen}


def _pubmed(folder: Path, sizes: Sizes, seed: int, result: dict[str, Any]) -> Iterator[Row]:
    done = pubmed.run(folder, requests=sizes.requests, seed=seed)
    result["wrong"] += done.wrong
    result["pubmed"] = {"requests": done.requests, "fetches": done.fetches, "injected": dict(done.injected)}
    bad = len(done.lost) + len(done.twice) + len(done.foreign) + len(done.wrong)
    result["wrong"] += [f"PubMed: lost {done.lost[:5]}, twice {done.twice[:5]}"] if bad else []
    yield _row(
        "PubMed",
        f"faults of {len(done.injected)} kinds in {done.requests:,} requests",
        sum(done.injected.values()),
        bad,
        f"{done.expected:,} ids asked for, {done.arrived:,} arrived once, {done.named:,} named as missing",
    )
    fast = (done.fastest[0] > 3 or done.fastest[1] > 10) and not done.forced
    if done.forced:
        result["skipped"].append(f"the exact pace of requests: this machine held a thread up {done.forced} times")
    result["wrong"] += (
        [f"PubMed: too fast: {done.fastest}, too early: {done.too_early}"] if fast or done.too_early else []
    )
    yield _row(
        "PubMed",
        "requests, timed at the server",
        done.requests,
        int(fast) + done.too_early,
        f"at most {done.fastest[0]} within a second without a key, {done.fastest[1]} with one",
    )


def _crash(folder: Path, sizes: Sizes, seed: int, result: dict[str, Any]) -> Iterator[Row]:
    with Zygote() as zygote:
        done = crashes.run(folder, zygote, kills=sizes.kills, seed=seed)
    result["wrong"] += done.different
    for name, kills in done.kills.items():
        wrong = sum(each.startswith((f"{name},", f"{name}:")) for each in done.different)
        yield _row("Crash", f"SIGKILL during {name}", kills, wrong, "after a restart as if undisturbed")


def _trouble(folder: Path, _sizes: Sizes, _seed: int, result: dict[str, Any]) -> Iterator[Row]:
    with Zygote() as zygote, Zygote() as other:
        done = trouble.run(folder, zygote, other)
    result["wrong"] += done.wrong
    result["skipped"] += done.skipped
    for kind, times in done.tried.items():
        said = "each with its own result, or one line" if kind == "two writers" else "one line, nothing damaged"
        yield _row("Storage", kind, times, len(done.wrong), said)


def _hostile(folder: Path, sizes: Sizes, _seed: int, result: dict[str, Any]) -> Iterator[Row]:
    with Zygote() as zygote:
        done = hostile.run(folder, zygote, bomb=sizes.bomb, token=sizes.token, text=sizes.text)
    result["wrong"] += done.wrong
    seen = (
        f"slowest {done.slowest[0]} s ({done.slowest[1]}), most memory {done.largest[0]:.0f} MiB ({done.largest[1]}); "
        f"bombs of {sizes.bomb >> 20:,} MiB, words of {sizes.token >> 20} MiB"
    )
    yield _row("Input", "bombs, nesting, null bytes, half characters, long words", done.tried, len(done.wrong), seen)


def _fuzz(folder: Path, sizes: Sizes, _seed: int, result: dict[str, Any]) -> Iterator[Row]:
    random, guided = fuzzing.Outcome(), fuzzing.Outcome()
    for name in TARGETS:
        fuzzing.run_hypothesis(name, examples=sizes.examples, outcome=random)
        fuzzing.watch_memory(name, rounds=sizes.rounds if name != "text" else sizes.rounds // 10, outcome=random)
        if sizes.fuzz_seconds:
            fuzzing.run_coverage_guided(name, folder, seconds=sizes.fuzz_seconds, outcome=guided)
    result["wrong"] += random.wrong + guided.wrong
    result["skipped"] += sorted({*random.skipped, *guided.skipped})
    result["fuzz"] = {"hypothesis": random.inputs, "coverage_guided": guided.inputs, "growth": random.growth}
    slowest = max(random.slowest.items(), key=lambda pair: pair[1])
    yield _row(
        "Input",
        f"damaged input for {len(random.inputs)} readers (hypothesis)",
        sum(random.inputs.values()),
        len(random.wrong),
        f"slowest {slowest[1]:.1f} s ({slowest[0]}); memory grew by at most {max(random.growth.values()):.1f} MiB",
    )
    if guided.inputs:
        seen = f"{sizes.fuzz_seconds} s per reader"
        injected = f"coverage-guided input for {len(guided.inputs)} readers (atheris)"
        yield _row("Input", injected, sum(guided.inputs.values()), len(guided.wrong), seen)


def _invariants(_folder: Path, sizes: Sizes, _seed: int, result: dict[str, Any]) -> Iterator[Row]:
    if not CORPUS.is_file():
        result["skipped"].append("invariants: the corpora are not beside the checkout")
        return
    jobs = () if sizes.again <= SHORT.again else (1, 3)
    done = invariants.run(CORPUS, records=sizes.records, classifiers=[None], jobs=jobs, again=sizes.again)
    result["wrong"] += done.wrong
    findings = ", ".join(f"{number:,} findings of {name}" for name, number in done.findings.items())
    yield _row(
        "Invariants",
        "records of the corpus, offsets and evidence compared with the text",
        done.records,
        len(done.wrong),
        f"{done.spans:,} offsets exact, {findings}",
    )
    ways = "; ".join(done.compared)
    yield _row(
        "Invariants", f"articles mined again: {ways}", sum(done.compared.values()), len(done.wrong), "same bytes"
    )


def _memory(folder: Path, sizes: Sizes, _seed: int, result: dict[str, Any]) -> Iterator[Row]:
    if not (CORPUS.is_file() and MOULDS.is_dir()):
        result["skipped"].append("memory: the corpora are not beside the checkout")
        return
    done = memory.run(folder, CORPUS, sorted(MOULDS.glob("*.xml.gz")), records=sizes.mined, jobs=os.cpu_count() or 1)
    result["wrong"] += done.wrong
    result["memory"] = {"workers": done.workers, "parent": done.parent, "findings": done.findings}
    warm, largest = max(done.workers, key=lambda sizes: sizes[1] - sizes[0])
    yield _row(
        "Memory",
        f"records mined by {len(done.workers)} workers that live on",
        done.records,
        len(done.wrong),
        f"the worker that grew most: {warm:.0f} MiB when warm, {largest:.0f} MiB at most; the process that hands out"
        f" shards: {done.parent[0]:.0f} and {done.parent[1]:.0f} MiB",
    )


SCENARIOS: dict[str, Callable[[Path, Sizes, int, dict[str, Any]], Iterator[Row]]] = {
    "pubmed": _pubmed,
    "crash": _crash,
    "storage": _trouble,
    "hostile": _hostile,
    "fuzz": _fuzz,
    "invariants": _invariants,
    "memory": _memory,
}


if __name__ == "__main__":
    sys.exit(main())
