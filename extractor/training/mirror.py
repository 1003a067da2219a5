"""Mirrored examples: every "increased" becomes "decreased" and the labels with it.

A text that says what rose says, with its words of direction exchanged, what fell. Training on both keeps the network
from guessing a direction by what is usually true of a disease or a drug, and teaches it to read the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractor.encoding import FEATURES, VOTE_FEATURES
from extractor.training.examples import Example

_PAIRS = [
    (FEATURES.index(f"{kind}_increased"), FEATURES.index(f"{kind}_decreased"))
    for kind in ("vote", "elsewhere", "article")
]


def mirrored(example: Example, words: Mapping[int, int]) -> Example:
    """The example with directions exchanged in ids, labels and rule votes.

    Args:
        example: one that ``mirrors``.
        words: of :func:`extractor.training.directions.opposites`.
    """
    return replace(
        example,
        ids=tuple(words.get(token, token) for token in example.ids),
        features=tuple(_exchange_votes(row) for row in example.features),
        directions=tuple(_exchange(row) for row in example.directions),
        weights=tuple(_exchange(row) for row in example.weights),
        contrasts=tuple((row[1], row[0], row[2]) for row in example.contrasts),
    )


def _exchange(row: Sequence[float]) -> tuple[float, ...]:
    return (row[1], row[0], row[2])


def _exchange_votes(row: Sequence[float]) -> tuple[float, ...]:
    values = list(row)
    for up, down in _PAIRS:
        values[up], values[down] = values[down], values[up]
    return tuple(values)


def without_votes(example: Example) -> Example:
    """The example as if the rules had said nothing, so that the text must decide."""
    return replace(example, features=tuple(_no_votes(row) for row in example.features))


def _no_votes(row: Sequence[float]) -> tuple[float, ...]:
    return tuple(0.0 if index in VOTE_FEATURES else value for index, value in enumerate(row))
