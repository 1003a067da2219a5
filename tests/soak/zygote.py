"""One warm process that has loaded everything, and forks a child per piece of work, so that killing is cheap.

The driver's side is :class:`Zygote`; ``python -m soak.zygote`` is the warm process. It has one thread, which is what
makes forking it sound.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

_TESTS = Path(__file__).resolve().parent.parent
LIMIT = 120.0
"""Seconds a piece of work may take before its child is ended, which is a failure."""
_GRACE = 30.0
"""Seconds more after which the driver ends everything itself."""
_START = 300.0
"""Seconds the warm process may take to load everything."""
_WRITES = frozenset(
    {
        "close",
        "commit",
        "execute",
        "executemany",
        "flush",
        "mkdir",
        "open",
        "remove",
        "rename",
        "replace",
        "rmdir",
        "unlink",
        "write",
        "writelines",
    }
)
"""Built-in calls after or before which a kill does most harm."""


@dataclass(frozen=True)
class Done:
    """How a child ended.

    Attributes:
        code: exit code; negative for the signal that ended it.
        output: what it wrote to stdout and stderr.
        calls: writing calls it made, where they were counted.
        seconds: it took.
        peak: most memory it held, in bytes.
    """

    code: int
    output: str
    calls: int
    seconds: float
    peak: int


class Zygote:
    """The warm process; a context manager."""

    def __init__(self) -> None:
        self._log = tempfile.NamedTemporaryFile(prefix="soak-", suffix=".log")  # noqa: SIM115  # closed by __exit__
        environment = {**os.environ, "PYTHONPATH": f"{_TESTS}{os.pathsep}{_TESTS.parent}"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "soak.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=_TESTS,
        )
        self._unread = b""
        self._pid = 0
        self._limit = LIMIT
        self._is_warm = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._log.close()

    def start(
        self,
        work: str,
        *,
        stop: int = 0,
        count: bool = False,
        after: bool = False,
        limit: float = LIMIT,
        **arguments: Any,
    ) -> None:
        """Begin a piece of work.

        Args:
            work: a name of ``workloads.WORKLOADS``.
            stop: the child kills itself at this writing call; 0 for never.
            count: count the writing calls.
            after: kill after the call and not before.
            limit: seconds after which the child is ended, by SIGALRM.
            arguments: of the work; JSON values.
        """
        Path(self._log.name).write_text("", encoding="utf-8")
        task = {"work": work, "log": self._log.name, "stop": stop, "count": count, "after": after, "limit": limit}
        assert self._process.stdin
        self._process.stdin.write(json.dumps({**task, "arguments": arguments}).encode() + b"\n")
        self._process.stdin.flush()
        self._limit = limit
        self._pid = self._answer(_GRACE if self._is_warm else _START)["pid"]
        self._is_warm = True

    def kill(self) -> None:
        """SIGKILL to the child and all it started."""
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)

    def wait(self) -> Done:
        """Wait for the child."""
        told = self._answer(self._limit + _GRACE)
        self._pid = 0
        output = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return Done(output=output, **told)

    def run(self, work: str, **options: Any) -> Done:
        """A piece of work from its beginning to its end."""
        self.start(work, **options)
        return self.wait()

    def _answer(self, limit: float) -> dict[str, Any]:
        """The next line of the warm process.

        Raises:
            AssertionError: it ended, or said nothing for so many seconds.
        """
        line = self._line(time.monotonic() + limit)
        if line is None:
            said = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
            self._end()
            raise AssertionError(f"nothing was heard for {limit:.0f} s, or the warm process ended: {said[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _line(self, deadline: float) -> bytes | None:
        assert self._process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    return None
                piece = os.read(self._process.stdout.fileno(), 1 << 16)
                if not piece:
                    return None
                self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _end(self) -> None:
        """End the child and the warm process; neither is waited for without a limit."""
        self.kill()
        if self._process.stdin and self._process.stdout:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(_GRACE)
            self._process.stdout.close()


def _serve() -> None:
    from soak.workloads import WORKLOADS  # noqa: PLC0415  # heavy: only in the warm process

    for line in sys.stdin:
        task = json.loads(line)
        told, tells = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(told)
            _child(task, WORKLOADS[task["work"]], tells)
        with contextlib.suppress(OSError):  # the child may have done it, or have ended
            os.setpgid(pid, pid)
        os.close(tells)
        start = time.monotonic()
        print(json.dumps({"pid": pid}), flush=True)
        with os.fdopen(told) as reader:
            counted = reader.read()
        _, status, used = os.wait4(pid, 0)
        done = {"code": os.waitstatus_to_exitcode(status), "calls": int(counted or 0)}
        print(json.dumps({**done, "seconds": time.monotonic() - start, "peak": used.ru_maxrss << 10}), flush=True)


def _child(task: Mapping[str, Any], work: Any, tells: int) -> None:
    """Do the work and end; never returns."""
    with contextlib.suppress(OSError):  # the parent may have done it
        os.setpgid(0, 0)
    log = os.open(task["log"], os.O_WRONLY | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((null, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
    faulthandler.dump_traceback_later(task["limit"], file=2)
    signal.setitimer(signal.ITIMER_REAL, task["limit"] + 2)
    calls = _Calls(task["stop"], after=task["after"])
    if task["stop"] or task["count"]:
        threading.setprofile(calls)
        sys.setprofile(calls)
    code = 99
    try:
        work(**task["arguments"])
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001  # a child must not return into the loop of its parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.setprofile(None)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os.write(tells, str(calls.made).encode())
        os._exit(code)


class _Calls:
    """Counts writing calls, and kills the process, with all it started, at one of them."""

    def __init__(self, stop: int, *, after: bool) -> None:
        self.made = 0
        self._stop = stop
        self._event = "c_return" if after else "c_call"

    def __call__(self, _: FrameType, event: str, called: Any) -> None:
        if event == self._event and getattr(called, "__name__", "") in _WRITES:
            self.made += 1
            if self.made == self._stop:
                os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _serve()
