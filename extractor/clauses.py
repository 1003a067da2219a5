"""A masked sentence cut into clauses: where a new statement begins, or a second predicate of the same subject."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, pairwise

from extractor.cues import Cue, find_cues
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK

_CUT = re.compile(
    r"""\s*;\s*|\s[-–—]+\s|(?:,\s*|\s+)(?=(?:
      whereas|while|although|though|however(?!,\ (?:was|were|did|had|is|are|remained)\b)
      |but(?!\s+(?:not|neither|also)\b)(?!\s+no\s+[\ue000\ue001])|yet|because|since
      |suggesting|indicating
      |which|resulting\ in|leading\ to|and\ (?:that|this|these|there|no|so)\b|as\ (?:well\ as\ (?:an?\b|with\b|in)
      |did\b|was\b|were\b)|nor\b|accompanied|followed|in\ contrast|on\ the\ other\ hand|conversely)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_FRONTED = re.compile(
    r"^\W*(?:while|whereas|although|though|despite|in contrast to|unlike|when|after|in addition to)\b", re.IGNORECASE
)
_AND_THEN = re.compile(
    r"(?:,\s*|\s+)(?=(?:and|but|then)\s+(?:(?:then|also|subsequently|later|thereafter|again|was|were|is|are|did|had|not"
    r"|no|remained|returned|stayed|even|\w+ly)\s+)*$)",
    re.IGNORECASE,
)
_AFTER_RELATIVE = re.compile(
    r",\s+which\b[^,;]*,\s+(?=(?:was|were|is|are|did|had|remained|showed|rose|fell|increased|decreased)\b)",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:was|were|is|are|did|had|has|have|remained|remains|showed|rose|fell|increased|decreased|declined|dropped"
    r"|exceeded|stayed|stood|went|underwent|became|differed|tended|peaked)\b",
    re.IGNORECASE,
)
_NEXT_SUBJECT = re.compile(
    rf"[^{CYTOKINE_MARK}]*,\s+(?:and\s+|but\s+)?+(?!an?\s|either\b|(?:in|at|on|with|by|as|for|than|from|to|of|after"
    rf"|during|including|especially|particularly|namely|not|which|that|who|whose|when|where)\s+[^{FLUID_MARK}])"
    rf"(?=[^,{CYTOKINE_MARK}]*{CYTOKINE_MARK}(?!.*\b(?:which|that|who|than|with)\b))",
    re.IGNORECASE,
)
IN_ORDER = re.compile(r"\brespectively\b|\bin (?:this|that|the same) order\b", re.IGNORECASE)
_ACTS_ON = re.compile(r"(?:affect|influenc|modif|modulat|respon)\w*", re.IGNORECASE)
_NEITHER = re.compile(r"\bneither\b[^;]*$", re.IGNORECASE)


@lru_cache(maxsize=256)
def split_clauses(masked: str) -> tuple[tuple[int, int], ...]:
    """Cut a masked sentence where a new statement begins; offsets of the parts, in order."""
    cuts = {0, len(masked), *(match.end() for match in _CUT.finditer(masked) if not _paired(masked, match))}
    if _FRONTED.search(masked):
        commas = (comma for comma in re.finditer(r",\s", masked) if _complete(masked[: comma.start()]))
        cuts.update(comma.end() for comma in islice(commas, 1))
    cuts.update(match.end() for match in _AFTER_RELATIVE.finditer(masked))
    for start, end in pairwise(sorted(cuts)):
        cuts.update(start + at for at in _new_subjects(masked[start:end]))
    for start, end in pairwise(sorted(cuts)):
        cuts.update(start + at for at in _second_predicates(masked[start:end]))
    return tuple((a, b) for a, b in pairwise(sorted(cuts)) if masked[a:b].strip())


def _paired(masked: str, cut: re.Match[str]) -> bool:
    """Whether the cut would part "neither ... nor" with one predicate between them."""
    if masked[cut.end() : cut.end() + 3].lower() != "nor":
        return False
    neither = _NEITHER.search(masked, 0, cut.start())
    return neither is not None and not find_cues(neither[0])


def _complete(front: str) -> bool:
    """Whether the words before a comma are a clause of their own: "While X rose, ..."."""
    return len(front.split()) < 8 or bool(find_cues(front))


def _new_subjects(part: str) -> list[int]:
    """Where the next of several statements begins, each with a subject and a verb: "A rose, B did not, and C fell"."""
    verbs = list(_FINITE.finditer(part))
    if not verbs or CYTOKINE_MARK not in part[: verbs[0].start()]:
        return []
    starts = (_NEXT_SUBJECT.match(part[: later.start()], verb.end()) for verb, later in pairwise(verbs))
    return [match.end() for match in starts if match]


def _second_predicates(part: str) -> list[int]:
    """Where a second verb goes on about the same subject: "X rose in one group and fell in the other"."""
    if CYTOKINE_MARK not in part or IN_ORDER.search(part):
        return []
    cues = find_cues(part)
    places = ((cue, _AND_THEN.search(part, 0, cue.span.start)) for cue in cues if _states(cue))
    return [
        match.end()
        for cue, match in places
        if match
        and not _ACTS_ON.match(part, cue.span.start)
        and any((other.predicate or _states(other)) and other.span.end <= match.start() for other in cues)
    ]


def _states(cue: Cue) -> bool:
    return cue.predicate and cue.verdict not in ("none", "blocked")
