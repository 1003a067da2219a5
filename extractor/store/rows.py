"""Records as they stand in the tables, and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from extractor.records import Article, Finding, Json, Mention, Section, Span

SLOTS = ("cytokine", "fluid", "direction", "contrast", "comparator", "condition", "host")
"""Columns of ``findings`` that say what is claimed."""


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def to_json(value: object) -> str:
    """JSON that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(article: Article) -> str:
    """SHA-256 of title and abstract: what offsets count in, as in the gold set."""
    return hashlib.sha256(article.text.encode()).hexdigest()


def article_fields(article: Article) -> dict[str, Any]:
    """The columns of ``articles`` that a record brings."""
    return {
        "id": article.id,
        "pmid": article.pmid,
        "doi": article.doi,
        "pmcid": article.pmcid,
        "journal": article.journal,
        "year": article.year,
        "language": article.language,
        "publication_types": to_json(article.publication_types),
        "mesh": to_json(article.mesh),
        "version": article.version,
        "retracted": int(article.retracted),
        "status": "deleted" if article.deleted else "present",
        "sha256": sha256_of(article),
        "authors": to_json(article.authors),
    }


def text_fields(article: Article) -> dict[str, Any]:
    """The columns of ``texts``."""
    return {
        "article_id": article.id,
        "sha256": sha256_of(article),
        "title": article.title,
        "abstract": article.abstract,
        "sections": to_json([[section.label, section.text] for section in article.sections]),
    }


def article_of(row: sqlite3.Row) -> Article:
    """The article of a row of ``articles`` joined with ``texts``."""
    return Article(
        id=row["id"],
        title=row["title"],
        abstract=row["abstract"],
        pmid=row["pmid"],
        doi=row["doi"],
        pmcid=row["pmcid"],
        sections=tuple(Section(label, text) for label, text in json.loads(row["sections"])),
        journal=row["journal"],
        year=row["year"],
        language=row["language"],
        publication_types=tuple(json.loads(row["publication_types"])),
        mesh=tuple(json.loads(row["mesh"])),
        version=row["version"],
        retracted=bool(row["retracted"]),
        deleted=row["status"] != "present",
        authors=tuple(json.loads(row["authors"])),
    )


def finding_fields(finding: Finding) -> dict[str, Any]:
    """The columns of ``findings`` but ``reading_id``."""
    rest = {
        "source": finding.source,
        "evidence": list(finding.evidence),
        "evidence_text": finding.evidence_text,
        "cytokine_mention": _mention_fields(finding.cytokine_mention),
        "fluid_mention": _mention_fields(finding.fluid_mention),
        "cross_sentence": finding.cross_sentence,
        "n": finding.n,
        "p": finding.p,
        "confidence": finding.confidence,
        "model": finding.model,
        "also": [list(span) for span in finding.also],
    }
    return {**{slot: getattr(finding, slot) for slot in SLOTS}, "score": finding.score, "rest": to_json(rest)}


def finding_of(article_id: str, fields: Json | sqlite3.Row) -> Finding:
    """The finding of a row of ``findings``."""
    rest = json.loads(fields["rest"])
    return Finding(
        article_id=article_id,
        **{slot: fields[slot] for slot in SLOTS},
        score=fields["score"],
        source=rest["source"],
        evidence=Span(*rest["evidence"]),
        evidence_text=rest["evidence_text"],
        cytokine_mention=_mention(rest["cytokine_mention"]),
        fluid_mention=_mention(rest["fluid_mention"]),
        cross_sentence=rest["cross_sentence"],
        n=rest["n"],
        p=rest["p"],
        confidence=rest["confidence"],
        model=rest["model"],
        also=tuple(Span(*span) for span in rest["also"]),
    )


def finding_json(finding: Finding) -> str:
    """A whole finding, for a curator's correction."""
    return to_json(finding_fields(finding))


def finding_from_json(article_id: str, text: str) -> Finding:
    """The finding of ``finding_json``."""
    return finding_of(article_id, json.loads(text))


def _mention_fields(mention: Mention | None) -> Json | None:
    if mention is None:
        return None
    return {
        "span": list(mention.span),
        "text": mention.text,
        "kind": mention.kind,
        "concept": mention.concept,
        "level": mention.level,
        "source": mention.source,
    }


def _mention(fields: Json | None) -> Mention | None:
    return None if fields is None else Mention(**{**fields, "span": Span(*fields["span"])})
