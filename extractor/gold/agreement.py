"""Agreement of two independent annotators: F1 per slot and Cohen's kappa on direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import numpy as np

from extractor.errors import GoldError
from extractor.gold.loading import load_double
from extractor.gold.resampling import Floats, Interval, Resampler, Score, ratio, score_counts
from extractor.records import Finding, GoldArticle

Slot: TypeAlias = Callable[[Finding], Hashable]
SLOTS: Mapping[str, Slot] = {
    "pair": lambda finding: (finding.cytokine, finding.fluid),
    "triple": lambda finding: finding.triple,
    "contrast": lambda finding: (*finding.triple, finding.contrast),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two annotators on the articles both have read.

    The second is scored against the first; F1 does not depend on which is which.

    Attributes:
        name: the set (``"general-dev"``).
        annotators: names of the two.
        articles: number of articles both have.
        only_one: ids that one of them has alone, not scored.
        mention: kind, concept and exact span.
        slots: ``pair``, ``triple`` and ``contrast`` (triple with contrast); what one calls debatable the other
            need not have.
        strict: the same, debatable findings counting as any other.
        kappa: Cohen's kappa on direction over what both found (cytokine, fluid and contrast alike).
        kappa_units: number of these.
    """

    name: str
    annotators: tuple[str, str]
    articles: int
    only_one: tuple[str, ...]
    mention: Score
    slots: Mapping[str, Score]
    strict: Mapping[str, Score]
    kappa: Interval
    kappa_units: int


def agreement(root: Path, *, corpus: Path | None = None, samples: int = 2000, seed: int = 0) -> list[Agreement]:
    """Agreement of every two annotators of each set in ``double/``.

    Texts are not needed; with ``corpus`` the spans are checked against them first.

    Raises:
        GoldError: a record breaks a rule, or two annotators share no article.
    """
    return [
        measure_agreement(
            annotators[first], annotators[second], name=name, annotators=(first, second), samples=samples, seed=seed
        )
        for name, annotators in load_double(root, corpus=corpus).items()
        for first, second in combinations(sorted(annotators), 2)
    ]


def measure_agreement(
    first: Sequence[GoldArticle],
    second: Sequence[GoldArticle],
    *,
    name: str,
    annotators: tuple[str, str] = ("A", "B"),
    samples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Agreement of two annotators on the articles both have.

    Raises:
        GoldError: they share no article, or read different texts under one id.
    """
    left, right = {each.id: each for each in first}, {each.id: each for each in second}
    pairs = [(each, right[key]) for key, each in left.items() if key in right]
    if not pairs:
        raise GoldError(f"{name}: {annotators[0]} and {annotators[1]} share no article")
    for one, two in pairs:
        if one.sha256 != two.sha256:
            raise GoldError(f"[{one.id}] {name}: sha256: the two annotators read different texts")
    resampler = Resampler(len(pairs), samples, seed)
    kappa, units = _kappa(pairs, resampler)
    return Agreement(
        name=name,
        annotators=annotators,
        articles=len(pairs),
        only_one=tuple(sorted(left.keys() ^ right.keys())),
        mention=score_counts([_compare(*map(_marked, pair)) for pair in pairs], resampler),
        slots={key: score_counts([_tolerant(*pair, slot) for pair in pairs], resampler) for key, slot in SLOTS.items()},
        strict={key: score_counts([_all(*pair, slot) for pair in pairs], resampler) for key, slot in SLOTS.items()},
        kappa=kappa,
        kappa_units=units,
    )


def agreement_table(agreements: Iterable[Agreement]) -> str:
    """A Markdown table, one row per set: F1 per slot and kappa, each with its 95% interval."""
    rows = [
        (
            "| set | articles | mention F1 | pair F1 | triple F1 | with contrast F1 | triple F1, debatable counted "
            "| kappa on direction |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in agreements:
        scores = (each.mention, each.slots["pair"], each.slots["triple"], each.slots["contrast"], each.strict["triple"])
        figures = [format_interval(score.f1) for score in scores]
        kappa = f"{format_interval(each.kappa)} (n {each.kappa_units})"
        rows.append(" | ".join([f"| {each.name}", str(each.articles), *figures, f"{kappa} |"]))
    return "\n".join(rows) + "\n"


def format_interval(interval: Interval, *, digits: int = 3) -> str:
    """``0.912 [0.880–0.941]``, or ``–`` where it is undefined."""
    if np.isnan(interval.value):
        return "–"
    return f"{interval.value:.{digits}f} [{interval.low:.{digits}f}–{interval.high:.{digits}f}]"


def _marked(gold: GoldArticle) -> set[Hashable]:
    return {(mention.span, mention.kind, mention.concept) for mention in gold.mentions}


def _compare(left: set[Hashable], right: set[Hashable]) -> tuple[int, int, int]:
    return len(left & right), len(right - left), len(left - right)


def _values(gold: GoldArticle, slot: Slot, *, sure_only: bool) -> set[Hashable]:
    return {slot(finding) for finding in gold.findings if not sure_only or finding.confidence == "sure"}


def _tolerant(first: GoldArticle, second: GoldArticle, slot: Slot) -> tuple[int, int, int]:
    left, right = (_values(gold, slot, sure_only=False) for gold in (first, second))
    sure_left, sure_right = (_values(gold, slot, sure_only=True) for gold in (first, second))
    return len((sure_left & right) | (sure_right & left)), len(sure_right - left), len(sure_left - right)


def _all(first: GoldArticle, second: GoldArticle, slot: Slot) -> tuple[int, int, int]:
    return _compare(*(_values(gold, slot, sure_only=False) for gold in (first, second)))


def _directions(gold: GoldArticle) -> dict[Hashable, str]:
    found: dict[Hashable, set[str]] = defaultdict(set)
    for finding in gold.findings:
        found[(finding.cytokine, finding.fluid, finding.contrast)].add(finding.direction)
    return {unit: "+".join(sorted(directions)) for unit, directions in found.items()}


def _kappa(pairs: Sequence[tuple[GoldArticle, GoldArticle]], resampler: Resampler) -> tuple[Interval, int]:
    rows = [(_directions(first), _directions(second)) for first, second in pairs]
    labels = sorted({label for row in rows for side in row for label in side.values()})
    place = {label: index for index, label in enumerate(labels)}
    tables = np.zeros((len(rows), len(labels), len(labels)))
    for index, (left, right) in enumerate(rows):
        for unit in left.keys() & right.keys():
            tables[index, place[left[unit]], place[right[unit]]] += 1
    total = tables.sum(axis=0)
    drawn = resampler.totals(tables.reshape(len(rows), -1)).reshape(-1, len(labels), len(labels))
    return resampler.interval(float(kappa_of(total)), kappa_of(drawn)), int(total.sum())


def kappa_of(tables: Floats) -> Floats:
    """Cohen's kappa of confusion tables of shape (..., labels, labels); NaN where chance alone agrees wholly."""
    n = tables.sum(axis=(-2, -1))
    observed = ratio(np.trace(tables, axis1=-2, axis2=-1), n)
    expected = ratio((tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1), n**2)
    return ratio(observed - expected, 1 - expected)
