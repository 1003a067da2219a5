"""Invented cytokine names in place of known ones, so that the NER learns what surrounds a name, not a list."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from extractor.records import Span
from extractor.training.ner_texts import Labelled

_NUMBERED = re.compile(r"(?P<stem>(?:[a-z]{0,2}IL|CCL|CXCL|CX3CL|TNFSF|BMP|GDF|FGF|[Ii]nterleukin)[\s-]?)\d+")
_BEGIN = ("Mon", "Lym", "Ker", "Ven", "Trom", "Ost", "Cal", "Neur", "Ang", "Vis", "Ret", "Leu", "Myo", "Hep", "Gran")
_MIDDLE = ("ok", "at", "ori", "an", "ev", "il", "ost", "ect", "omel", "ar")
_END = ("ine", "in", "kine", "tin", "actin", "poietin", "gulin")
_LETTERS = "ABCDEGHIKLMNPRSTV"


def coin(name: str, rng: random.Random) -> str:
    """A new name of the same make: another number for ``IL-6``, another short name for ``MIF``, another word else."""
    numbered = _NUMBERED.match(name)
    if numbered is not None:
        return f"{numbered['stem']}{rng.randint(39, 99)}{rng.choice(('', '', 'A', 'α', 'β'))}"
    if len(name) <= 8 and sum(letter.isupper() for letter in name) >= 2:
        letters = "".join(rng.choice(_LETTERS) for _ in range(rng.randint(3, 4)))
        return letters + rng.choice(("", "", "-1", "-2", "F", "-α", "1"))
    word = rng.choice(_BEGIN) + rng.choice(_MIDDLE) + rng.choice(_END)
    if name[:1].islower():
        word = word.lower()
    return word + rng.choice(("", "", "", "-1", " alpha"))


def with_coined_names(labelled: Labelled, rng: random.Random, *, share: float = 0.5) -> Labelled:
    """The text with a share of its distinct cytokine names, the elided ones apart, replaced throughout."""
    surfaces = dict.fromkeys(labelled.text[a:b] for a, b, kind in labelled.spans if kind == "cytokine")
    new = {name: coin(name, rng) for name in surfaces if name[0].isalpha() and len(name) > 2 and rng.random() < share}
    pieces: list[str] = []
    spans, place, shift = [], 0, 0
    moves: list[tuple[int, int]] = []
    for start, end, kind in labelled.spans:
        name = labelled.text[start:end]
        put = new.get(name, name) if kind == "cytokine" else name
        pieces += [labelled.text[place:start], put]
        spans.append((start + shift, start + shift + len(put), kind))
        shift += len(put) - len(name)
        moves.append((end, shift))
        place = end
    text = "".join([*pieces, labelled.text[place:]])
    unknown = tuple(Span(a + _moved(moves, a), b + _moved(moves, a)) for a, b in labelled.unknown)
    return replace(labelled, text=text, spans=tuple(spans), unknown=unknown)


def _moved(moves: list[tuple[int, int]], place: int) -> int:
    return next((shift for end, shift in reversed(moves) if end <= place), 0)
