"""The circumstances of a finding: contrast, comparator, condition, host, group size and p-value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.conditions import read_condition
from extractor.hosts import read_host
from extractor.records import AnnotatedArticle, Candidate, Comparator, Contrast, Decision, Direction, Span
from extractor.wordlists import words


@dataclass(frozen=True, slots=True)
class Context:
    """What a finding says besides its triple; fields as in ``records.Claim`` and ``records.Finding``."""

    contrast: Contrast
    comparator: Comparator
    condition: str
    host: str
    n: int | None
    p: str | None


_CUT = re.compile(r";|,?\s(?:whereas|while|although|but(?! not)|however)\b", re.IGNORECASE)
_CONTROLS = re.compile(r"\bcontrols?\b|\bHCs?\b", re.IGNORECASE)
_PATIENTS = re.compile(
    r"\b(?:in|of|among|for)\s+(?:the\s+|all\s+|both\s+)?(?:[\w-]+\s+){0,4}(?:patients?|cases|individuals"
    r"|subjects|children|women|adults|survivors)\b|\bpatients\b|\bmodel\b|\bdiabetic\b",
    re.IGNORECASE,
)
_OTHER_DISEASE = re.compile(
    r"\b(?:than|compared (?:with|to)|versus|vs\.?|from)\b[^.;]{0,60}?\b(?:other|patients with"
    r"|(?:[\w-]+ )?patients|disease controls?|benign|non-inflammatory|osteoarthritis|OA)\b|\bbenign\b"
    r"|\bdisease controls?\b|\bother (?:neurological|inflammatory) diseases?\b",
    re.IGNORECASE,
)
_MIMIC = re.compile(r"\bmimics?\b|\bmimicking\b|\bALS-like\b", re.IGNORECASE)
_ARMS = re.compile(
    r"\b(?:than|compared (?:with|to)|versus|vs\.?|between|relative to)\b[^.;]{0,60}?\b(?:groups?|arms?|diets?"
    r"|doses?|alone|monotherapy|laparoscop\w+|open|conventional|other|both)\b"
    r"|\bin the [\w-]+(?: [\w-]+)? (?:group|cohort)\b",
    re.IGNORECASE,
)
_ARM = re.compile(
    r"\bin (?:the )?(?!control|both|all|each|placebo|two|three|treat)[\w-]+(?: [\w-]+)? (?:group|cohort"
    r"|arm)\b|\bcompared (?:with|to) [\w-]+ group",
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"^\W*(?:RESULTS:?\s*)?(?:relative to|compared (?:with|to)|in comparison (?:with|to)) (?P<group>[^,]*),",
    re.IGNORECASE,
)
_THAN = re.compile(r"\b(?:than|compared|versus|vs|relative to|between|as compare)\b", re.IGNORECASE)
_RISE = re.compile(
    r"\b(?:increases?|increased|rise|elevations?|elevated|raised|induction|production|induced)\b", re.IGNORECASE
)
_FALL = re.compile(r"\b(?:decreases?|decreased|fall|declines?|reductions?|reduced|loss|drop)\b", re.IGNORECASE)
_P = re.compile(
    r"\b[pP](?:[- ]?values?)?\s*(?P<sign>[<>=≤≥]|less than|greater than|&lt;"
    r"|&gt;)\s*(?:or = )?(?:to )?(?P<value>0?[.·]\d+|1\.0+|[1-9](?:\.\d+)?\s*[x×]\s*10\s*[-−–]\s*\d+)",
)
_SIGNS = {"less than": "<", "greater than": ">", "&lt;": "<", "&gt;": ">"}
_N = re.compile(r"\b[nN]\s*=\s*(\d{1,6})\b")
_COUNTED = re.compile(
    r"(?<![\w.,/‐–−-])(\d{1,3}(?:,\d{3})+|\d{1,6})\s+(?:[\w'’/-]+\s+){0,5}?(?:patients|subjects|women|men|children"
    r"|volunteers|mice|rats|participants|individuals|controls|cases|infants|neonates|adults|workers|animals"
    r"|dogs|pigs|people|persons)\b"
)
_NUMBER_WORDS = re.compile(r"^(?:days?|weeks?|months?|years?|h|hours?|min|mg|%|fold)\b", re.IGNORECASE)


def read_contrast(annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> Contrast:
    """The contrast alone, as :func:`read_context` reads it."""
    sentence = annotated.article.text[candidate.evidence.start : candidate.evidence.end]
    return _contrast(annotated, _clause(annotated, candidate), sentence, direction)


def read_comparator(annotated: AnnotatedArticle, candidate: Candidate, contrast: Contrast) -> Comparator:
    """The comparator alone, as :func:`read_context` reads it."""
    sentence = annotated.article.text[candidate.evidence.start : candidate.evidence.end]
    return _comparator(annotated, _clause(annotated, candidate), sentence, contrast, candidate.evidence)


def read_context(
    annotated: AnnotatedArticle,
    candidate: Candidate,
    direction: Direction,
    *,
    contrast: Contrast | None = None,
    comparator: Comparator | None = None,
    condition: str | None = None,
) -> Context:
    """Contrast, comparator, condition, host, n and p of a candidate said to go ``direction``.

    The evidence sentence is asked first, then title and the rest of the text; values as in ``annotations/README.md``.

    Args:
        annotated: sentences and mentions.
        candidate: with the sentence that says so.
        direction: of the finding.
        contrast: what was decided before; read where None.
        comparator: likewise.
        condition: likewise.
    """
    sentence = annotated.article.text[candidate.evidence.start : candidate.evidence.end]
    clause = _clause(annotated, candidate)
    contrast = contrast or _contrast(annotated, clause, sentence, direction)
    return Context(
        contrast=contrast,
        comparator=comparator or _comparator(annotated, clause, sentence, contrast, candidate.evidence),
        condition=condition or read_condition(annotated, candidate.evidence, contrast),
        host=read_host(annotated, candidate.evidence),
        n=_size(annotated, sentence),
        p=_p_value(annotated, candidate, direction),
    )


def context_of(annotated: AnnotatedArticle, decision: Decision) -> Context:
    """The context of a decision: what the classifier read, and what it left open as :func:`read_context` reads it."""
    return read_context(
        annotated,
        decision.candidate,
        decision.direction,
        contrast=decision.contrast,
        comparator=decision.comparator,
        condition=decision.condition,
    )


def _clause(annotated: AnnotatedArticle, candidate: Candidate) -> str:
    """The part of the evidence sentence around the mention, cut at contrasts; all of it for a mention elsewhere."""
    text = annotated.article.text
    start, end = candidate.evidence
    if not candidate.evidence.contains(candidate.cytokine.span):
        return text[start:end]
    low = max((m.end() for m in _CUT.finditer(text, start, candidate.cytokine.span.start)), default=start)
    after = _CUT.search(text, candidate.cytokine.span.end, end)
    return text[low : after.start() if after else end]


def _contrast(annotated: AnnotatedArticle, clause: str, sentence: str, direction: Direction) -> Contrast:
    """The kind of comparison: by what the clause compares, then what acts in it, then what the article is about."""
    if _blocked(clause, direction):
        return "disease"
    fronted = _FRONTED.match(clause)
    compared = fronted["group"] if fronted else _THAN.split(clause, maxsplit=1)[1] if _THAN.search(clause) else ""
    explicit = _compared(clause, compared)
    if explicit is not None:
        return explicit
    agent = words("agent").search(clause) or words("acts").search(clause) or _acting(annotated, clause)
    if words("event").search(clause) and (not agent or words("event").search(compared)):
        return "treatment" if _ARM.search(clause) else "time"
    return "treatment" if agent else _by_group(annotated, clause, sentence)


def _by_group(annotated: AnnotatedArticle, clause: str, sentence: str) -> Contrast:
    """The contrast where nothing acts and nothing is compared in so many words."""
    if words("subgroup").search(clause) and not words("healthy").search(clause):
        return "subgroup"
    if _PATIENTS.search(clause) or words("insult").search(clause) or words("healthy").search(sentence):
        return "disease"
    return _by_topic(annotated, sentence)


def _compared(clause: str, compared: str) -> Contrast | None:
    """The contrast that the words after "than" settle."""
    if not compared:
        return None
    treated = words("agent").search(clause) is not None
    if words("healthy").search(compared):
        return (
            "disease" if not (treated and re.search(r"\bsham|wild|placebo", compared, re.IGNORECASE)) else "treatment"
        )
    if treated or re.search(r"\b(?:placebo|vehicle|untreated|baseline)\b", compared, re.IGNORECASE):
        return "treatment"
    if _CONTROLS.search(compared):
        return "disease"
    if re.search(r"\bbenign\b", clause, re.IGNORECASE):
        return "disease"
    return "subgroup" if words("subgroup").search(clause) else None


def _by_topic(annotated: AnnotatedArticle, sentence: str) -> Contrast:
    text, title = annotated.article.text, annotated.article.title
    if (
        words("agent").search(sentence)
        or words("acts").search(sentence)
        or (words("trial_title").search(title) and not words("insult").search(title))
    ):
        return "treatment"
    if words("event").search(sentence) or words("event").search(annotated.article.title):
        return "time"
    return "treatment" if len(words("trial").findall(text)) >= 5 else "disease"


def _acting(annotated: AnnotatedArticle, clause: str) -> bool:
    """Whether something acts on the level ("X increased serum IL-6") in an article on an intervention."""
    if not re.match(
        r"\W*(?:[A-Z][\w-]*:?\s+)?(?:[\w()/-]+\s+){1,6}?(?:\w+ly\s+)?(?:increased|decreased|reduced|lowered"
        r"|raised|elevated|enhanced|induced)\s+(?!in\b|by\b|with|and\b|at\b|from|during|after)",
        clause,
    ):
        return False
    if re.search(r"\b(?:was|were|is|are)\b", clause[:60]):
        return False
    return (
        words("trial_title").search(annotated.article.title) is not None
        or len(words("trial").findall(annotated.article.text)) >= 3
    )


def _blocked(clause: str, direction: Direction) -> bool:
    """Whether the direction is that of a rise or fall which something prevented."""
    noun = {"increased": _RISE, "decreased": _FALL}.get(direction)
    if noun is None:
        return False
    prevented = re.compile(
        rf"{words('prevented').pattern}\s+(?:(?!and\b|or\b)[^\s,;]+\s+){{0,6}}?{noun.pattern}"
        rf"|{noun.pattern}[^,;]{{0,60}}\b(?:was|were)\s+(?:\w+ly\s+)?{words('prevented').pattern}",
        re.IGNORECASE,
    )
    return prevented.search(clause) is not None


def _comparator(
    annotated: AnnotatedArticle, clause: str, sentence: str, contrast: Contrast, evidence: Span
) -> Comparator:
    if contrast == "disease":
        return _disease_comparator(annotated, clause, evidence)
    if contrast == "time":
        return "before"
    if contrast == "treatment":
        return _treatment_comparator(annotated, clause, sentence, evidence)
    return "other"


def _disease_comparator(annotated: AnnotatedArticle, clause: str, evidence: Span) -> Comparator:
    if _MIMIC.search(clause):
        return "mimic"
    if words("healthy").search(clause):
        return "healthy"
    if _OTHER_DISEASE.search(clause) and not _CONTROLS.search(clause):
        return "disease_control"
    text = annotated.article.text
    if words("healthy").search(text) or (_CONTROLS.search(text) and not _CONTROLS.search(clause)):
        return "healthy"
    return "healthy" if read_host(annotated, evidence) not in ("human", "unspecified") else "unspecified"


def _treatment_comparator(annotated: AnnotatedArticle, clause: str, sentence: str, evidence: Span) -> Comparator:
    text = annotated.article.text
    if re.search(r"\b(?:placebo|vehicle|untreated|saline|controls?|non-?treated)\b", clause, re.IGNORECASE):
        return "untreated"
    if (_THAN.search(clause) and _ARMS.search(clause)) or _ARM.search(clause):
        return "other"
    if read_host(annotated, evidence) not in ("human", "unspecified"):
        return "untreated"
    if words("before").search(sentence):
        return "before"
    return "untreated" if words("untreated").search(text) else "before"


def _size(annotated: AnnotatedArticle, sentence: str) -> int | None:
    """The first group size in the sentence, else the first number of subjects in the text."""
    near = _N.search(sentence) or _COUNTED.search(sentence) or _COUNTED.search(annotated.article.text)
    near = near or _N.search(annotated.article.text)
    return int(near[1].replace(",", "")) if near else None


def _p_value(annotated: AnnotatedArticle, candidate: Candidate, direction: Direction) -> str | None:
    """The p-value that follows the mention in its sentence, else the first there; a large one only of no change."""
    start, end = candidate.evidence
    place = candidate.cytokine.span.start if candidate.evidence.contains(candidate.cytokine.span) else start
    found = [(m.start(), _printed(m)) for m in _P.finditer(annotated.article.text, start, end)]
    fitting = [item for item in found if direction == "unchanged" or not item[1].startswith(">")]
    after = [value for at, value in fitting if at >= place]
    return after[0] if after else fitting[0][1] if fitting else None


def _printed(match: re.Match[str]) -> str:
    return _SIGNS.get(match["sign"], match["sign"]) + "".join(match["value"].split())
