"""Findings and marked texts for a reader in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractor.cli.console import visible
from extractor.mining import for_human
from extractor.records import AnnotatedArticle, Finding, Mention, Span

_ARROWS = {"increased": ("↑", "red"), "decreased": ("↓", "blue"), "unchanged": ("=", "yellow")}
_WIDE = 160
"""Columns where stdout is no terminal."""


def console() -> Console:
    """A console on stdout that keeps texts as they are (no markup, no emoji, no highlighting)."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(width=width, markup=False, emoji=False, highlight=False)


class TableWriter:
    """Findings as one table, printed when it is closed; the sentences stand beside them."""

    def __init__(self) -> None:
        self._held: list[Finding] = []

    def add(self, findings: Sequence[Finding]) -> None:
        """Take some findings."""
        self._held.extend(findings)

    def close(self) -> None:
        """Print them."""
        print_findings(self._held)


def print_findings(findings: Iterable[Finding]) -> None:
    """A table: article, cytokine, fluid, direction, contrast, condition, score; a sentence once for all it says.

    A score with a question mark is one that a human should look at (:func:`extractor.mining.for_human`).
    """
    table = Table(header_style="bold")
    for name in ("article", "cytokine", "fluid", "direction", "contrast", "condition", "score"):
        table.add_column(name, no_wrap=name not in {"contrast", "condition"}, max_width=22)
    table.add_column("sentence", ratio=1)
    before: tuple[str, Span] | None = None
    for each in findings:
        said, before = before == (each.article_id, each.evidence), (each.article_id, each.evidence)
        arrow, colour = _ARROWS[each.direction]
        against = "" if each.comparator == "unspecified" else f" vs {each.comparator}"
        table.add_row(
            *(Text(visible(cell)) for cell in (each.article_id, each.cytokine, each.fluid)),
            Text(f"{arrow} {each.direction}", style=colour),
            Text(f"{each.contrast}{against}"),
            Text(visible(each.condition)),
            Text(f"{each.score:.2f}{'?' if for_human(each) else ''}"),
            Text("″" if said else visible(each.evidence_text).replace("\n", " ")),
        )
    console().print(table)


def print_article(annotated: AnnotatedArticle, findings: Sequence[Finding]) -> None:
    """An article's text with its mentions coloured and its evidence underlined, and its findings below."""
    article = annotated.article
    out = console()
    out.print(Text(visible(article.id), style="bold"), "(retracted)" if article.retracted else "")
    out.print(_marked(article.text, annotated.mentions, [each.evidence for each in findings]), soft_wrap=False)
    if findings:
        print_findings(findings)
    else:
        out.print(Text("no finding", style="dim"))
    out.print()


def _marked(text: str, mentions: Sequence[Mention], evidence: Sequence[Span]) -> Text:
    edges = {0, len(text)}
    for span in [*(mention.span for mention in mentions), *evidence]:
        edges.update(span)
    places = sorted(edges)
    marked = Text()
    for start, end in pairwise(places):
        here = Span(start, end)
        marked.append(visible(text[start:end]), style=_style(here, mentions, evidence))
    return marked


def _style(here: Span, mentions: Sequence[Mention], evidence: Sequence[Span]) -> str:
    styles = ["underline"] if any(each.contains(here) for each in evidence) else []
    styles.extend(_colour(mention) for mention in mentions if mention.span.contains(here))
    return " ".join(styles)


def _colour(mention: Mention) -> str:
    if mention.kind == "fluid":
        return "bold green"
    return "bold magenta" if mention.level else "magenta dim"
