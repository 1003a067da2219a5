"""The engine of one machine: worker processes that load the models once and are handed one shard at a time.

A worker that is killed costs the shard it was at: that shard is given to a new worker once more, then given up.
"""

from __future__ import annotations

import contextlib
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import TypeAlias

from extractor.batch.mining_shard import attempt
from extractor.batch.shards import Answer, Shard, Task
from extractor.errors import ModelError

ATTEMPTS = 2
"""How often a shard is tried whose worker is killed."""
KILLED = f"the worker was killed, {ATTEMPTS} times over: out of memory perhaps, try fewer --jobs"
Started: TypeAlias = Callable[[Shard, int], None]
"""Told which shard a process, given by its id, has been handed."""


def _untold(_shard: Shard, _process: int) -> None:
    pass


def mine_locally(task: Task, shards: Sequence[Shard], *, jobs: int = 1, started: Started = _untold) -> Iterator[Answer]:
    """Mine shards in ``jobs`` processes; an ``Engine`` once ``jobs`` is bound.

    Args:
        task: what to do.
        shards: handed out in this order.
        jobs: processes.
        started: told of each shard that is handed out.

    Yields:
        One answer a shard, in the order in which they are done.
    """
    context = get_context("spawn")
    waiting, tries = deque(shards), Counter[str]()
    busy: dict[Connection, _Worker] = {}
    idle: list[_Worker] = []
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                worker = idle.pop() if idle else _Worker(context, task)
                shard = waiting.popleft()
                tries[shard.key] += 1
                worker.take(shard)
                busy[worker.pipe] = worker
                started(shard, worker.pid)
            ready = wait(list(busy))
            for pipe in [each for each in busy if each in ready]:
                worker = busy.pop(pipe)
                answer = worker.answer()
                if answer is not None:
                    idle.append(worker)
                    yield answer
                elif tries[worker.shard.key] < ATTEMPTS:
                    waiting.append(worker.shard)
                else:
                    yield Answer(worker.shard, KILLED)
    finally:
        for worker in [*busy.values(), *idle]:
            worker.dismiss()


class _Worker:
    """A process and the pipe to it. It ends when the pipe is closed, the parent's death included."""

    shard: Shard

    def __init__(self, context: SpawnContext, task: Task) -> None:
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, task), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The id of the process."""
        if self._process.pid is None:
            raise AssertionError("a started process has an id")
        return self._process.pid

    def take(self, shard: Shard) -> None:
        """Hand it a shard."""
        self.shard = shard
        with contextlib.suppress(OSError):  # it is dead already: its pipe will say so
            self.pipe.send(shard)

    def answer(self) -> Answer | None:
        """What it says, None when it was killed."""
        try:
            problem: str | ModelError | None = self.pipe.recv()
        except (EOFError, OSError):
            self.dismiss()
            return None
        return Answer(self.shard, problem)

    def dismiss(self) -> None:
        """End the process."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()
        self._process.close()


def _work(pipe: Connection, task: Task) -> None:
    """A worker's life; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while True:
            shard: Shard = pipe.recv()
            pipe.send(attempt(task, shard))
