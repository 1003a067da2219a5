"""What the user sees: messages and progress on stderr, and no text that could run in a terminal."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from extractor.records import Json

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_EVERY = 10.0
Update = Callable[[int, int], None]
"""Called with the records done and the findings made."""


def visible(text: str) -> str:
    """The text with control characters, escape sequences and direction overrides written out, as in a Python string."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def print_json(value: object) -> None:
    """One JSON value on stdout."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    print(text.encode(errors="backslashreplace").decode())  # names of files may be any bytes


class Reporter:
    """Messages on stderr: plain lines, JSON lines, or none.

    Args:
        quiet: only warnings.
        log_json: one JSON object a line.
    """

    def __init__(self, *, quiet: bool = False, log_json: bool = False) -> None:
        self._quiet, self._log_json = quiet, log_json

    def say(self, message: str, **fields: Any) -> None:  # noqa: ANN401  # any JSON value
        """A message."""
        if not self._quiet:
            self._write("info", message, fields)

    def warn(self, message: str, **fields: Any) -> None:  # noqa: ANN401  # any JSON value
        """A message that is shown even when quiet."""
        self._write("warning", message, fields)

    def _write(self, level: str, message: str, fields: Json) -> None:
        line = visible(message)
        if self._log_json:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
            line = json.dumps({"time": now, "level": level, "message": message, **fields}, ensure_ascii=False)
        print(line, file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def progress(self, verb: str) -> Iterator[Update]:
        """A bar with counts and rates on a terminal, else a plain line every ten seconds."""
        if self._quiet:
            yield lambda _records, _findings: None
        elif sys.stderr.isatty() and not self._log_json:
            with _live(verb) as update:
                yield update
        else:
            yield self._plain(verb)

    def _plain(self, verb: str) -> Update:
        start = last = time.monotonic()

        def update(records: int, findings: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _EVERY:
                last = now
                rate = records / (now - start)
                said = f"{verb} {records:,} records ({rate:,.1f}/s), {findings:,} findings"
                self.say(said, records=records, findings=findings, rate=round(rate, 1))

        return update


@contextlib.contextmanager
def _live(verb: str) -> Iterator[Update]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = (
        "{task.description} {task.completed:,.0f} records · {task.fields[rate]}/s · {task.fields[findings]:,} findings"
    )
    columns = (SpinnerColumn(), TextColumn(text), TimeElapsedColumn())
    start = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(verb, total=None, findings=0, rate="–")

        def update(records: int, findings: int) -> None:
            rate = f"{records / max(time.monotonic() - start, 1e-6):,.1f}"
            progress.update(task, completed=records, findings=findings, rate=rate)

        yield update
