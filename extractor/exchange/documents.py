"""What is exchanged: an article with its mentions and findings, and the checks every import makes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

from extractor.errors import InputError, RecordError
from extractor.records import Article, Finding, Kind, Mention, Span

_HALF = re.compile("[\ud800-\udfff]")
_FAULTS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Document:
    """An article with what was marked in it.

    Attributes:
        mentions: by place, one per span and kind; those of the findings are among them.
        reviewed: True when a curator has finished it; False where nobody has or the format cannot say.
    """

    article: Article
    mentions: tuple[Mention, ...] = ()
    findings: tuple[Finding, ...] = ()
    reviewed: bool = False

    @classmethod
    def of(
        cls, article: Article, findings: Iterable[Finding], mentions: Iterable[Mention] = (), *, reviewed: bool = False
    ) -> Self:
        """A document whose mentions comprise those of its findings.

        Raises:
            InputError: a span lies outside the text or is not what it says; names article and span.
        """
        findings = tuple(findings)
        merged: dict[tuple[Span, Kind], Mention] = {}
        named = (m for f in findings for m in (f.cytokine_mention, f.fluid_mention) if m is not None)
        for mention in (*mentions, *named):
            there = merged.setdefault((mention.span, mention.kind), mention)
            if there.concept is None and mention.concept is not None:
                merged[mention.span, mention.kind] = mention
        _check(article, merged.values(), findings)
        return cls(
            article,
            tuple(merged[key] for key in sorted(merged)),
            tuple(_with_mentions(finding, merged) for finding in findings),
            reviewed,
        )

    def mention(self, span: Span, kind: Kind) -> Mention | None:
        """The mention of that kind at exactly that place."""
        return next((m for m in self.mentions if m.span == span and m.kind == kind), None)


def _with_mentions(finding: Finding, merged: dict[tuple[Span, Kind], Mention]) -> Finding:
    cytokine, fluid = finding.cytokine_mention, finding.fluid_mention
    return replace(
        finding,
        cytokine_mention=None if cytokine is None else merged[cytokine.span, cytokine.kind],
        fluid_mention=None if fluid is None else merged[fluid.span, fluid.kind],
    )


def _check(article: Article, mentions: Iterable[Mention], findings: Iterable[Finding]) -> None:
    text = article.text
    for what, written in (("id", article.id), ("text", text)):
        if _HALF.search(written):
            raise InputError(f"[{article.id}] its {what} holds half a surrogate pair")
    for mention in mentions:
        if not 0 <= mention.span.start < mention.span.end <= len(text):
            raise InputError(f"[{article.id}] mention {tuple(mention.span)}: outside the {len(text)} characters")
        if (there := text[slice(*mention.span)]) != mention.text:
            raise InputError(f"[{article.id}] mention {tuple(mention.span)}: text has {there!r}, not {mention.text!r}")
    for finding in findings:
        if not 0 <= finding.evidence.start <= finding.evidence.end <= len(text):
            raise InputError(f"[{article.id}] evidence {tuple(finding.evidence)}: outside the {len(text)} characters")


def anchor(finding: Finding) -> Span | None:
    """Where a finding is shown: its cytokine, else its evidence; None for a claim without a place in the text."""
    if finding.cytokine_mention is not None:
        return finding.cytokine_mention.span
    return finding.evidence if finding.evidence.start < finding.evidence.end else None


def mention_at(
    text: str,
    span: Span,
    kind: Kind,
    concept: str | None,
    *,
    source: str,
    surface: str | None = None,
    level: bool = True,
) -> Mention:
    """A mention that an import found, checked.

    Args:
        text: of the article.
        span: its place there, in code points.
        kind: cytokine or fluid.
        concept: empty or None where the format says none.
        source: name of the format.
        surface: what the format says stands there; None where it does not say.
        level: False for a name that is no protein level.

    Raises:
        ValueError: the span is empty or outside the text, or something else stands there.
    """
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError(f"span {span.start}-{span.end} is empty or outside the {len(text)} characters")
    there = text[slice(*span)]
    if surface is not None and surface != there:
        raise ValueError(f"span {span.start}-{span.end} is {there!r} in the text, but was marked as {surface!r}")
    return Mention(span, there, kind, concept or None, level=level, source=source)


def article_of(identity: str, text: str, *, title_length: int | None = None, pmid: str | None = None) -> Article:
    """An article from its whole text, cut at the newline that ends the title (the first where nothing says which).

    Raises:
        ValueError: there is no newline where the title ends, or no id.
    """
    if not identity:
        raise ValueError("the article has no id")
    end = text.find("\n") if title_length is None else title_length
    if not 0 <= end < len(text) or text[end] != "\n":
        raise ValueError("no newline between title and abstract")
    found = pmid or (identity.removeprefix("PMID:") if identity.startswith("PMID:") else None)
    return Article(id=identity, title=text[:end], abstract=text[end + 1 :], pmid=found)


def sha256_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as everywhere in the project."""
    return hashlib.sha256(text.encode()).hexdigest()


def attempt(file: str, record: str, build: Callable[[], Document]) -> Document | RecordError:
    """What ``build`` returns; a fault of the record becomes an error that names it."""
    try:
        return build()
    except InputError as error:
        return RecordError(file, record, "import", str(error))
    except _FAULTS as error:
        reason = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        return RecordError(file, record, "import", reason or type(error).__name__)
