"""What the gold set holds: counts per part and label, as data and as a Markdown table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TypeAlias

from extractor.errors import GoldError
from extractor.gold.parsing import SPLITS, STRATA
from extractor.records import CONFIDENCES, CONTRASTS, DIRECTIONS, FLUIDS, Finding, GoldArticle

_LABEL: Mapping[str, Callable[[Finding], str]] = {
    "direction": lambda finding: finding.direction,
    "fluid": lambda finding: pooled(finding.fluid),
    "contrast": lambda finding: finding.contrast,
    "host": lambda finding: pooled(finding.host),
    "evidence": lambda finding: "cross-sentence" if finding.cross_sentence else "same sentence",
    "confidence": lambda finding: finding.confidence,
}
_ORDER: Mapping[str, Sequence[str]] = {
    "direction": DIRECTIONS,
    "fluid": (*FLUIDS[:-1], "other", "unspecified"),
    "contrast": CONTRASTS,
    "host": ("human", "mouse", "rat", "other", "unspecified"),
    "evidence": ("same sentence", "cross-sentence"),
    "confidence": CONFIDENCES,
}
_OPENING, _CLOSING = "<!-- counts -->", "<!-- /counts -->"
Row: TypeAlias = tuple[str, str]


def pooled(name: str) -> str:
    """``other:<name>`` as ``other``; any other name as it is."""
    return "other" if name.startswith("other:") else name


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts per part (``general train``, ``als dev`` ...) and per (group, label).

    Attributes:
        parts: the parts present, in order.
        counts: part -> (group, label) -> number. Groups: ``articles`` (``all``, ``with findings``, ``with PMID``,
            ``with text``, ``hydratable``), ``stratum``, ``mentions`` (per kind), ``findings``, ``direction``,
            ``fluid``, ``contrast``, ``host``, ``evidence``, ``confidence``.
    """

    parts: tuple[str, ...]
    counts: Mapping[str, Counter[Row]] = field(default_factory=dict)

    def total(self, group: str, label: str) -> int:
        """The number over all parts."""
        return sum(counter[(group, label)] for counter in self.counts.values())

    def hydratable(self, *parts: str) -> float:
        """Share of the articles of some parts whose text PubMed can give; NaN for no article.

        These have a PMID and a text that was not rebuilt from tokens. Rewritten abstracts bring their text and are not
        counted.
        """
        general = [self.counts[part] for part in parts if not part.startswith("als")]
        articles = sum(counter["articles", "all"] for counter in general)
        return sum(counter["articles", "hydratable"] for counter in general) / articles if articles else float("nan")

    def as_json(self) -> dict[str, dict[str, dict[str, int | float]]]:
        """Part -> group -> label -> number, with the share that PubMed can hydrate under ``articles``."""
        nested: dict[str, dict[str, dict[str, int | float]]] = {}
        for part in self.parts:
            groups = nested.setdefault(part, {})
            for (group, label), number in sorted(self.counts[part].items()):
                groups.setdefault(group, {})[label] = number
            if not isnan(share := self.hydratable(part)):
                groups.setdefault("articles", {})["hydratable share"] = share
        return nested


def stats(gold: Iterable[GoldArticle], *, rebuilt: Collection[str] = ()) -> Stats:
    """Count articles, mentions and findings of each part.

    Args:
        gold: annotated articles.
        rebuilt: ids whose text was rebuilt from tokens (``texts.rebuilt_texts``), so that PubMed's text does not fit.
    """
    counts: dict[str, Counter[Row]] = {}
    for each in gold:
        part = f"{'als' if each.stratum == 'als' else 'general'} {each.split}"
        counts.setdefault(part, Counter()).update(_rows_of(each, each.id in rebuilt))
    order = [f"{kind} {split}" for kind in ("general", "als") for split in SPLITS]
    return Stats(tuple(part for part in order if part in counts), counts)


def _rows_of(gold: GoldArticle, rebuilt: bool) -> list[Row]:
    rows = [("articles", "all"), ("stratum", gold.stratum)]
    rows += [("articles", "with findings")] * bool(gold.findings)
    rows += [("articles", "with PMID")] * (gold.pmid is not None)
    rows += [("articles", "hydratable")] * (gold.pmid is not None and not rebuilt)
    rows += [("articles", "with text")] * (gold.article is not None)
    rows += [("mentions", mention.kind) for mention in gold.mentions]
    rows += [("findings", "all") for _ in gold.findings]
    rows += [(group, label(finding)) for finding in gold.findings for group, label in _LABEL.items()]
    return rows


def stats_table(counted: Stats) -> str:
    """A Markdown table: one row per label, one column per part, and their sum. Labels never used are left out."""
    head = ["", *counted.parts, "all"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for group, label in _rows(counted):
        numbers = [str(counted.counts[part][(group, label)]) for part in counted.parts]
        lines.append("| " + " | ".join([f"{group}: {label}", *numbers, str(counted.total(group, label))]) + " |")
    shares = [_percent(counted.hydratable(part)) for part in counted.parts]
    overall = _percent(counted.hydratable(*counted.parts))
    lines.append("| " + " | ".join(["share that PubMed can hydrate", *shares, overall]) + " |")
    return "\n".join(lines) + "\n"


def render_counts(document: str, table: str) -> str:
    """A Markdown document with ``table`` between its marker lines, in place of what stood there.

    Args:
        document: text with one pair of marker lines, ``<!-- counts -->`` and after it ``<!-- /counts -->``.
        table: the new content, for example of ``stats_table``.

    Raises:
        GoldError: the document does not have exactly that pair.
    """
    lines = document.splitlines()
    if (lines.count(_OPENING), lines.count(_CLOSING)) != (1, 1) or lines.index(_CLOSING) < lines.index(_OPENING):
        raise GoldError(f"the document has no single pair of lines {_OPENING} and {_CLOSING}")
    before, after = lines[: lines.index(_OPENING) + 1], lines[lines.index(_CLOSING) :]
    return "\n".join([*before, "", *table.strip("\n").splitlines(), "", *after]) + "\n"


def _percent(share: float) -> str:
    return "–" if isnan(share) else f"{share:.0%}"


def _rows(counted: Stats) -> list[Row]:
    rows = [("articles", label) for label in ("all", "with findings", "with PMID", "with text")]
    rows += [("stratum", label) for label in STRATA]
    rows += [("mentions", "cytokine"), ("mentions", "fluid"), ("findings", "all")]
    rows += [(group, label) for group, labels in _ORDER.items() for label in labels]
    return [row for row in rows if row[0] in {"articles", "findings"} or counted.total(*row)]
