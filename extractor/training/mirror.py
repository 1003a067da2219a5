"""Mirrored examples: every "increased" becomes "decreased" and the labels with it.

A text that says what rose says, with its words of direction exchanged, what fell. Training on both keeps the network
from guessing a direction by what is usually true of a disease or a drug, and teaches it to read the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractor.training.examples import Example


def mirrored(example: Example, words: Mapping[int, int]) -> Example:
    """The example with directions exchanged in ids and labels.

    Args:
        example: one that ``mirrors``.
        words: of :func:`extractor.training.directions.opposites`.
    """
    return replace(
        example,
        ids=tuple(words.get(token, token) for token in example.ids),
        directions=tuple(_exchange(row) for row in example.directions),
        weights=tuple(_exchange(row) for row in example.weights),
        contrasts=tuple((row[1], row[0], row[2]) for row in example.contrasts),
    )


def _exchange(row: Sequence[float]) -> tuple[float, ...]:
    return (row[1], row[0], row[2])
