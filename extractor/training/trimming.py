"""A vocabulary without the tokens that hardly any text has: a smaller model that reads the same.

A general encoder knows many words (names of places, other scripts) that no biomedical abstract uses; a word whose token
is dropped is read as its parts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import torch
from torch import nn

from extractor.encoding import MARKERS, Tokenizer
from extractor.training.network import RelationNetwork

_SEEN = 8
"""How often a token of several letters must be seen."""
_BATCH = 1000


def tokens_seen(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each token stands in the texts."""
    seen: Counter[int] = Counter()
    stream = iter(texts)
    while batch := list(islice(stream, _BATCH)):
        for ids in tokenizer(batch, add_special_tokens=False)["input_ids"]:
            seen.update(ids)
    return seen


def trim_tokenizer(source: Path, target: Path, seen: Counter[int]) -> list[int]:
    """Write a tokeniser without the tokens that are rarely seen.

    Special tokens, the markers and every letter or sign that is seen stay, so that every word seen has a reading.

    Args:
        source: ``tokenizer.json`` of the WordPiece kind.
        target: where to write the smaller one.
        seen: how often each token is used.

    Returns:
        The old ids of the tokens that stay, in order; their places in this list are the new ids.
    """
    described = json.loads(source.read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = described["model"]["vocab"]
    special = {token["content"] for token in described["added_tokens"]}.union(MARKERS)
    kept = [
        (token, old)
        for token, old in sorted(vocabulary.items(), key=lambda item: item[1])
        if token in special or seen[old] >= (1 if len(token.removeprefix("##")) == 1 else _SEEN)
    ]
    described["model"]["vocab"] = {token: new for new, (token, _) in enumerate(kept)}
    renumbered = described["model"]["vocab"]
    for token in described["added_tokens"]:
        token["id"] = renumbered[token["content"]]
    described["post_processor"] = None  # texts are put together by extractor.encoding
    target.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    return [old for _, old in kept]


def trim_embeddings(network: RelationNetwork, kept: Sequence[int]) -> None:
    """Leave a network the vectors of these tokens only, in this order."""
    old = network.encoder.get_input_embeddings().weight.detach()
    network.encoder.set_input_embeddings(nn.Embedding.from_pretrained(old[torch.tensor(kept)]))
