"""An injected clock for several threads: time passes only while everybody waits, and then at once."""

from __future__ import annotations

import heapq
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from extractor.pubmed import Clock

_IDLE = 1.0
"""Real seconds without any event after which a thread that is not asleep, but waits for work, counts as idle."""
_WAITING = ("threading.py", "queue.py", "socket.py", "futures/thread.py", "futures/_base.py")
"""Where a thread stands that waits for work, for others or for an answer; elsewhere it is about to do something."""
_STUCK = 15.0
"""Real seconds without any event after which every thread counts as idle, wherever it stands."""
_LIMIT = 120.0
"""Real seconds one sleep may take: the clock stands still then, and nobody would ever wake up."""


def _waits(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is None or frame.f_code.co_filename.endswith(_WAITING)


class VirtualTime:
    """Seconds that pass only in ``sleep``, and only once no thread that uses the clock and no request is under way.

    So a moment measured at the server is exact: it is the one at which the client's limiter let the request go.
    """

    def __init__(self, *, start: datetime = datetime(2025, 6, 1, tzinfo=UTC)) -> None:
        self.seconds = 0.0
        self.forced = 0
        """How often it moved on although a thread seemed busy: moments measured then may be late."""
        self._start = start
        self._changed = threading.Condition()
        self._awake: set[threading.Thread] = set()
        self._wakes: list[float] = []
        self._under_way = 0
        self._last = time.monotonic()

    def clock(self, chance: float = 0.5) -> Clock:
        """The clock for the client; ``chance`` is its only random number."""
        return Clock(monotonic=self._monotonic, sleep=self.sleep, now=self._now, random=lambda: chance)

    def _now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def _monotonic(self) -> float:
        me, main = threading.current_thread(), threading.main_thread()
        with self._changed:
            self._awake.add(me)
            if me is not main:  # which waits for the workers, then
                self._awake.discard(main)
            self._last = time.monotonic()
            return self.seconds

    def sleep(self, seconds: float) -> None:
        """Wait; the earliest sleeper moves the clock on when all the others wait too."""
        me = threading.current_thread()
        deadline = time.monotonic() + _LIMIT
        with self._changed:
            wake = self.seconds + seconds
            self._awake.discard(me)
            heapq.heappush(self._wakes, wake)
            self._changed.notify_all()
            while self.seconds < wake:
                if time.monotonic() > deadline:
                    raise AssertionError(f"the clock stands still: {self._awake}, {self._under_way} requests under way")
                self._awake = {thread for thread in self._awake if thread.is_alive()}
                if not self._awake and not self._under_way and self._wakes[0] == wake:
                    self.seconds = wake
                elif not self._changed.wait(_IDLE) and time.monotonic() - self._last >= _IDLE:
                    stuck = time.monotonic() - self._last >= _STUCK
                    waiting = {thread for thread in self._awake if not _waits(thread)}
                    self.forced += bool(stuck and waiting)
                    self._awake = set() if stuck else waiting
            self._wakes.remove(wake)
            heapq.heapify(self._wakes)
            self._awake.add(me)
            self._last = time.monotonic()
            self._changed.notify_all()

    def pass_by(self, seconds: float) -> None:
        """A server that is slow: time goes by once every request that was let go has come in."""
        self.sleep(seconds)
        with self._changed:
            self._awake.discard(threading.current_thread())

    @contextmanager
    def request(self) -> Iterator[float]:
        """A request being answered; gives the moment it came in."""
        with self._changed:
            self._under_way += 1
            self._last = time.monotonic()
            moment = self.seconds
        try:
            yield moment
        finally:
            with self._changed:
                self._under_way -= 1
                self._last = time.monotonic()
                self._changed.notify_all()
