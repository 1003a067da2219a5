"""Members of a list that leave out what they share: ``IL-4, -5 and -10``, ``IL-1α/β``, ``G- and GM-CSF``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from extractor.atoms import GREEK_CLASS, atoms_of
from extractor.names import Entry, Match

_GREEK = rf"[{GREEK_CLASS}]|alpha|beta|gamma|delta|lambda|omega"
_SEPARATOR = r"\s?(?:,\s?(?:and\s|or\s|&\s?)?|/|&|\band\b|\bor\b|\bto\b|\bas well as\b|\band/or\b|\bbut not\b)\s?"
_MEMBER = re.compile(
    rf"(?P<gap>{_SEPARATOR})"
    rf"(?P<text>(?P<hyphen>[-‐‑‒–−]\s?)?(?P<body>\d{{1,2}}(?:[A-Fp]\d{{0,2}})?(?:[ -]?(?:{_GREEK})\d?(?![A-Za-z])"
    rf"|[ab](?![\w]))?"
    rf"|\d{{1,2}}(?:[Rr][Aaα]|R)|(?:{_GREEK})[- ]?\d?(?![A-Za-z])|(?<=/)[ab]|I{{1,3}}V?|[A-G]{{1,2}}"
    r"|R-?(?:\d|I{1,3})|p\d\d))"
    r"(?![\w]|-?\d)"
)
_RANGE = re.compile(r"(?P<gap>)(?P<text>(?P<hyphen>[-–])(?P<body>\d{1,2}))(?!\w|-?\d)")
_BARE_NUMBER_AHEAD = re.compile(
    r"\s*(?:[,;:.()\]/]|$)|\s+(?:and|or|in|of|from|by|at|on|were|was|are|is|did|do|does|had|have|has|with|to|as|but"
    r"|than|levels?"
    r"|concentrations?|production|secretion|expression|mRNA|release|genes?|receptors?|proteins?|among|between|after"
    r"|before|during"
    r"|showed|increased|decreased|values?|which|that|may|can|could|also|not|antibod\w+|activity|transcripts?"
    r"|binding|whereas|while|rose|fell|remained|correlated)\b"
)
_COMPOUND_AHEAD = re.compile(
    r"[-‐‑–](?!(?:induced|stimulated|treated|mediated|producing|secreting|dependent|specific|positive|driven|activated"
    r"|deficient|neutrali[sz]ing|primed|responsive|like)\b)[A-Za-z]"
)
"""Behind a Greek letter: it begins the name of something else (``IL-1 and alpha-actin``)."""
_DECIMAL = re.compile(r"[.,]\d")
_WORDS_BEFORE = re.compile(
    r"((?:[A-Za-z]+[-‐‑–]){1,2}|[Tt]ypes?\s(?:I{1,3}|[123])|(?<![\w-])(?:[Aa]lpha|[Bb]eta|[αβγ]))(?=\s?(?:,|/"
    r"|\s(?:and|or|and/or)\s|,\s?(?:and|or)\s)\s?$)"
)

Lookup = Callable[[str], Entry | None]


def elided(text: str, match: Match, lookup: Lookup) -> Iterator[Match]:
    """The shortened members that follow ``match``, each with the concept it stands for."""
    last, stems = match.end, _stems(text[match.start : match.end])
    while stems:
        member = _MEMBER.match(text, last) or _range(text, match, last)
        if member is None or not _plausible(text, member):
            return
        entry = _resolve(stems, member["body"], lookup, text[match.start : match.end])
        if entry is None or entry.concept in (None, match.entry.concept):
            return
        yield Match(member.start("text"), member.end("text"), entry)
        last = member.end()


def suspended(text: str, match: Match, lookup: Lookup) -> Iterator[Match]:
    """The shortened members in front of ``match``: ``granulocyte- and macrophage colony-stimulating factor``."""
    name = text[match.start : match.end]
    end = match.start
    while True:
        begin = max(0, end - 40)
        word = next((m for m in _WORDS_BEFORE.finditer(text[begin:end])), None)
        if word is None:
            return
        entry = _with_tail(word.group(1), name, match.entry.concept, lookup)
        if entry is None:
            return
        yield Match(begin + word.start(1), begin + word.end(1), entry)
        end = begin + word.start(1)


def _range(text: str, match: Match, last: int) -> re.Match[str] | None:
    """The end of a range of chemokines (``CCL2-5``); elsewhere a number behind a hyphen is rather a variant's place."""
    chemokine = (match.entry.concept or "")[:3] in ("CCL", "CXC")
    return _RANGE.match(text, last) if chemokine and last == match.end else None


def _plausible(text: str, member: re.Match[str]) -> bool:
    """A bare number or letter may count patients; a hyphen or a slash shows that it belongs to the name."""
    if _DECIMAL.match(text, member.end()) or (member["body"].isdigit() and _numbers_an_item(text, member.end())):
        return False
    if member["hyphen"] or member["gap"] == "/":
        return True
    if _COMPOUND_AHEAD.match(text, member.end()):
        return False
    body = member["body"]
    return bool(_BARE_NUMBER_AHEAD.match(text, member.end())) if body[0].isdigit() or body.isupper() else True


def _numbers_an_item(text: str, end: int) -> bool:
    """Whether a bracket that nothing opens stands behind a number: ``1) IL-6, and 2) its receptor``."""
    before = text[max(0, end - 200) : end]
    return text[end : end + 1] == ")" and before.count("(") <= before.count(")")


def _stems(name: str) -> list[tuple[str, str]]:
    """What may be shared: the name cut before each of its later atoms, longest first, with the atom cut off."""
    atoms = atoms_of(name)
    return [(name[: atom.start].rstrip(" -‐‑‒–−("), atom.raw) for atom in reversed(atoms[1:])]


def _resolve(stems: list[tuple[str, str]], body: str, lookup: Lookup, name: str) -> Entry | None:
    shape = _shape(atoms_of(body)[0].raw)
    for stem, replaced in stems:
        if _shape(replaced) == shape or {_shape(replaced), shape} == {"roman", "digit"}:
            opened = ")" if stem.count("(") > stem.count(")") else ""
            entry = lookup(f"{stem}{opened}-{body}")
            if entry is not None:
                return entry
    return lookup(f"{name}{body}") if shape == "letter" and name[-1].isdigit() else None


def _shape(raw: str) -> str:
    if raw.isdigit():
        return "digit"
    if raw in ("I", "II", "III", "IV"):
        return "roman"
    if re.fullmatch(_GREEK, raw):
        return "greek"
    return "letter" if len(raw) <= 2 or re.fullmatch("RI+", raw) else raw[:1]


def _with_tail(word: str, name: str, concept: str | None, lookup: Lookup) -> Entry | None:
    for atom in atoms_of(name)[1:]:
        entry = lookup(f"{word.rstrip('-‐‑–')} {name[atom.start :]}")
        if entry is not None and entry.concept not in (None, concept):
            return entry
    return None
