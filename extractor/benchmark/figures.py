"""Figures in documents: the text between two markers is what the stored result says, or the check fails.

A marker is ``<!-- benchmark:NAME/KEY -->…<!-- /benchmark -->``. NAME is the result's name (``general-test``); KEY is
the path of a value in it (``systems/rules-1/triples/overall/f1``), ``table`` for the headline table, ``table/context``,
``table/stages``, ``table/external``, ``table/leaks``, ``table/causes``, ``table/comparisons``, ``table/fluid`` (or
another slice), ``table/literature`` for the comparison with the literature, ``table/soak`` for what was broken on
purpose, ``table/speed``, ``table/stages-time``, ``table/workers``, ``table/ray`` and ``table/hours`` for the speed, or
``caption``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from extractor.benchmark import table
from extractor.benchmark.speed import table as speed
from extractor.errors import InputError
from extractor.records import Json

_MARKED = re.compile(r"(<!-- benchmark:(?P<key>[^ >]+) -->)(?P<text>.*?)(<!-- /benchmark -->)", re.DOTALL)
_OPENED = re.compile(r"<!-- benchmark:[^>]*-->")
_TABLES: Mapping[str, Callable[[Json], str]] = {
    "table": table.systems_table,
    "table/context": table.context_table,
    "table/stages": table.stages_table,
    "table/external": table.external_table,
    "table/leaks": table.leaks_table,
    "table/causes": table.causes_table,
    "table/comparisons": table.comparisons_table,
    "table/literature": table.literature_table,
    "table/soak": table.soak_table,
    "table/speed": speed.contests_table,
    "table/stages-time": speed.stages_table,
    "table/workers": speed.workers_table,
    "table/ray": speed.ray_line,
    "table/hours": speed.hours_table,
}
_CAPTIONS: Mapping[str, Callable[[Json], str]] = {
    "literature": table.literature_caption,
    "soak": table.soak_caption,
    "speed": speed.caption,
}


def render_figures(results: Json | Iterable[Json], document: str) -> str:
    """The document with the text between its markers replaced by what the results say.

    Args:
        results: one stored result, or several of different names.
        document: Markdown or HTML.

    Raises:
        InputError: a key that no result has, or a marker without its end.
    """
    named = _by_name(results)
    if len(_OPENED.findall(document)) != sum(1 for _ in _MARKED.finditer(document)):
        raise InputError("a benchmark marker is not closed by <!-- /benchmark -->, or has a space in its key")
    return _MARKED.sub(lambda match: f"{match[1]}{figure(named, match['key'])}{match[4]}", document)


def stale_figures(results: Json | Iterable[Json], document: str) -> list[str]:
    """Keys of the markers whose text is not what the results say.

    Raises:
        InputError: a key that no result has.
    """
    named = _by_name(results)
    return [match["key"] for match in _MARKED.finditer(document) if match["text"] != figure(named, match["key"])]


def figure(named: Mapping[str, Json], key: str) -> str:
    """What stands between the markers of a key.

    Raises:
        InputError: no result has it.
    """
    name, _, path = key.partition("/")
    if name not in named:
        raise InputError(f"benchmark:{key}: no stored result is named {name!r} (there are: {', '.join(sorted(named))})")
    result = named[name]
    if path in _TABLES:
        return f"\n{_TABLES[path](result)}"
    if path.startswith("table/") and (part := path.removeprefix("table/")) in table.SLICES:
        return f"\n{table.slices_table(result, part)}"
    if path == "caption":
        return _CAPTIONS.get(str(result.get("kind")), table.caption)(result)
    return table.show(_value(result, path, key))


def _value(result: Json, path: str, key: str) -> object:
    value: object = result
    for step in path.split("/"):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise InputError(f"benchmark:{key}: the result has no {step!r}")
    if isinstance(value, list) or (isinstance(value, dict) and "value" not in value):
        raise InputError(f"benchmark:{key}: is no single figure")
    return value


def _by_name(results: Json | Iterable[Json]) -> dict[str, Json]:
    listed: list[Json] = [results] if isinstance(results, dict) else list(results)
    return {str(result["name"]): result for result in listed}
