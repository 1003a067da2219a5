"""What the relation encoder reads: an article's telling sentences as token ids, with the places of its mentions.

Cytokine names are replaced by one token, so that the classifier learns how a level is spoken of and not which cytokine
is usually raised, and so that long lists stay short. Fluids keep their words behind a marker. One pass over an article
serves all its candidates, unless it is very long. Used alike by training and at run time; it knows tokenisers but no
model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from extractor.candidates import ROUTES, by_mention, rank_fluids
from extractor.records import AnnotatedArticle, Candidate, Mention, Span

CYTOKINE_TOKEN = "[unused1]"
FLUID_TOKEN = "[unused2]"
MARKERS = (CYTOKINE_TOKEN, FLUID_TOKEN)
_ANAPHOR = re.compile(
    r"\b(?:these|those|both|all|they|their|them|neither|none|latter|former|other|remaining|two|three|four|five|six)\b",
    re.IGNORECASE,
)

FEATURES: tuple[str, ...] = (
    *(f"route_{route}" for route in ROUTES),
    *("rank_0", "rank_1", "rank_2"),
    *("fluids_1", "fluids_2", "fluids_more"),
    *("sentence_gap", "near", "level", "in_title", "in_last"),
)
"""Names of the numbers that stand beside the encoder's vectors, one row per candidate, each about 0 to 1."""


class Tokenizer(Protocol):
    """The part of a fast Hugging Face tokeniser that is used."""

    cls_token_id: int
    sep_token_id: int
    mask_token_id: int

    def __call__(self, text: list[str], *, add_special_tokens: bool) -> Mapping[str, list[list[int]]]:
        """Token ids of each text under ``input_ids``."""
        ...

    def convert_tokens_to_ids(self, tokens: list[str]) -> list[int]:
        """Ids of tokens of the vocabulary."""
        ...


_Piece = tuple[list[int], dict[Span, int]]
"""A sentence's token ids, and where each mention's token stands in them."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One pass: token ids and, per candidate read in it, the places of its mentions.

    Attributes:
        ids: token ids, ``[CLS]`` first, ``[SEP]`` after every sentence.
        places: of the tokens whose vectors are read, in order: 0 (``[CLS]``), cytokine tokens, fluid markers.
        kept: indices into the candidates given, of those whose cytokine mention is in ``ids``.
        cytokines: per kept candidate its cytokine token, as an index into ``places``.
        fluids: per kept candidate its fluid marker likewise, 0 (``[CLS]``) where there is none.
    """

    ids: tuple[int, ...]
    places: tuple[int, ...]
    kept: tuple[int, ...]
    cytokines: tuple[int, ...]
    fluids: tuple[int, ...]


def encode(
    tokenizer: Tokenizer, annotated: AnnotatedArticle, candidates: Sequence[Candidate], *, length: int = 512
) -> list[Encoded]:
    """Token ids of the telling sentences, read in one pass or, where they do not fit, in several.

    A candidate is in one pass at most, and in none where its cytokine stands behind the end of a sentence that is
    longer than the encoder can read.

    Args:
        tokenizer: a fast Hugging Face tokeniser of the BERT kind.
        annotated: sentences and mentions.
        candidates: pairs of its mentions.
        length: tokens the encoder may read; sentences without a cytokine are left out first, from the end.
    """
    pieces = _pieces(tokenizer, annotated, [m for m in annotated.mentions if m.concept is not None])
    sizes = {index: len(ids) for index, (ids, _) in pieces.items()}
    sentence = [annotated.sentence_of(candidate.cytokine.span) for candidate in candidates]
    passes = []
    left = list(range(len(candidates)))
    while left:
        chosen = _choose(annotated, [candidates[i] for i in left], sizes, length - 1)
        encoded = _read(tokenizer.cls_token_id, [pieces[index] for index in sorted(chosen)], candidates, left, length)
        if encoded.kept:
            passes.append(encoded)
        left = [i for i in left if sentence[i] not in chosen]
    return passes


def _read(
    first: int, pieces: Iterable[_Piece], candidates: Sequence[Candidate], left: Iterable[int], length: int
) -> Encoded:
    """One pass over some sentences, for those of the candidates ``left`` whose cytokine it reaches."""
    ids: list[int] = [first]
    places: dict[Span, int] = {}
    for tokens, marks in pieces:
        places |= {span: len(ids) + offset for span, offset in marks.items() if len(ids) + offset < length}
        ids.extend(tokens)
    kept = [i for i in left if candidates[i].cytokine.span in places]
    cytokines = [places[candidates[i].cytokine.span] for i in kept]
    fluids = [_fluid_place(candidates[i], places) for i in kept]
    read = sorted({0, *cytokines, *fluids})
    numbers = {place: number for number, place in enumerate(read)}
    return Encoded(
        tuple(ids[:length]),
        tuple(read),
        tuple(kept),
        tuple(numbers[place] for place in cytokines),
        tuple(numbers[place] for place in fluids),
    )


def read_whole(tokenizer: Tokenizer, annotated: AnnotatedArticle) -> list[int]:
    """Token ids of all sentences with the mentions marked as :func:`encode` marks them, without ``[CLS]``."""
    mentions = [m for m in annotated.mentions if m.concept is not None]
    pieces = _pieces(tokenizer, annotated, mentions)
    return [token for index in sorted(pieces) for token in pieces[index][0]]


def features(annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> list[list[float]]:
    """One row of :data:`FEATURES` per candidate.

    Args:
        annotated: sentences and mentions.
        candidates: pairs of its mentions.
    """
    ranks: dict[int, int] = {}
    for group in by_mention(candidates).values():
        ranks |= {id(candidate): rank for rank, candidate in enumerate(rank_fluids(group))}
    count = len({c.fluid_name for c in candidates if c.fluid is not None})
    return [
        [
            *(float(candidate.route == route) for route in ROUTES),
            *(float(ranks[id(candidate)] == rank) for rank in (0, 1, 2)),
            float(count == 1),
            float(count == 2),
            float(count > 2),
            *_position(annotated, candidate),
        ]
        for candidate in candidates
    ]


def _position(annotated: AnnotatedArticle, candidate: Candidate) -> list[float]:
    here = annotated.sentence_of(candidate.cytokine.span)
    there = here if candidate.fluid is None else annotated.sentence_of(candidate.fluid.span)
    apart = 1000 if candidate.fluid is None else abs(candidate.fluid.span.start - candidate.cytokine.span.start)
    return [
        max(-5, min(5, there - here)) / 5,
        1 / (1 + apart / 40),
        float(candidate.cytokine.level),
        float(here == 0),
        float(here == len(annotated.sentences) - 1),
    ]


def _fluid_place(candidate: Candidate, places: Mapping[Span, int]) -> int:
    return 0 if candidate.fluid is None else places.get(candidate.fluid.span, 0)


def _pieces(tokenizer: Tokenizer, annotated: AnnotatedArticle, mentions: Sequence[Mention]) -> dict[int, _Piece]:
    """Per sentence its ids and where each mention's token stands in them."""
    text = annotated.article.text
    cytokine, fluid = tokenizer.convert_tokens_to_ids([CYTOKINE_TOKEN, FLUID_TOKEN])
    strings: list[str] = []
    plan: dict[int, list[tuple[int, Mention | None]]] = {}
    for index, sentence in enumerate(annotated.sentences):
        cursor = sentence.start
        steps: list[tuple[int, Mention | None]] = []
        for mention in mentions:
            if not (sentence.start <= mention.span.start < sentence.end) or mention.span.start < cursor:
                continue
            strings.append(text[cursor : mention.span.start])
            steps.append((len(strings) - 1, mention))
            cursor = mention.span.start if mention.kind == "fluid" else mention.span.end
        strings.append(text[cursor : sentence.end])
        plan[index] = [*steps, (len(strings) - 1, None)]
    parts = tokenizer(strings, add_special_tokens=False)["input_ids"] if strings else []
    pieces = {}
    for index, plan_steps in plan.items():
        ids: list[int] = []
        marks: dict[Span, int] = {}
        for part, marked in plan_steps:
            ids.extend(parts[part])
            if marked is not None:
                marks[marked.span] = len(ids)
                ids.append(cytokine if marked.kind == "cytokine" else fluid)
        pieces[index] = ([*ids, tokenizer.sep_token_id], marks)
    return pieces


def _choose(
    annotated: AnnotatedArticle, candidates: Sequence[Candidate], sizes: Mapping[int, int], budget: int
) -> set[int]:
    """Sentences to read: with a cytokine, the title, with a proposed fluid, taking a list up; as far as they fit."""
    cytokines = sorted({annotated.sentence_of(c.cytokine.span) for c in candidates})
    fluids = sorted({annotated.sentence_of(c.fluid.span) for c in candidates if c.fluid is not None})
    after = [index + 1 for index in cytokines if index + 1 in sizes and _takes_up(annotated, index + 1)]
    chosen: set[int] = set()
    for index in dict.fromkeys([*cytokines, 0, *fluids, *after]):
        if sizes[index] <= budget or not chosen:
            chosen.add(index)
            budget -= sizes[index]
    return chosen


def _takes_up(annotated: AnnotatedArticle, index: int) -> bool:
    span = annotated.sentences[index]
    return bool(_ANAPHOR.search(annotated.article.text[span.start : span.end]))
