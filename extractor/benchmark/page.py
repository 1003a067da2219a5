"""One self-contained HTML page with the tables and plots of a result; no script, nothing loaded from elsewhere."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from functools import partial

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from extractor.benchmark import table
from extractor.records import Json

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .6rem;border-bottom:1px solid #ccc;text-align:left}
thead th{border-bottom:2px solid #444}figure{margin:1rem 0}figcaption{color:#444}svg{max-width:100%;height:auto}
.scroll{overflow-x:auto}"""
_ID = re.compile(r'\bid="|url\(#|href="#')
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")


def render_page(result: Json) -> str:
    """The page of a result; the same result gives the same bytes."""
    title = html.escape(f"Accuracy: {result['name']}")
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{html.escape(table.caption(result))}</p>",
        _table(table.systems_table(result)),
        _figure(partial(_headline, result), "F1 of triples with 95% intervals; diamonds: human agreement"),
        _table(table.context_table(result)),
        "<h2>Recognition and pairing</h2>",
        _table(table.stages_table(result)),
    ]
    for name in table.SLICES:
        parts += [f"<h2>Triples per {html.escape(name)}: F1</h2>", _table(table.slices_table(result, name))]
    parts += [_figure(partial(_slices, result, "fluid"), "F1 of triples per fluid"), *_calibrations(result)]
    parts += ["<h2>Differences</h2>", _table(table.comparisons_table(result))]
    parts += ["<h2>Where errors come from</h2>", _table(table.causes_table(result)), *_confusions(result)]
    if result["leaks"]:
        parts += ["<h2>Leak checks</h2>", _table(table.leaks_table(result))]
    if result["external"]:
        parts += ["<h2>External tests</h2>", _table(table.external_table(result))]
    body = "\n".join(_own_ids(part, number) for number, part in enumerate(parts))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'
    )


def _table(markdown: str) -> str:
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.strip().splitlines()]
    cells = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(draw: Callable[[Axes], None], caption: str, *, size: tuple[float, float] = (8.0, 3.6)) -> str:
    with mpl.rc_context({"svg.hashsalt": "benchmark", "svg.fonttype": "path", "font.size": 10}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot())
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = out.getvalue()
    drawing = svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{html.escape(caption)}" ', 1)
    return f"<figure>{drawing}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _own_ids(part: str, number: int) -> str:
    """Ids inside a drawing made unique on the page."""
    return _ID.sub(lambda match: f"{match[0]}p{number}-", part) if part.startswith("<figure>") else part


def _bars(
    axes: Axes, intervals: Sequence[Json], places: Sequence[float], *, colour: str, marker: str = "o", label: str = ""
) -> None:
    known = [(each, place) for each, place in zip(intervals, places, strict=True) if each["value"] is not None]
    if not known:
        return
    values = [each["value"] for each, _ in known]
    low = [max(0.0, each["value"] - _or(each["low"], each["value"])) for each, _ in known]
    high = [max(0.0, _or(each["high"], each["value"]) - each["value"]) for each, _ in known]
    where = [place for _, place in known]
    axes.errorbar(values, where, xerr=[low, high], fmt=marker, color=colour, capsize=3, label=label or None)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _headline(result: Json, axes: Axes) -> None:
    systems, human = result["systems"], result["human"]
    labels = [*systems, *(f"{table.HUMAN} ({name})" for name in human)]
    _bars(
        axes, [each["triples"]["overall"]["f1"] for each in systems.values()], range(len(systems)), colour=_COLOURS[0]
    )
    places = range(len(systems), len(labels))
    _bars(axes, [each["slots"]["triple"]["f1"] for each in human.values()], places, colour=_COLOURS[1], marker="D")
    axes.set(
        xlim=(-0.02, 1.02), xlabel="F1", yticks=range(len(labels)), yticklabels=labels, ylim=(len(labels) - 0.5, -0.5)
    )
    axes.grid(axis="x", alpha=0.3)


def _slices(result: Json, name: str, axes: Axes) -> None:
    parts = {key: system["triples"]["slices"][name] for key, system in result["systems"].items()}
    values = sorted({value for part in parts.values() for value in part})
    for row, (system, part) in enumerate(parts.items()):
        shift = 0.6 * (row / max(1, len(parts) - 1) - 0.5) if len(parts) > 1 else 0.0
        there = [(part[value]["f1"], place + shift) for place, value in enumerate(values) if value in part]
        _bars(
            axes, [f1 for f1, _ in there], [at for _, at in there], colour=_COLOURS[row % len(_COLOURS)], label=system
        )
    axes.set(
        xlim=(-0.02, 1.02), xlabel="F1", yticks=range(len(values)), yticklabels=values, ylim=(len(values) - 0.5, -0.5)
    )
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _calibrations(result: Json) -> list[str]:
    parts = []
    for name, system in result["systems"].items():
        found = system["calibration"]
        if found is None:
            continue
        ece, chance, point = table.show(found["ece"]), table.show(found["chance"]), found["threshold"]
        best = "no score threshold reaches it"
        if point is not None:
            best = f"score ≥ {point['score']:.3f}, coverage {point['coverage']:.2f}, recall {point['recall']:.2f}"
        text = f"ECE {ece}, by chance {chance} at n {found['n']}. Precision {found['wanted']}: {best}."
        parts += [f"<h2>Calibration: {html.escape(name)}</h2>", f"<p>{html.escape(text)}</p>"]
        parts.append(_figure(partial(_reliability, found), "Reliability: share right per score"))
        parts.append(_figure(partial(_coverage, found), "Precision against coverage"))
    return parts


def _reliability(found: Json, axes: Axes) -> None:
    filled = [each for each in found["reliability"] if each["n"]]
    axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    axes.plot([each["confidence"] for each in filled], [each["accuracy"] for each in filled], "o-", color=_COLOURS[0])
    for each in filled:
        axes.annotate(
            str(each["n"]), (each["confidence"], each["accuracy"]), textcoords="offset points", xytext=(4, -10)
        )
    axes.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="mean score (n beside the point)", ylabel="share right")


def _coverage(found: Json, axes: Axes) -> None:
    points = found["curve"]
    axes.step(
        [each["coverage"] for each in points], [each["precision"] for each in points], where="post", color=_COLOURS[0]
    )
    axes.axhline(found["wanted"], color="#888888", linestyle="--", linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="share of predictions kept", ylabel="precision")


def _confusions(result: Json) -> list[str]:
    parts = []
    for name, system in result["systems"].items():
        if system["direction"] is None:
            continue
        labels = list(system["direction"]["classes"])
        confusion = system["direction"]["confusion"]
        rows = [[label, *(str(confusion.get(label, {}).get(other, 0)) for other in labels)] for label in labels]
        head = ("gold ↓ decided →", *labels)
        parts += [f"<h3>Direction on gold mentions: {html.escape(name)}</h3>", _table(table.table(head, rows))]
    return parts
