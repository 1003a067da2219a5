"""Killed at random moments, started again, compared with a run that nobody disturbed."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eutils_server import Answer, Asked, Entry, EutilsServer, entries
from living_pubmed import Paper, PubMed
from review_cases import make_store

from soak.snapshots import differences, snapshot
from soak.zygote import Zygote

SIGKILLED = -9
_AGAIN = 0.3
"""Part of the restarts that are killed too."""
_LATENCY = 0.003
_DIRECTIONS = ("increased", "decreased", "unchanged")


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        kills: processes killed, by what they did.
        too_late: children that had ended before they could be killed.
        restarts: runs made afterwards.
        different: what was not as in the undisturbed run, one line each.
    """

    kills: dict[str, int] = field(default_factory=dict)
    too_late: int = 0
    restarts: int = 0
    different: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Scenario:
    """A piece of work that can be interrupted.

    Attributes:
        name: what is done.
        prepare: makes what it starts from, in an empty folder.
        task: the work on a folder: its name and arguments.
        code: with which it ends.
        apart: what may differ in a line of a database's dump, for the reason given where it is set.
        litter: names of files that may be left over, likewise.
    """

    name: str
    prepare: Callable[[Path], None]
    task: Callable[[Path], tuple[str, dict[str, Any]]]
    code: int = 0
    apart: str | None = None
    litter: str | None = None

    def left_in(self, place: Path) -> dict[str, str]:
        """What the work has left in a folder."""
        return snapshot(place, apart=self.apart, litter=self.litter)


def run(folder: Path, zygote: Zygote, *, kills: int, seed: int = 0, only: str | None = None) -> Outcome:
    """Kill so many processes, the same number in each scenario, and compare what they leave after a restart.

    Args:
        folder: an empty one.
        zygote: the warm process.
        kills: at least so many.
        seed: of the moments.
        only: one scenario; all where None.
    """
    chance = random.Random(seed)
    outcome = Outcome()
    with scenarios() as everything:
        there = [each for each in everything if only in {None, each.name}]
        for scenario in there:
            place = folder / scenario.name
            _Trials(scenario, place, zygote, chance, outcome).run(-(-kills // len(there)))
    return outcome


class _Trials:
    """One scenario, killed again and again."""

    def __init__(
        self, scenario: Scenario, folder: Path, zygote: Zygote, chance: random.Random, outcome: Outcome
    ) -> None:
        self._scenario, self._folder, self._zygote = scenario, folder, zygote
        self._chance, self._outcome = chance, outcome
        self._place = folder / "place"
        self._start = folder / "start"

    def run(self, kills: int) -> None:
        self._start.mkdir(parents=True)
        self._scenario.prepare(self._start)
        seconds, calls, expected = self._undisturbed()
        self._outcome.kills.setdefault(self._scenario.name, 0)
        trial = 0
        while self._outcome.kills[self._scenario.name] < kills:
            trial += 1
            self._fresh()
            while self._killed(seconds, calls) and self._chance.random() < _AGAIN:
                pass
            self._outcome.restarts += 1
            self._finish()
            found = differences(expected, self._snapshot())
            self._outcome.different += [f"{self._scenario.name}, trial {trial}: {each}" for each in found]
            if trial > 20 * kills:
                raise AssertionError(f"{self._scenario.name}: ends before it can be killed")

    def _fresh(self) -> None:
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.copytree(self._start, self._place)

    def _snapshot(self) -> dict[str, str]:
        return self._scenario.left_in(self._place)

    def _finish(self) -> None:
        work, arguments = self._scenario.task(self._place)
        done = self._zygote.run(work, **arguments)
        if done.code != self._scenario.code:
            self._outcome.different.append(f"{self._scenario.name}: ended with {done.code}: {done.output[-300:]}")

    def _undisturbed(self) -> tuple[float, int, dict[str, str]]:
        """Seconds and writing calls of the work, and what it leaves."""
        work, arguments = self._scenario.task(self._place)
        self._fresh()
        seconds = self._zygote.run(work, **arguments).seconds
        expected = self._snapshot()
        self._fresh()
        done = self._zygote.run(work, count=True, **arguments)
        if done.code != self._scenario.code:
            raise AssertionError(f"{self._scenario.name}: ended with {done.code}: {done.output[-2000:]}")
        again = differences(expected, self._snapshot())
        if again:
            raise AssertionError(f"{self._scenario.name}: two undisturbed runs differ: {again}")
        return seconds, done.calls, expected

    def _killed(self, seconds: float, calls: int) -> bool:
        """Start it and kill it, by the clock or at a call that writes; whether it was killed in time."""
        work, arguments = self._scenario.task(self._place)
        if self._chance.random() < 0.5:
            self._zygote.start(work, **arguments)
            time.sleep(self._chance.uniform(0, seconds))
            self._zygote.kill()
            done = self._zygote.wait()
        else:
            stop, after = self._chance.randint(1, calls), self._chance.random() < 0.5
            done = self._zygote.run(work, stop=stop, after=after, **arguments)
        if done.code == SIGKILLED:
            self._outcome.kills[self._scenario.name] += 1
            return True
        self._outcome.too_late += 1
        return False


class _StableHistories:
    """Names a kept result by what is in it, so that a manifest does not tell how often a search was made."""

    _histories: dict[str, list[Entry]]

    def _keep(self, records: list[Entry]) -> str:
        name = f"MCID_{sum(int(entry.pmid) * place for place, entry in enumerate(records, 1))}"
        self._histories[name] = records
        return name


class _Server(_StableHistories, EutilsServer):
    """A PubMed of records without text."""


class _LivingServer(_StableHistories, PubMed):
    """A PubMed of records that change."""


def _latency(_: Asked) -> Answer | None:
    time.sleep(_LATENCY)
    return None


@contextmanager
def scenarios() -> Iterator[list[Scenario]]:
    """Everything that can be interrupted, and the servers it needs."""
    with _Server(entries(100)) as server, _LivingServer(_papers()) as living:
        server.faults = living.faults = [_latency]
        yield [
            Scenario("fetch", lambda _: None, lambda place: ("fetch", {"url": server.url, "out": f"{place}/batches"})),
            Scenario("mine", write_articles, _mine, code=3),
            Scenario("mine with database", write_articles, _mine_db, code=3),
            Scenario(
                "update",
                lambda _: None,
                lambda place: ("update", {"url": living.url, "db": f"{place}/als.db", "days": 0}),
                # Killed when it was done already, it is called again: the next update, which finds nothing new.
                apart=r'INSERT INTO "updates" VALUES\((?!1,).*',
            ),
            # Nobody can tell the hidden parts of a killed worker from those of one at work on another machine.
            Scenario("batch", _write_shards, _mine_shards, code=3, litter=r"\..*\.part"),
            Scenario(
                "review",
                _write_store,
                lambda place: ("review", {"db": f"{place}/als.db", "confirmed": f"{place}/confirmed.txt"}),
                # After a restart an article is opened again, which gives its row, and those after it, other numbers.
                apart=r"""INSERT INTO "acts" VALUES\(\d+,(.*'opened'.*)?|.*"sqlite_sequence" VALUES\('acts'.*""",
            ),
        ]


def _papers() -> list[Entry]:
    first = date(2024, 1, 1)
    return [Paper(str(n), first + timedelta(days=n), says=_DIRECTIONS[n % 3]) for n in range(1, 31)]


def write_articles(folder: Path, *, count: int = 80) -> None:
    """Abstracts in our own words, some of them broken."""
    said = {"increased": "higher", "decreased": "lower", "unchanged": "no different"}
    with (folder / "in.jsonl").open("w", encoding="utf-8") as stream:
        for number in range(count):
            word = said[_DIRECTIONS[number % 3]]
            text = f"Serum IL-6 was {word} in {number + 5} patients with ALS than in healthy controls."
            row = {
                "id": f"a{number}",
                "title": f"Study {number}",
                "abstract": "Nothing was measured." if number % 4 else text,
            }
            stream.write(json.dumps(row if number % 50 else {"id": f"a{number}"}) + "\n")


def _mine(place: Path) -> tuple[str, dict[str, Any]]:
    words = ["mine", "in.jsonl", "-o", "out.jsonl", "--classifier", "rules", "--quiet"]
    return "command", {"words": words, "folder": str(place)}


def _mine_db(place: Path) -> tuple[str, dict[str, Any]]:
    work, arguments = _mine(place)
    return work, {**arguments, "words": [*arguments["words"], "--db", "als.db"]}


def _write_store(folder: Path) -> None:
    """A database with findings to decide on, and no time of day in it."""
    path = make_store(folder / "als.db")
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE runs SET started = '2025-06-01', finished = '2025-06-01'")
    connection.close()


def _write_shards(folder: Path) -> None:
    """Three shards, one of them with broken records."""
    write_articles(folder)
    lines = (folder / "in.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "in.jsonl").unlink()
    for number in range(3):
        (folder / f"shard{number}.jsonl").write_text("".join(lines[number::3]), encoding="utf-8")


def _mine_shards(place: Path) -> tuple[str, dict[str, Any]]:
    shards = [f"shard{number}.jsonl" for number in range(3)]
    words = ["mine", *shards, "--engine", "local", "--jobs", "2", "-o", "out", "--classifier", "rules", "--quiet"]
    return "command", {"words": words, "folder": str(place)}
