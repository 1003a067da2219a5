"""What the children of the warm process do: the program's commands, on what was loaded before the fork."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import extractor.batch.engine_local
import extractor.cli
import extractor.pipeline
import extractor.run
import extractor.store.acts
import extractor.store.database
import extractor.store.decisions
import extractor.store.runs
from extractor import ledger, pubmed, store
from extractor.cli.store_commands import model_name
from extractor.mining import Miner
from extractor.provenance import RULES
from extractor.rules import RuleClassifier
from extractor.update import update as bring_up_to_date
from soak.curating import curate
from soak.hostile import read

_HURRY = 200.0
"""Client seconds per second: nobody waits for the rate limit, and its order stays."""
MOMENT = datetime(2025, 6, 1, tzinfo=UTC)
_NLP = extractor.pipeline.build_pipeline()


def _settle(moment: datetime, *, busy_ms: int | None = None) -> None:
    """Use what is loaded already, and a time of day that stands still, so that results can be compared."""
    extractor.pipeline.build_pipeline = extractor.run.build_pipeline = lambda ner=None: _NLP
    for name in ("acts", "database", "decisions", "runs"):  # a function of the package has a module's name
        vars(sys.modules[f"extractor.store.{name}"])["now"] = lambda: moment.isoformat(timespec="seconds")
    extractor.batch.engine_local.get_context = lambda _: multiprocessing.get_context("fork")
    if busy_ms is not None:
        extractor.store.database._BUSY_MS = busy_ms


def _asker(url: str, moment: datetime) -> pubmed.Settings:
    clock = pubmed.Clock(
        monotonic=lambda: time.monotonic() * _HURRY,
        sleep=lambda seconds: time.sleep(seconds / _HURRY),
        now=lambda: moment,
        random=lambda: 0.5,
    )
    return pubmed.Settings(
        email="someone@example.org", base_url=url, timeout=30, deadline=1e6, batch_size=5, workers=3, clock=clock
    )


def fetch(url: str, out: str) -> None:
    """Fetch a query."""
    pubmed.fetch("anything", Path(out), settings=_asker(url, MOMENT))


def update(url: str, db: str, days: int) -> None:
    """Bring a database up to date, so many days after the first time."""
    moment = MOMENT + timedelta(days=days)
    _settle(moment)
    miner = Miner(nlp=_NLP, classifier=RuleClassifier())
    with store.open_store(db) as opened:
        bring_up_to_date(
            opened,
            settings=_asker(url, moment),
            miner=miner,
            model=model_name(RULES, None),
            query="anything",
            judge=ledger.states,
        )


def command(
    words: list[str], folder: str = ".", largest_file: int | None = None, busy_ms: int | None = None, **environment: str
) -> None:
    """A command of the command line.

    Args:
        words: behind ``extractor``.
        folder: to work in.
        largest_file: bytes no file may exceed, as on a full disk.
        busy_ms: how long a locked database is waited for.
        environment: further variables.
    """
    _settle(MOMENT, busy_ms=busy_ms)
    os.chdir(folder)
    os.environ.update(environment)
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    sys.argv = ["extractor", *words]
    extractor.cli.main()


def review(db: str, confirmed: str) -> None:
    """Decide on everything, on the review page."""
    _settle(MOMENT)
    curate(db, confirmed)


WORKLOADS: dict[str, Callable[..., Any]] = {
    "fetch": fetch,
    "update": update,
    "review": review,
    "command": command,
    "read": read,
}
