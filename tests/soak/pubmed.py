"""PubMed in trouble: thousands of requests of which a tenth go wrong; every record arrives once or is named."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from eutils_server import Entry, entries

from extractor.errors import PubMedError
from extractor.formats import read
from extractor.pubmed import Manifest, Settings, fetch, fetch_ids
from soak.faulty_pubmed import RETRY_AFTER, FaultyPubMed
from soak.virtual_time import VirtualTime

PART = 0.1
_RECORDS = 300
_WORKERS = (1, 3, 3)
_MOST_RESTARTS = 30
_SLOWEST = 1.0
"""Seconds a request may take on average, on a busy machine."""


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        requests: that reached the server.
        injected: faults by kind.
        fetches: fetches made.
        expected: PMIDs and other ids that were asked for.
        arrived: of these, those that arrived exactly once.
        named: those named as missing or unresolved instead.
        lost: neither.
        twice: those that arrived more than once, or arrived and were named too.
        foreign: PMIDs that arrived and were not asked for.
        given_up: fetches that ended with an error and were taken up again by the same command.
        fastest: most requests that reached the server within any second, without and with a key.
        forced: how often the clock had to be moved on by force; the pace is not measured exactly then.
        too_early: requests that came while the server had asked for quiet.
        wrong: what else was not as it should be, one line each.
    """

    requests: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    fetches: int = 0
    expected: int = 0
    arrived: int = 0
    named: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    given_up: int = 0
    fastest: tuple[int, int] = (0, 0)
    forced: int = 0
    too_early: int = 0
    wrong: list[str] = field(default_factory=list)


def run(folder: Path, *, requests: int, seed: int = 0) -> Outcome:
    """Fetch queries and lists of ids until so many requests were made.

    Args:
        folder: an empty one.
        requests: at least so many.
        seed: of faults, sizes and orders.
    """
    chance = random.Random(seed)
    virtual = VirtualTime()
    clock = virtual.clock()
    outcome = Outcome()
    with FaultyPubMed(entries(_RECORDS), virtual, part=PART, seed=seed) as server:
        deadline = time.monotonic() + 120 + requests * _SLOWEST
        while len(server.asked) < requests:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(server.asked):,} requests of {requests:,} in all the time there was")
            server.hidden = set(chance.sample(sorted(server.by_pmid), 3))
            settings = Settings(
                email="someone@example.org",
                api_key=chance.choice([None, "soak-key"]),
                base_url=server.url,
                timeout=0.3,
                batch_size=chance.choice([2, 3, 5]),
                workers=_WORKERS[outcome.fetches % len(_WORKERS)],
                clock=clock,
            )
            server.one_at_a_time = settings.workers == 1
            outcome.fetches += 1
            out = folder / str(outcome.fetches)
            if outcome.fetches % 4:
                manifest = _patiently(outcome, lambda: fetch("anything", out, settings=settings))  # noqa: B023
                _check(outcome, manifest, out, {pmid: pmid for pmid in server.by_pmid}, server.hidden)
            else:
                ids = _ids(list(server.by_pmid.values()), chance)
                manifest = _patiently(outcome, lambda: fetch_ids(list(ids), out, settings=settings))  # noqa: B023
                _check(outcome, manifest, out, ids, server.hidden)
    outcome.requests, outcome.injected = len(server.asked), server.injected
    _check_pace(outcome, server)
    return outcome


def _ids(records: Sequence[Entry], chance: random.Random) -> dict[str, str]:
    """Ids of all kinds, with the PMIDs they stand for; the last is unknown to PubMed."""
    chosen = chance.sample(records, len(records) // 2)
    kinds = [lambda e: e.pmid, lambda e: e.pmid, lambda e: e.doi, lambda e: e.pmcid]
    return {**{chance.choice(kinds)(entry): entry.pmid for entry in chosen}, "10.5555/unknown": ""}


def _patiently(outcome: Outcome, command: object) -> Manifest:
    """The same command again until it is done, as its message says."""
    for _ in range(_MOST_RESTARTS):
        try:
            done: Manifest = command()  # type: ignore[operator]
        except PubMedError as error:
            outcome.given_up += 1
            if "\n" in str(error):
                outcome.wrong.append(f"more than one line: {error}")
        else:
            return done
    raise AssertionError(f"not done after {_MOST_RESTARTS} times")


def _check(outcome: Outcome, manifest: Manifest, out: Path, ids: dict[str, str], hidden: set[str]) -> None:
    came = Counter(article.pmid for article in read([out], on_error=lambda error: outcome.wrong.append(str(error))))
    named = {*manifest.missing, *manifest.unresolved}
    outcome.expected += len(ids)
    for given, pmid in ids.items():
        times, said = came.pop(pmid, 0), given in named or pmid in named
        outcome.arrived += times == 1
        outcome.named += said
        if not times and not said:
            outcome.lost.append(given)
        if times + said > 1:
            outcome.twice.append(given)
        if pmid in hidden and not said:
            outcome.wrong.append(f"{given}: PubMed does not give it, and it was not named")
    outcome.foreign += map(str, came)


def _check_pace(outcome: Outcome, server: FaultyPubMed) -> None:
    outcome.fastest = (_fastest(server, key=False), _fastest(server, key=True))
    outcome.forced = server.time.forced
    moments = [moment for moment, _ in server.arrivals]
    outcome.too_early = sum(quiet < moment < quiet + RETRY_AFTER for quiet in server.told_to_wait for moment in moments)
    if any(later < earlier for earlier, later in pairwise(moments)):
        outcome.wrong.append("the clock went backwards")


def _fastest(server: FaultyPubMed, *, key: bool) -> int:
    """Most requests within any second."""
    moments = sorted(moment for moment, with_key in server.arrivals if with_key is key)
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most
