"""The page's two plots for print: effect directions and timelines, as SVG and PNG, the same bytes every time."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from extractor.ledger import Cell, Ledger, fluid_order
from extractor.report.provenance import CONTRAST_NAMES, HOST_NAMES

_MARKS: Mapping[str, tuple[str, str, str, float]] = {
    "increased": ("^", "#b5460f", "raised", -0.3),
    "unchanged": ("s", "#6b7280", "unchanged", 0.0),
    "decreased": ("v", "#1f5f99", "lowered", 0.3),
    "mixed": ("D", "#6d3f8f", "mixed", 0.0),
}
"""Shape, colour, name and place of each vote: the shape alone tells them apart."""
_STYLE = {"svg.hashsalt": "ledger", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 8.0}
_HOSTS = ("human", "animal", "unspecified")
_TIMELINES_A_ROW = 3


def figures(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """File names with their contents: per contrast a map, and the timelines where there are any."""
    for contrast in dict.fromkeys(cell.key.contrast for cell in ledger.cells):
        cells = [cell for cell in ledger.cells if cell.key.contrast == contrast]
        with mpl.rc_context(_STYLE):
            yield from _written(f"effect_directions_{contrast}", effect_directions(cells, CONTRAST_NAMES[contrast]))
    dated = _by_cytokine([cell for cell in ledger.cells if cell.key.contrast == "disease"])
    if dated:
        with mpl.rc_context(_STYLE):
            yield from _written("timelines_disease", timelines(dated))


def effect_directions(cells: Sequence[Cell], title: str) -> Figure:
    """Cytokine by fluid, one panel per host; the size of a mark grows with the studies, a number says how many."""
    rows = sorted({cell.key.cytokine for cell in cells}, reverse=True)
    hosts = [host for host in _HOSTS if any(cell.key.host == host for cell in cells)]
    fluids = {
        host: sorted({cell.key.fluid for cell in cells if cell.key.host == host}, key=fluid_order) for host in hosts
    }
    columns = sum(map(len, fluids.values()))
    figure = Figure(figsize=(1.6 + 1.05 * columns + 0.2 * len(hosts), 1.5 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots(
        1, len(hosts), sharey=True, squeeze=False, width_ratios=[len(fluids[host]) for host in hosts]
    )
    for axis, host in zip(axes[0], hosts, strict=True):
        _map_panel(axis, [cell for cell in cells if cell.key.host == host], rows, fluids[host], HOST_NAMES[host])
    figure.suptitle(f"Direction of effect by study: {title}", fontsize=10)
    figure.legend(handles=_legend(outline=True), loc="outside lower center", ncols=3, frameon=False)
    return figure


def timelines(cells: Mapping[str, Sequence[Cell]]) -> Figure:
    """Per cytokine the votes by year, a line per host and fluid."""
    height = -(-len(cells) // _TIMELINES_A_ROW)
    figure = Figure(figsize=(12, 0.8 + 1.55 * height), layout="constrained")
    axes = figure.subplots(height, min(_TIMELINES_A_ROW, len(cells)), squeeze=False).flatten()
    years = [vote.study.year for some in cells.values() for cell in some for vote in cell.votes if vote.study.year]
    for axis, (cytokine, some) in zip(axes, cells.items(), strict=False):
        _timeline_panel(axis, cytokine, some, (min(years) - 1, max(years) + 1))
    for axis in axes[len(cells) :]:
        axis.set_axis_off()
    figure.legend(handles=_legend(outline=False), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _map_panel(axis: Axes, cells: Sequence[Cell], rows: Sequence[str], fluids: Sequence[str], title: str) -> None:
    axis.set_xlim(-0.5, len(fluids) - 0.5)
    axis.set_ylim(-0.5, len(rows) - 0.5)
    axis.set_xticks(range(len(fluids)), [_fluid_name(fluid) for fluid in fluids])
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(rows)), rows)
    axis.tick_params(length=0)
    axis.set_title(title, fontsize=9, fontweight="bold")
    for place in range(1, max(len(rows), len(fluids))):
        axis.axhline(place - 0.5, color="#e5e7eb", linewidth=0.6, zorder=0)
        axis.axvline(place - 0.5, color="#e5e7eb", linewidth=0.6, zorder=0)
    marks = _Marks(axis)
    for cell in cells:
        _draw_cell(axis, marks, cell, fluids.index(cell.key.fluid), rows.index(cell.key.cytokine))
    marks.draw()


class _Marks:
    """Collects marks, since one call for all of a kind is far quicker than one each."""

    def __init__(self, axis: Axes) -> None:
        self._axis = axis
        self._kept: dict[str, list[tuple[float, float, float]]] = defaultdict(list)

    def add(self, direction: str, x: float, y: float, size: float) -> None:
        self._kept[direction].append((x, y, size))

    def draw(self) -> None:
        for direction, kept in self._kept.items():
            shape, colour, *_ = _MARKS[direction]
            x, y, sizes = zip(*kept, strict=True)
            self._axis.scatter(x, y, s=sizes, marker=shape, color=colour, linewidths=0, zorder=2)


def _draw_cell(axis: Axes, marks: _Marks, cell: Cell, x: int, y: int) -> None:
    if cell.opposed:
        axis.add_patch(Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, fill=False, linewidth=1.4, edgecolor="#111827"))
    shown = [(direction, cell.count(direction)) for direction in _MARKS if cell.count(direction)]
    shrink = 0.6 if len(shown) == len(_MARKS) else 1.0
    for direction, count in shown:
        place = _MARKS[direction][3]
        if direction in {"unchanged", "mixed"} and cell.unchanged and cell.mixed:
            place = -0.1 if direction == "unchanged" else 0.1
        marks.add(direction, x + place, y + 0.1, shrink * min(90.0, 18.0 + 10.0 * count))
        axis.text(x + place, y - 0.2, str(count), ha="center", va="top", fontsize=6.5, zorder=3)


def _timeline_panel(axis: Axes, cytokine: str, cells: Sequence[Cell], years: tuple[int, int]) -> None:
    axis.set_title(cytokine, fontsize=9, loc="left", fontweight="bold")
    axis.set_xlim(*years)
    axis.set_ylim(len(cells) - 0.4, -0.6)
    names = [
        f"{_fluid_name(cell.key.fluid)}{'' if cell.key.host == 'human' else f' ({cell.key.host})'}" for cell in cells
    ]
    axis.set_yticks(range(len(cells)), names)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axis.grid(axis="y", color="#e5e7eb", linewidth=0.6)
    axis.set_axisbelow(True)
    marks = _Marks(axis)
    for row, cell in enumerate(cells):
        seen: Counter[int] = Counter()
        for vote in cell.votes:
            if vote.study.year is not None:
                marks.add(vote.direction, vote.study.year, row - 0.16 * seen[vote.study.year], 30.0)
                seen[vote.study.year] += 1
    marks.draw()


def _by_cytokine(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """Cells of the cytokines that two or more dated votes were given on."""
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.years is not None:
            found[cell.key.cytokine].append(cell)
    return {
        cytokine: some
        for cytokine, some in sorted(found.items())
        if sum(vote.study.year is not None for cell in some for vote in cell.votes) > 1
    }


def _legend(*, outline: bool) -> list[Line2D | Rectangle]:
    marks: list[Line2D | Rectangle] = [
        Line2D([], [], marker=shape, color=colour, linestyle="none", markersize=6, label=name)
        for shape, colour, name, _ in _MARKS.values()
    ]
    if outline:
        marks.append(
            Rectangle((0, 0), 1, 1, fill=False, edgecolor="#111827", linewidth=1.4, label="rise and fall reported")
        )
    return marks


def _fluid_name(fluid: str) -> str:
    return "fluid n/s" if fluid == "unspecified" else fluid.removeprefix("other:").replace("_", " ")


def _written(name: str, figure: Figure) -> Iterator[tuple[str, bytes]]:
    FigureCanvasAgg(figure)
    for form, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        stream = io.BytesIO()
        figure.savefig(stream, format=form, dpi=160, metadata=metadata)
        figure.set_layout_engine("none")  # laid out once
        yield f"{name}.{form}", stream.getvalue()
