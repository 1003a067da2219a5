"""Whose result is it? Findings that a paper reports of other studies are marked ``cited``, so that they have no vote.

A finding is cited where every sentence it rests on gives the result to others ("previous studies", "et al.", "has been
reported", or the background section of a structured abstract), or where the whole paper is a review. What agrees with
others ("as previously reported", "in contrast to earlier studies") is the paper's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from extractor.clauses import split_clauses
from extractor.records import AnnotatedArticle, Article, Finding, Mention, Span
from extractor.roles import Role, mask, section_roles
from extractor.sentences import sentence_starts
from extractor.wordlists import pattern

CITED = "cited"
"""``Claim.source`` of a result that a paper reports of another study."""
_REVIEWS = {"review", "systematic review", "scoping review", "meta-analysis", "network meta-analysis"}
_REVIEW_TITLE = re.compile(
    r"\b(?:an? (?:brief |short |updated? )?|the )(?:review|overview)\b|\breview$|\bmeta-?analys[ei]s\b"
    r"|\b(?:systematic|scoping|narrative|literature|comprehensive|umbrella|critical|mini)[ -]?review\b",
    re.IGNORECASE,
)
_OWN_REVIEW = re.compile(
    r"\b(?:case (?:report|series)|(?:chart|record|retrospective|case) review"
    r"|(?:and|with) (?:an? )?(?:\w+ )?review of(?: the)? literature)\b",
    re.IGNORECASE,
)
"""Papers that report cases of their own beside a review, and reviews of records."""
_TOOL = re.compile(
    r"\W*(?:\w+ )?(?:methods?|assays?|protocols?|techniques?|procedures?|criteria|models?|cohorts?|patients|cases?"
    r"|series|formulas?|kits?|antibod(?:y|ies)|famil(?:y|ies)|mutations?|subjects|controls?|samples)\b",
    re.IGNORECASE,
)
_TOOL_OF = re.compile(
    r"\b(?:methods?|criteria|assays?|protocols?|techniques?|procedures?|formulas?|model) (?:of|by|from)\W*"
    r"(?:[\w.,-]+ ){0,4}$",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\bp\s*[<=>≤≥]|±|\bpg/|\bng/|\bn\s*=", re.IGNORECASE)
_TELLING = {"results", "conclusion", "title"}
_FRONTED = re.compile(
    r"\W*(?:although|though|while|whereas|even though|unlike|despite|in contrast|contrary)\b", re.IGNORECASE
)


def attribute(article: Article, findings: Iterable[Finding]) -> list[Finding]:
    """The findings in their order, those that the article reports of other studies with the source ``cited``."""
    findings = list(findings)
    if not findings:
        return []
    if is_review(article):
        return [replace(finding, source=CITED) for finding in findings]
    spans, roles = _sentences(article)
    return [
        replace(finding, source=CITED) if _is_cited(article, finding, spans, roles) else finding for finding in findings
    ]


def is_review(article: Article) -> bool:
    """Whether an article reports other studies only: by its publication types, else by title and wording."""
    if any(each.lower() in _REVIEWS for each in article.publication_types):
        return True
    if _OWN_REVIEW.search(article.title):
        return False
    said = pattern("review").search(article.text)
    return said is not None or _REVIEW_TITLE.search(article.title) is not None


def _sentences(article: Article) -> tuple[list[Span], list[Role]]:
    cuts = [*sentence_starts(article.text), len(article.text)]
    spans = [Span(start, end) for start, end in pairwise(cuts)]
    return spans, section_roles(AnnotatedArticle(article, tuple(spans), ()))


def _is_cited(article: Article, finding: Finding, spans: Sequence[Span], roles: Sequence[Role]) -> bool:
    """Whether every sentence of the finding gives the result to others."""
    for evidence in (finding.evidence, *finding.also):
        text = article.text[evidence.start : evidence.end]
        place = next((n for n, span in enumerate(spans) if span.end > evidence.start), 0)
        mention = finding.cytokine_mention
        known = mention is not None and evidence.contains(mention.span)
        if not is_attributed(text, mention if known else None, evidence.start, roles[place]):
            return False
    return True


def is_attributed(text: str, mention: Mention | None, offset: int, role: Role) -> bool:
    """Whether a sentence gives a result to others.

    Args:
        text: of the sentence.
        mention: of the cytokine; None where its place in the sentence is not known.
        offset: of the sentence in the article.
        role: of the section that the sentence stands in.
    """
    if role != "background" and not _speaks_of_others(text):
        return False
    if mention is None:
        return bool(_cues(text, role)) and not pattern("own").search(text)
    place = mention.span.start - offset
    own_is_unlikely = role == "background"
    carried = False
    for start, end in split_clauses(mask(text, [mention], offset)):
        clause = text[start:end]
        said = _said(clause, role, min(place - start, len(clause)))
        if start <= place < end:
            return (carried or own_is_unlikely) if said is None else said
        if said is not None:
            carried = said and not _FRONTED.match(clause)
    return own_is_unlikely


@lru_cache(maxsize=64)
def _speaks_of_others(text: str) -> bool:
    return any(pattern(kind).search(text) for kind in ("cited", "hearsay"))


def _said(clause: str, role: Role, place: int) -> bool | None:
    """True for a clause that speaks of others, False for one that speaks of this study, None for one that says nothing.

    Of two such words the last before ``place`` holds.
    """
    cited = _cues(clause, role)
    own = [each.start() for each in pattern("own").finditer(clause)]
    if cited and own:
        before = [at for at in (*cited, *own) if at <= place]
        return max(before) in cited if before else False
    return True if cited else False if own else None


def _cues(clause: str, role: Role) -> list[int]:
    """Where the words end that give a result to others; hearsay is no such word where this study may be meant."""
    found = list(pattern("cited").finditer(clause))
    if role not in _TELLING and not _FIGURES.search(clause) and not pattern("own").search(clause):
        found += pattern("hearsay").finditer(clause)
    return [each.end() - 1 for each in found if _is_attribution(clause, each)]


def _is_attribution(clause: str, cue: re.Match[str]) -> bool:
    """Whether it is about a result: no agreement with others, no denial, no method or group of patients of theirs."""
    before, after = clause[: cue.start()].rstrip(), clause[cue.end() :]
    agreeing = re.search(rf"(?:{pattern('agreeing').pattern})$", before, re.IGNORECASE)
    return agreeing is None and not _TOOL.match(after) and not _TOOL_OF.search(clause[: cue.start()])
