"""A PubMed in trouble: the local server with every fault we know of in a part of its answers, and what it saw."""

from __future__ import annotations

import dataclasses
import gzip
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from eutils_server import DROPPED, RECORDS, RESET, Answer, Asked, Entry, EutilsServer

from soak.virtual_time import VirtualTime

DRIP = "slow drip"
STALL = 0.6
"""Real seconds of silence; the client's time-out must be shorter."""
SLOW = 150.0
"""Virtual seconds between two pieces of a slow answer; the client's deadline is 600."""
RETRY_AFTER = 7
_HTML = b"<!DOCTYPE html><html><head><title>NCBI - WWW Error Diagnostic</title></head><body>Sorry.</body></html>"
_RECORD = re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
_ID = re.compile(rb"<Id>\d+</Id>")
_COUNT = re.compile(rb"<Count>(\d+)</Count>")
_FOREIGN = Entry("99999999", date(2020, 1, 1))


@dataclasses.dataclass
class Paced(Answer):
    """An answer that comes in pieces, with time between them.

    Attributes:
        pause: called between the pieces.
    """

    pause: Callable[[], None] = time.monotonic
    pieces: int = 8


def _slow(server: FaultyPubMed, good: Answer) -> Answer:
    return Paced(good.body, good.status, good.headers, pause=lambda: server.time.pass_by(SLOW))


def _stalled(_: FaultyPubMed, good: Answer) -> Answer:
    return Paced(good.body, good.status, good.headers, pause=lambda: time.sleep(STALL), pieces=2)


def _truncated_gzip(_: FaultyPubMed, good: Answer) -> Answer:
    packed = gzip.compress(good.body)
    return Answer(packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})


def _empty_result(_: FaultyPubMed, good: Answer) -> Answer:
    body = _RECORD.sub(b"", _ID.sub(b"", _COUNT.sub(b"<Count>0</Count>", good.body)))
    return Answer(re.sub(rb"<DocSum>.*?</DocSum>", b"", body, flags=re.DOTALL), good.status)


def _duplicates(_: FaultyPubMed, good: Answer) -> Answer:
    """A record twice; an id twice in place of another, so that the number is right."""
    ids, records = _ID.findall(good.body), _RECORD.findall(good.body)
    body = good.body
    if len(ids) > 1 and b"<IdList>" in body:
        body = body.replace(ids[1], ids[0], 1)
    elif records:
        body = body.replace(records[0], records[0] * 2, 1)
    return Answer(body, good.status)


def _missing(_: FaultyPubMed, good: Answer) -> Answer:
    body = good.body
    for pattern in (_ID, _RECORD):
        for found in pattern.findall(body)[::3]:
            body = body.replace(found, b"", 1)
    return Answer(body, good.status)


def _foreign(_: FaultyPubMed, good: Answer) -> Answer:
    """A record nobody asked for."""
    end = b"</PubmedArticleSet>"
    return Answer(good.body.replace(end, _FOREIGN.xml().encode() + end), good.status)


def _other_count(_: FaultyPubMed, good: Answer) -> Answer:
    return Answer(_COUNT.sub(lambda found: b"<Count>%d</Count>" % (int(found[1]) + 1), good.body, 1), good.status)


Fault = Callable[["FaultyPubMed", Answer], Answer | None]
_ERROR = b"<eFetchResult><ERROR>Search Backend failed: Database is not supported: pubmed</ERROR></eFetchResult>"
_LIMIT = b'{"error":"API rate limit exceeded","api-key":"10.0.0.1","count":"11","limit":"10"}'
FAULTS: dict[str, Fault] = {
    "429 with Retry-After": lambda *_: Answer(_LIMIT, 429, {"Retry-After": str(RETRY_AFTER)}),
    "429 without Retry-After": lambda *_: Answer(_LIMIT, 429),
    "500": lambda *_: Answer(_HTML, 500),
    "502": lambda *_: Answer(_HTML, 502),
    "503": lambda *_: Answer(b"", 503),
    "connection reset": lambda *_: RESET,
    "connection closed": lambda *_: DROPPED,
    DRIP: _slow,
    "silence": _stalled,
    "truncated gzip": _truncated_gzip,
    "truncated XML": lambda _, good: Answer(good.body[: len(good.body) * 2 // 3]),
    "cut off": lambda _, good: Answer(good.body, good.status, cut=len(good.body) // 2),
    "HTML page with status 200": lambda *_: Answer(_HTML),
    "empty body": lambda *_: Answer(b""),
    "error inside a 200": lambda *_: Answer(_ERROR),
    "rate limit inside a 200": lambda *_: Answer(_LIMIT),
    "empty result": _empty_result,
    "duplicates": _duplicates,
    "missing ids": _missing,
    "foreign record": _foreign,
    "changing count": _other_count,
}
EXPIRED = "expired history"
"""Happens to the server, not to an answer."""


class FaultyPubMed(EutilsServer):
    """Answers ``part`` of its requests with a fault, all kinds equally often.

    Attributes:
        injected: faults by kind.
        arrivals: moment of each request, and whether it came with a key.
        one_at_a_time: whether the client makes one request at a time. Only then are answers slow: time that passes
            while another request is on its way would blur the moment it was sent.
        told_to_wait: moment of each answer that asked for ``RETRY_AFTER`` seconds of quiet.
    """

    def __init__(self, records: list[Entry], virtual: VirtualTime, *, part: float, seed: int) -> None:
        super().__init__(records)
        self.time = virtual
        self.injected: Counter[str] = Counter()
        self.arrivals: list[tuple[float, bool]] = []
        self.told_to_wait: list[float] = []
        self.one_at_a_time = True
        self._part = part
        self._chance = random.Random(seed)
        self._kinds: list[str] = []

    def answer(self, asked: Asked) -> Answer | None:
        with self.time.request() as moment, self._lock:
            self.asked.append(asked)
            self.arrivals.append((moment, "api_key" in asked.parameters))
            if self._chance.random() >= self._part:
                return self._good(asked)
            kind = self._next_kind()
            self.injected[kind] += 1
            if kind == EXPIRED:
                for kept in self._histories.values():
                    kept.clear()
                return self._good(asked)
            if kind.endswith("with Retry-After"):
                self.told_to_wait.append(moment)
            answer = FAULTS[kind](self, self._good(asked))
            return None if answer is DROPPED else answer

    def _good(self, asked: Asked) -> Answer:
        answer: Answer = getattr(self, f"_{asked.utility}")(asked.parameters)
        return answer

    def _next_kind(self) -> str:
        """Each kind once before any comes again, in a random order."""
        fit = [kind for kind in self._kinds if self.one_at_a_time or kind != DRIP]
        if not fit:
            kinds = [*FAULTS, EXPIRED]
            self._chance.shuffle(kinds)
            self._kinds = kinds + self._kinds
            return self._next_kind()
        self._kinds.remove(fit[-1])
        return fit[-1]

    def parts(self, answer: Answer) -> Iterator[bytes]:
        if not isinstance(answer, Paced):
            yield from super().parts(answer)
            return
        size = max(1, -(-len(answer.body) // answer.pieces))
        for start in range(0, len(answer.body), size):
            if start:
                answer.pause()
            yield answer.body[start : start + size]


def empty() -> Answer:
    """An answer of efetch without a record."""
    return Answer(RECORDS.format("").encode())
