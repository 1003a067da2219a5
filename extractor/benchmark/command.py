"""Any program as a system: JSON Lines articles on its standard input, the findings contract on its standard output."""

from __future__ import annotations

import json
import re
import shlex
import subprocess  # nosec B404: running the user's own command is the purpose
from collections.abc import Sequence
from typing import TypeVar

from extractor.benchmark.systems import System
from extractor.errors import InputError
from extractor.records import COMPARATORS, CONTRASTS, DIRECTIONS, Article, Finding, Json, Span

_NAMED = re.compile(r"(?P<name>[\w.-]+)=(?P<command>.*\S.*)", re.DOTALL)
_DONE = (0, 3)
Label = TypeVar("Label", bound=str)


def parse_command_system(option: str, *, timeout: float | None = None) -> System:
    """The system that ``--system NAME=COMMAND`` names.

    Raises:
        InputError: the option has another form.
    """
    match = _NAMED.fullmatch(option)
    if match is None:
        raise InputError(f"--system {option}: is not NAME=COMMAND (a name of letters, digits, '.', '_' and '-')")
    try:
        words = shlex.split(match["command"])
    except ValueError as error:
        raise InputError(f"--system {option}: {error}") from error
    return command_system(match["name"], words, timeout=timeout)


def command_system(name: str, command: Sequence[str], *, timeout: float | None = None) -> System:
    """A program as a system; it is run once over all articles.

    It reads one ``{"id", "title", "abstract"}`` a line and writes one finding a line. Of the contract it must give
    ``id``, ``cytokine.symbol``, ``fluid.name`` and ``direction``; what else it gives is used. It ends with 0, or 3 when
    some records failed.

    Args:
        name: as it stands in the tables.
        command: program and arguments; no shell is involved.
        timeout: seconds it may take; None: as long as it likes.
    """

    def run(articles: Sequence[Article]) -> list[list[Finding]]:
        lines = [
            json.dumps({"id": a.id, "title": a.title, "abstract": a.abstract}, ensure_ascii=False) for a in articles
        ]
        return _read(name, _output(name, command, "".join(f"{line}\n" for line in lines), timeout), articles)

    return System(name, run)


def _output(name: str, command: Sequence[str], given: str, timeout: float | None) -> str:
    try:
        done = subprocess.run(  # nosec B603: the user's own command, without a shell
            command, input=given, capture_output=True, encoding="utf-8", timeout=timeout, check=False
        )
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
        raise InputError(f"system {name}: {error}") from error
    if done.returncode not in _DONE:
        said = done.stderr.strip().splitlines()
        raise InputError(f"system {name}: ended with {done.returncode}" + (f": {said[-1]}" if said else ""))
    return done.stdout


def _read(name: str, output: str, articles: Sequence[Article]) -> list[list[Finding]]:
    found: dict[str, list[Finding]] = {article.id: [] for article in articles}
    for number, line in enumerate(output.splitlines(), 1):
        if not line.strip():
            continue
        try:
            finding = read_finding(json.loads(line), model=name)
        except json.JSONDecodeError as error:
            raise InputError(f"system {name}: line {number}: no JSON: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"system {name}: line {number}: {error}") from error
        if finding.article_id not in found:
            raise InputError(f"system {name}: line {number}: id {finding.article_id!r} was not asked for")
        found[finding.article_id].append(finding)
    return [found[article.id] for article in articles]


def read_finding(values: Json, *, model: str) -> Finding:
    """One finding of the contract.

    Raises:
        KeyError: a required field is missing.
        TypeError: a field is of another type.
        ValueError: an unknown label or a score outside [0, 1].
    """
    score = float(values.get("score", 1.0))
    if not 0 <= score <= 1:
        raise ValueError(f"score {score} is outside [0, 1]")
    evidence = values.get("evidence") or {}
    return Finding(
        article_id=_string(values["id"], "id"),
        cytokine=_string(values["cytokine"]["symbol"], "cytokine.symbol"),
        fluid=_string(values["fluid"]["name"], "fluid.name"),
        direction=_label(values["direction"], DIRECTIONS, "direction"),
        contrast=_label(values.get("contrast", "other"), CONTRASTS, "contrast"),
        comparator=_label(values.get("comparator", "unspecified"), COMPARATORS, "comparator"),
        condition=_string(values.get("condition", "unspecified"), "condition"),
        host=_string(values.get("host", "unspecified"), "host"),
        evidence=Span(int(evidence.get("start", 0)), int(evidence.get("end", 0))),
        evidence_text=str(evidence.get("text", "")),
        cross_sentence=bool(values.get("cross_sentence", False)),
        score=score,
        model=model,
    )


def _string(value: object, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{field}: {value!r} is no name")
    return value


def _label(value: object, known: Sequence[Label], field: str) -> Label:
    for label in known:
        if value == label:
            return label
    raise ValueError(f"{field}: unknown label {value!r}")
