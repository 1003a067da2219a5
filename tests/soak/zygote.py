"""One warm process that has loaded everything, and forks a child per piece of work, so that killing is cheap.

The driver's side is :class:`Zygote`; ``python -m soak.zygote`` is the warm process. It has one thread, which is what
makes forking it sound.
"""

from __future__ import annotations

import contextlib
import json
import os
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
_WRITES = frozenset(
    [
        "write",
        "writelines",
        "close",
        "flush",
        "open",
        "replace",
        "rename",
        "unlink",
        "remove",
        "mkdir",
        "rmdir",
        "execute",
        "executemany",
        "commit",
    ]
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
            text=True,
            env=environment,
            cwd=_TESTS,
        )
        self._pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
        self._log.close()

    def start(self, work: str, *, stop: int = 0, count: bool = False, after: bool = False, **arguments: Any) -> None:
        """Begin a piece of work.

        Args:
            work: a name of ``workloads.WORKLOADS``.
            stop: the child kills itself at this writing call; 0 for never.
            count: count the writing calls.
            after: kill after the call and not before.
            arguments: of the work; JSON values.
        """
        Path(self._log.name).write_text("", encoding="utf-8")
        task = {"work": work, "log": self._log.name, "stop": stop, "count": count, "after": after}
        assert self._process.stdin
        self._process.stdin.write(json.dumps({**task, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        self._pid = self._answer()["pid"]

    def kill(self) -> None:
        """SIGKILL to the child and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)

    def wait(self) -> Done:
        """Wait for the child."""
        told = self._answer()
        output = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return Done(output=output, **told)

    def run(self, work: str, **options: Any) -> Done:
        """A piece of work from its beginning to its end."""
        self.start(work, **options)
        return self.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the warm process ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _serve() -> None:
    from soak.workloads import WORKLOADS  # noqa: PLC0415  # heavy: only in the warm process

    for line in sys.stdin:
        task = json.loads(line)
        told, tells = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(told)
            _child(task, WORKLOADS[task["work"]], tells)
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
    os.setsid()
    log = os.open(task["log"], os.O_WRONLY | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((null, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
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
    """Counts writing calls, and kills the process at one of them."""

    def __init__(self, stop: int, *, after: bool) -> None:
        self.made = 0
        self._stop = stop
        self._event = "c_return" if after else "c_call"

    def __call__(self, _: FrameType, event: str, called: Any) -> None:
        if event == self._event and getattr(called, "__name__", "") in _WRITES:
            self.made += 1
            if self.made == self._stop:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _serve()
