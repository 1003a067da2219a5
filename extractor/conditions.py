"""What the case group has: names of conditions in a text, and which of them the rules take for a finding's."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractor.records import AnnotatedArticle, Contrast, Span
from extractor.wordlists import alternatives, families, word_set

_DEFINED = re.compile(r"\((?P<short>[A-Z][A-Za-z0-9/-]{1,9}?)s?\)")
_LONG = re.compile(r"[\w'’/ -]+$")
_ALS = re.compile(
    r"\bamyotrophic lateral sclerosis\b|\bSOD-?1(?:[- ]?\(?(?:G93A|G37R|G85R|G86R|H46R"
    r"|Leu126\w*)\)?)?[- ](?:\(?G93A\)? )?(?:ALS|mice|mouse|rats?|transgenic|mutant|tg)"
    r"|\b(?:h?SOD-?1|mSOD1)[- ]?\(?G(?:93A|37R|86R|85R)\)?|\bG93A\b|\bC9orf72[- ]ALS\b|\bLou Gehrig",
    re.IGNORECASE,
)
_ALS_SHORT = re.compile(r"(?<![\w-])(?:[fs]|C9|SOD1-|FUS-|C9orf72-)?ALS(?![\w])")
_ALS_GROUP = re.compile(
    r"\b(?:patients?|people|persons|subjects|cases|individuals|those|onset|sporadic|familial)\b[^.;]{0,20}\bALS\b"
    r"|(?<![\w-])ALS[ -](?:patients?|mice|mouse|cases|subjects|cohort|group|models?|onset|participants|individuals)\b"
    r"|\bALSFRS\b|\b(?:in|of|with|for|from)(?: \w+)? ALS\b(?! levels?\b)",
)
_NAMED_ALS = re.compile(r"amyotrophic lateral sclerosis|^als$|^motor neurone? disease$")
_DROPPED = re.compile(r"['’]s(?= )|(?<=zheimer|rkinson)s(?= )|^essential (?=hypertension)")
_SPELLED = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"(?<!lepr)aem(?!ophilus)", "em"),
        ("oedem", "edem"),
        ("oesoph", "esoph"),
        ("tumour", "tumor"),
        ("labour", "labor"),
        ("neurone", "neuron"),
        ("rrhoea", "rrhea"),
        ("anaesth", "anesth"),
        ("type_", "type "),
        (r"\btype ii(?= diabetes)|\bnon[- ]insulin[- ]dependent(?= diabetes)", "type 2"),
        (r"\btype i(?= diabetes)|\binsulin[- ]dependent(?= diabetes)", "type 1"),
        (r"(?<=(?:type \d|tional) diabetes) mellitus", ""),
        (r"(?<=oma|ion)s$|(?<=sease|order|ancer|tumor|drome|esion|ulcer)s$", ""),
        ("pathies$", "pathy"),
    )
)
"""Names of conditions are American and singular."""
_TYPE = re.compile(r"\btype[ -](?=(?:\d|i{1,3}|iv)\b)", re.IGNORECASE)
"""Before a number that belongs to the name of a disease ("type 2 diabetes")."""
_OTHER_ALS = re.compile(r"\bacid[- ]labile|\blife[- ]support\b|\banti-?lymphocyte serum\b", re.IGNORECASE)
_THAN = re.compile(
    r"\b(?:than|compared (?:with|to)|versus|vs\.?|relative to|in comparison (?:with|to)|as compared)\b", re.IGNORECASE
)


@cache
def _disease() -> re.Pattern[str]:
    body = f"{alternatives('disease_head')}|[a-z-]{{2,}}(?:{alternatives('disease_suffix')})"
    return re.compile(rf"\b(?:(?P<modifiers>(?:[\w'’-]+ ){{0,3}}))?(?P<head>{body})\b", re.IGNORECASE)


@cache
def _no_disease() -> re.Pattern[str]:
    return re.compile(f"(?:{alternatives('not_disease')})$", re.IGNORECASE)


_SAID_TO_HAVE = 3.0
"""Weight of a condition that a group is said to have, against 1 for one that is only named."""


def named_conditions(annotated: AnnotatedArticle, evidence: Span) -> dict[str, list[tuple[int, float, str]]]:
    """Conditions named in parts of the article: place in the part, weight (3: a group is said to have it), name.

    The parts are ``case`` and ``than``, the evidence before and after its "than", ``title`` and ``text``.
    """
    text = annotated.article.text
    case, *than = _THAN.split(text[evidence.start : evidence.end], maxsplit=1)
    parts = {"case": case, "than": "".join(than), "title": annotated.article.title, "text": text}
    return {name: sorted(_conditions_in(part, annotated, title=name == "title")) for name, part in parts.items()}


def read_condition(annotated: AnnotatedArticle, evidence: Span, contrast: Contrast) -> str:
    """``ALS``, ``other:<name>`` or ``unspecified``: by the evidence sentence, then title, then the whole text.

    Where cases are compared among themselves, or before and after, the disease is the article's own: title first.
    """
    text = annotated.article.text
    case = _THAN.split(text[evidence.start : evidence.end], maxsplit=1)[0]
    title = annotated.article.title
    parts = (case, title, text) if contrast == "disease" else (title, case, text)
    if contrast in ("treatment", "time"):  # a group said to have something else than the title's disease
        parts = (case, *parts)
    for turn, part in enumerate(parts):
        found = _conditions_in(part, annotated, title=part == title)
        if found and (turn or len(parts) == 3 or max(weight for _, weight, _ in found) >= _SAID_TO_HAVE):
            return _best(found, whole=part == text)
    return "unspecified"


def _conditions_in(part: str, annotated: AnnotatedArticle, *, title: bool) -> list[tuple[int, float, str]]:
    """As :func:`_diseases`, cytokine names left out, ALS taken for what it means in the article."""
    text = annotated.article.text
    return _diseases(_unnamed(part, annotated), text, als=_speaks_of_als(text), title=title)


@lru_cache(maxsize=64)
def _speaks_of_als(text: str) -> bool:
    """Whether ALS is amyotrophic lateral sclerosis here: written out, a model of it, or groups that have it."""
    if "amyotrophic" not in _abbreviations(text).get("ALS", "amyotrophic").lower():
        return False
    return _ALS.search(text) is not None or (_ALS_GROUP.search(text) is not None and not _OTHER_ALS.search(text))


@lru_cache(maxsize=64)
def _diseases(part: str, text: str, *, als: bool, title: bool) -> list[tuple[int, float, str]]:
    """Conditions a part of the text names: place, weight, name. A group said to have it weighs most."""
    short = _abbreviations(text)
    part = _TYPE.sub("type_", part)
    found: list[tuple[int, float, str]] = []
    if als:
        found.extend(
            (m.start(), _SAID_TO_HAVE, "ALS") for pattern in (_ALS, _ALS_SHORT) for m in pattern.finditer(part)
        )
    for match in _HAVING.finditer(part):
        phrase = _phrase(match["name"], short, als=als, title=title)
        if phrase:
            found.append((match.start("name"), _SAID_TO_HAVE, phrase))
    for match in _disease().finditer(part):
        name = _name(match)
        if name:
            found.append((match.start("head"), 1.0, _called(name, als=als)))
    found.extend(
        (match.start(), 1.5, f"other:{spelled(match['to'].lower())} exposure") for match in _EXPOSED.finditer(part)
    )
    for name, adjective in families("adjective").items():
        found.extend((match.start(), 1.5, f"other:{name}") for match in adjective.finditer(part))
    for abbreviation, name in short.items():
        for place in re.finditer(
            rf"(?<![\w-]){re.escape(abbreviation)}s?(?![\w])(?P<group> (?:patients|mice|rats|subjects|group))?", part
        ):
            resolved = _resolve(name) or (f"other:{name.lower()}" if place["group"] else None)
            if resolved:
                found.append((place.start(), 2.0 if place["group"] else 1.0, resolved))
    return found


def _phrase(words: str, short: dict[str, str], *, als: bool, title: bool) -> str | None:
    """What follows "patients with": a name, with its abbreviation written out."""
    kept: list[str] = []
    for word in words.split():
        if word.lower() in word_set("not_modifier") and word.lower() not in ("stage", "early", "late", "active", "of"):
            break
        kept.append(word)
    while kept and (kept[0].lower().endswith("ly") or kept[0].lower() in word_set("stage")):
        kept = kept[1:]
    name = " ".join(kept).strip("'’-")
    if not name or _LEVELS.search(name) or name[0].isdigit():
        return None
    if name.rstrip("s") in short:
        name = short[name.rstrip("s")]
    else:
        ends = [match.end() for match in _disease().finditer(name)]
        if not ends and not title:
            return None
        name = name[: max(ends, default=len(name))]
    if _no_disease().search(name.lower()):
        return None
    return _called(name.lower(), als=als)


def _called(name: str, *, als: bool) -> str:
    if als and _NAMED_ALS.search(name):
        return "ALS"
    return f"other:{spelled(_DROPPED.sub('', name))}"


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A name of a condition as it is spelled here: American, singular."""
    for british, american in _SPELLED:
        name = british.sub(american, name)
    return name


def _best(found: list[tuple[int, float, str]], *, whole: bool) -> str:
    """The heaviest name; in the whole text every mention adds up, in a sentence the first of the heaviest counts."""
    weights: dict[str, float] = {}
    for _, weight, name in found:
        weights[name] = weights.get(name, 0.0) + weight if whole else max(weights.get(name, 0.0), weight)
    first = {name: at for at, _, name in reversed(found)}
    return min(weights, key=lambda name: (-weights[name], first[name], name))


def _unnamed(part: str, annotated: AnnotatedArticle) -> str:
    """The text without cytokine names, so that "tumor necrosis factor" is no tumour."""
    for text in sorted(
        {m.text for m in annotated.mentions if m.kind == "cytokine"}, key=lambda name: (-len(name), name)
    ):
        part = part.replace(text, " " * len(text))
    return part


def _name(match: re.Match[str]) -> str | None:
    head = match["head"].lower()
    words: list[str] = []
    for word in reversed((match["modifiers"] or "").split()):
        low = word.lower()
        if (
            low in word_set("not_modifier")
            or low.endswith(("ly", "ed", "es"))
            or low.isdigit()
            or low in word_set("stage")
        ):
            break
        words.insert(0, low)
    phrase = " ".join([*words, head]).strip("'’-")
    if _no_disease().search(phrase) or (not words and head in word_set("vague")):
        return None
    return phrase


_HAVING = re.compile(
    r"\b(?:patients?|subjects|women|men|children|infants|individuals|participants|adults|volunteers|people"
    r"|persons|cases|those|mice|rats|girls|boys|group|neonates)"
    r"(?: (?:of|having|suffering from|diagnosed with|affected by|bearing)"
    r"| (?:\w+ )?with) (?P<name>(?:[\w'’/-]+ ?){1,6})",
    re.IGNORECASE,
)
_EXPOSED = re.compile(
    r"\bexpos(?:ed|ures?) to (?:the )?(?P<to>[\w-]+(?<!ly)(?: (?:compounds?|fumes?|smoke|dust|fields?|pollution"
    r"|pesticides?|herbicides?|insecticides?|metals?|solvents?|oxide|nanoparticles|radiation|noise))?)",
    re.IGNORECASE,
)
_LEVELS = re.compile(
    r"\b(?:levels?|concentrations?|higher|lower|elevated|high|low|increased|decreased|positive|negative|score"
    r"|values|response|control|diet|therapy|treatment|without)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def _abbreviations(text: str) -> dict[str, str]:
    """Abbreviations the text defines, with what stands before the bracket, as many words as it has letters."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        letters = re.sub(r"[^A-Za-z]", "", match["short"]).lower()
        before = _LONG.search(text, max(0, match.start() - 120), match.start())
        words = re.split(r"[ -]", before[0].strip())[-8:] if before else []
        for count in range(len(letters), 0, -1):
            tail = [word for word in words[-count:] if word]
            if tail and tail[0][0].lower() == letters[0]:
                found.setdefault(match["short"], " ".join(tail))
                break
    return found


def _resolve(name: str) -> str | None:
    if not any(match.end() >= len(name) - 2 for match in _disease().finditer(name)):
        return None
    return None if _no_disease().search(name) else f"other:{spelled(name.lower())}"
