"""``extractor mine SHARDS --engine`` as the user runs it, with several workers: speed, efficiency, memory, overhead.

Each shard's JSON file is written when the shard is done: their times say how fast shards go by, without the start of
the program and without its end, when workers run out of shards.
"""

from __future__ import annotations

import os
import re
import subprocess  # nosec B404: the program itself is what is run
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import InputError

_PROGRAM = "from extractor.cli import main; main()"
_POLL = 0.05
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """One run over shards.

    Attributes:
        per_second: records per second while all workers were at work.
        seconds: of the whole command, start and end included.
        peak: resident bytes of the largest process; 0 where it is not known.
    """

    per_second: float
    seconds: float
    peak: int


def mine_shards(shards: Sequence[Path], *, engine: str, jobs: int, size: int, options: Sequence[str] = ()) -> Run:
    """Run the command over the shards, into a folder that is thrown away.

    Args:
        shards: at least twice as many as workers.
        engine: ``local`` or ``ray``.
        jobs: workers.
        size: records of a shard.
        options: further ones of ``mine``.

    Raises:
        InputError: the command failed; its last line is the message.
    """
    with tempfile.TemporaryDirectory() as scratch:
        words = ["mine", *map(str, shards), "--engine", engine, "--jobs", str(jobs), "-o", scratch, "-q", *options]
        start = time.perf_counter()
        peak = _run(words, jobs if engine == "local" else 0)
        seconds = time.perf_counter() - start
        times = [path.stat().st_mtime_ns / 1e9 for path in Path(scratch, "shards").glob("*.json")]
        return Run(steady_rate(times, jobs=jobs, size=size), seconds, peak)


def _run(words: Sequence[str], workers: int) -> int:
    """Run the command; gives the resident memory of its largest process, if it has workers of its own."""
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-c", _PROGRAM, *words]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)  # nosec B603: no shell
        peaks: dict[int, int] = {}
        try:
            while process.poll() is None:
                peaks.update(_peaks(process.pid) if workers else {})
                time.sleep(_POLL)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            raise InputError(f"extractor mine --engine: {lines[-1] if lines else process.returncode}")
    return max(peaks.values(), default=0)


def _peaks(parent: int) -> Mapping[int, int]:
    """Highest resident memory so far of a process's children, in bytes, as Linux keeps it."""
    found: dict[int, int] = {}
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    except OSError:
        return found
    for child in map(int, children):
        try:
            status = Path(f"/proc/{child}/status").read_text(encoding="utf-8")
        except OSError:
            continue
        found.update((child, int(size) << 10) for size in _PEAK.findall(status))
    return found


def steady_rate(times: Sequence[float], *, jobs: int, size: int) -> float:
    """Records per second between the moment when each worker had done a shard and the first that found none left.

    Args:
        times: when each shard was done, in seconds; at least twice as many as workers.
        jobs: workers.
        size: records of a shard.

    Raises:
        InputError: there are too few shards.
    """
    if len(times) < 2 * jobs:
        raise InputError(f"{len(times)} shards are too few for {jobs} workers: give more articles (--bulk)")
    ordered = sorted(times)
    first, last = jobs - 1, max(jobs, len(ordered) - jobs)
    return (last - first) * size / max(1e-9, ordered[last] - ordered[first])
