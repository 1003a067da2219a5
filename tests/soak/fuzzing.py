"""Damaged input by the thousand: hypothesis, and coverage-guided with atheris where it is installed."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soak.mutations import TOKENS, damaged
from soak.seeds import seeds
from soak.targets import TARGETS, silently

MOST_SECONDS = 10
"""For one input of at most 64 KiB, on a busy machine."""
_HANGS = 60.0
"""Seconds after which an input is given up."""
_MEMORY = 2_048
"""MiB that one fuzzing process may hold."""
_MIB = 1 << 20
_TESTS = Path(__file__).resolve().parent.parent
_RUNS = re.compile(r"Done (\d+) runs|#(\d+)\s")


class HangError(AssertionError):
    """A target does not come back. No reader takes this for an error of its own."""


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """An end to whatever takes longer; in the main thread only."""

    def ring(*_: object) -> None:
        raise HangError(f"not done after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        inputs: tried, by target.
        slowest: seconds of the slowest input, by target.
        growth: MiB that memory grew by while the same inputs were read again and again, by target.
        skipped: what could not be tried here, and why.
        wrong: one line per crash, with the input's place or bytes.
    """

    inputs: dict[str, int] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    growth: dict[str, float] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def run_hypothesis(name: str, *, examples: int, outcome: Outcome, fixed: bool = False) -> None:
    """Damaged input for one target.

    Args:
        name: of the target.
        examples: inputs.
        outcome: is told.
        fixed: the same inputs every time.
    """
    target = silently(TARGETS[name])
    tried = 0
    slowest = 0.0

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=fixed,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.one_of(damaged(seeds(name)), st.binary(max_size=200)))
    def check(data: bytes) -> None:
        nonlocal tried, slowest
        tried += 1
        start = time.monotonic()
        with _limited(_HANGS):
            target(data)
        slowest = max(slowest, time.monotonic() - start)

    try:
        check()
    except Exception as error:  # noqa: BLE001  # whatever a reader lets through is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        notes = " ".join(getattr(error, "__notes__", ()))
        place = f"{Path(where.filename).name}:{where.lineno}"
        outcome.wrong.append(f"{name}: {type(error).__name__} at {place}: {error} {notes}"[:600])
    outcome.inputs[name] = outcome.inputs.get(name, 0) + tried
    outcome.slowest[name] = max(outcome.slowest.get(name, 0.0), slowest)
    if slowest > MOST_SECONDS:
        outcome.wrong.append(f"{name}: an input took {slowest:.1f} s")


def watch_memory(name: str, *, rounds: int, outcome: Outcome, most: float = 8.0) -> None:
    """Read the same good and broken inputs again and again; what a process holds must not grow.

    Args:
        name: of the target.
        rounds: readings after as many again that warm caches up.
        outcome: is told.
        most: MiB it may grow by.
    """
    target = silently(TARGETS[name])
    inputs = [part for seed in seeds(name) for part in (seed, seed[: len(seed) // 2], seed.replace(b"<", b"< ", 3))]
    held = []
    for _ in range(2):
        for _ in range(rounds):
            for data in inputs:
                with _limited(_HANGS):
                    target(data)
        held.append(resident())
    outcome.growth[name] = round(held[1] - held[0], 1)
    if held[1] - held[0] > most:
        outcome.wrong.append(f"{name}: grew by {held[1] - held[0]:.1f} MiB in {rounds} rounds of {len(inputs)} inputs")


def resident(process: int | str = "self") -> float:
    """MiB of a process in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() / _MIB


def run_coverage_guided(name: str, folder: Path, *, seconds: int, outcome: Outcome) -> None:
    """Coverage-guided fuzzing of one target in a process of its own.

    Args:
        name: of the target.
        folder: gets the corpus and the inputs that brought a crash.
        seconds: it may take.
        outcome: is told.
    """
    if importlib.util.find_spec("atheris") is None:
        outcome.skipped.append("coverage-guided fuzzing: atheris is not installed")
        return
    corpus = folder / name.replace(" ", "-")
    _write_corpus(corpus, name)
    environment = {**os.environ, "PYTHONPATH": f"{_TESTS}{os.pathsep}{_TESTS.parent}"}
    words = [sys.executable, "-m", "soak.coverage_guided", name, str(corpus), f"-artifact_prefix={folder}/crash-"]
    limits = [f"-max_total_time={seconds}", f"-timeout={MOST_SECONDS}", f"-rss_limit_mb={_MEMORY}", "-max_len=65536"]
    try:
        done = subprocess.run(
            [*words, *limits, f"-dict={folder / 'tokens.dict'}", "-seed=1"],
            capture_output=True,
            text=True,
            errors="replace",
            env=environment,
            timeout=seconds + 300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        outcome.wrong.append(f"{name}: the coverage-guided fuzzer did not come back")
        return
    runs = [int(number) for found in _RUNS.findall(done.stderr) for number in found if number]
    outcome.inputs[name] = outcome.inputs.get(name, 0) + max(runs, default=0)
    if done.returncode:
        _, _, said = done.stderr.partition("Uncaught Python exception")
        lines = [line.strip() for line in (said or done.stderr[-2000:]).splitlines() if line.strip()]
        told = [line for line in lines if "Error" in line or line.startswith("File") or "crash-" in line]
        outcome.wrong.append(f"{name}: {' | '.join([*told[:1], *told[-3:]])}"[:800])


def _write_corpus(corpus: Path, name: str) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    entries = ('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in TOKENS if token)
    (corpus.parent / "tokens.dict").write_text("".join(entries), encoding="ascii")
