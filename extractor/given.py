"""Whether a cytokine's name is no level: something administered, a gene, a drug target, one side of a ratio."""

from __future__ import annotations

import re
from functools import lru_cache

from extractor.records import Mention
from extractor.roles import Sentence
from extractor.wordlists import CYTOKINE_MARK, FLUID_MARK

_GIVEN_BEFORE = re.compile(
    r"(?:\banti-?\s?|recombinant (?:human |murine |mouse |rat )?|exogenous |(?:injections?|administration"
    r"|infusions?|treatment|therapy|instillation"
    r"|doses?|incubation|stimulation|treated|immuni[sz]ation|supplementation|blockade|neutrali[sz]ation"
    r"|inhibition of the effect|addition|vaccination|transfer|pretreatment|delivery|(?:injected|infused"
    r"|combined|cotransduced|pretreated|stimulated|incubated|immuni[sz]ed)|inhibitors?|antagonists?|agonists?"
    r"|blockers?|frequenc(?:y|ies)|percentages?|proportions?|numbers?|counts?|effects?|induced|activation"
    r"|antibod(?:y|ies)|response|receiving|received|effects?|given)"
    r" (?:of |with |to |by |against |for )(?:[\w-]+ ){0,2}"
    rf"(?:{CYTOKINE_MARK}+ (?:plus|in combination with|combined with) )?|"
    r"(?<!area )under |receiving |received |given |measured by "
    r"|assessed by |pegylated  |(?:dose of |\d )(?:micrograms?|m?mg|µg|μg|ng|units?|U|IU"
    r"|pg)(?:/\w+)?(?: of)? |\brh|ratios? of )$",
    re.IGNORECASE,
)

_GIVEN_AFTER = re.compile(
    r"^(?: (?:applications?\b|given (?:to|by|at|on|for|over)\b"
    r"|(?:was|were) (?:given|administered|injected|infused|applied)\b)"
    r"|[- ](?:induced|stimulated|treated|treatment|therapy|injections?|infusions?|administration|deficient"
    r"|dependent|mediated|blockade|blockers?|inhibitors?|inhibition"
    r"|antagonists?|antibod(?:y|ies)|neutrali\w+|producing|secreting|positive|expressing|knockout|null|genes?"
    r"|mRNA|promoters?|polymorphisms?|transgenic|like cytokine|signal\w+|pathway"
    r"|groups?|arms?|recipients|cohort|(?:receptor )?superfamily|family|haploinsufficiency"
    r"|mutations?|mutants?|carriers|variants?|therap\w+|gene|genotyp\w+|SNPs?|haplotyp\w+|ratio"
    r"|receptor signal\w+|driven|resistan\w+"
    r"|sensitivity|axis|responsive\w*|binding|effects?|related|spot|(?:and|plus) [\w-]+ (?:therapy|treatment"
    r"|administration|vaccination))\b|/[-/]|\s?\+)",
    re.IGNORECASE,
)

_RATIO = re.compile(
    rf"^[\s/:({CYTOKINE_MARK})]*(?:and [\w\s-]{{0,20}}{CYTOKINE_MARK}+\s*)?ratios?\b|^\s*/\s*[\w-]+ ratio",
    re.IGNORECASE,
)
_RATIO_OF = re.compile(
    rf"ratios? of (?:[\w\s{FLUID_MARK}-]*(?:{CYTOKINE_MARK}+ (?:to|and|over) [\w\s{FLUID_MARK}-]*)?)?$", re.IGNORECASE
)


def is_given(sentence: Sentence, mention: Mention) -> bool:
    """Whether the mention is something administered, a gene, a drug target, one side of a ratio."""
    at, end = mention.span.start - sentence.span.start, mention.span.end - sentence.span.start
    before, after = sentence.masked[max(0, at - 120) : at], sentence.text[end : end + 120]
    if _RECOMBINANT.match(mention.text) or _by_giving(sentence.masked[:at]):
        return True
    return not mention.level or _between_words_of_giving(before, after, sentence.masked[end : end + 120])


@lru_cache(maxsize=512)
def _between_words_of_giving(before: str, after: str, masked_after: str) -> bool:
    before = re.sub(r"\s+", " ", before)
    return (
        _GIVEN_BEFORE.search(before) is not None
        or _GIVEN_AFTER.match(after) is not None
        or _RATIO.match(masked_after) is not None
        or _RATIO_OF.search(before) is not None
    )


_RECOMBINANT = re.compile(r"(?:rh|rm|rhu|rmu)(?=[A-Z])")
_BY_GIVING = re.compile(
    r"\b(?:increas|decreas|reduc|elevat|rais|drop|f[ae]ll|rose|higher|lower|declin|improv|stimulat|affect|influenc)\w*"
    r"(?: (?:again|further|also|only|less|more))? (?:with|under|on) $",
    re.IGNORECASE,
)


def _by_giving(before: str) -> bool:
    """Whether something else went one way with the cytokine: "the reticulocytes rose with X"."""
    return CYTOKINE_MARK not in before and _BY_GIVING.search(before) is not None
