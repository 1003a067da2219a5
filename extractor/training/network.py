"""The network: an encoder and a head on (cytokine token, fluid marker) pairs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import AutoModel

from extractor.encoding import FEATURES
from extractor.records import CONTRASTS, DIRECTIONS
from extractor.training.examples import IGNORE, Example
from extractor.training.precision import reduced_precision

_RARE = -3.5
"""Logit that a direction starts from: few pairs have it."""


class ByteDropout(nn.Module):
    """Dropout whose mask is drawn as bytes, eight of them from each random number: on a CPU three times faster.

    Args:
        share: part of the values that become 0, rounded to 256ths.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.below = round(256 * share)

    def forward(self, values: Tensor) -> Tensor:
        """The values, some of them 0 and the rest larger; all as they are when the network is not training."""
        if not self.training or not self.below:
            return values
        count = values.numel()
        drawn = torch.empty(-(-count // 8), dtype=torch.int64, device=values.device).random_(-(2**63), None)
        kept = drawn.view(torch.uint8)[:count].view(values.shape) >= self.below
        return values * kept.to(values.dtype).mul_(256 / (256 - self.below))


class RelationNetwork(nn.Module):
    """Directions and contrasts of mention pairs from one pass over the article.

    The contrasts are a second task that helps the training; a release reads them by :mod:`extractor.slots`.

    Args:
        encoder: Hugging Face id or path of an encoder built like BERT.
        hidden: width of the head.
        dropout: of the head and of the encoder's hidden states.
    """

    def __init__(self, encoder: str, *, hidden: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            encoder,
            attn_implementation="sdpa",
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=dropout,
            add_pooling_layer=False,
        )
        _draw_bytes(self.encoder)
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(
            ByteDropout(dropout),
            nn.Linear(4 * width + len(FEATURES), hidden),
            nn.GELU(),
            ByteDropout(dropout),
            nn.Linear(hidden, hidden),
            nn.GELU(),
        )
        self.directions = nn.Linear(hidden, len(DIRECTIONS))
        nn.init.zeros_(self.directions.weight)
        nn.init.constant_(self.directions.bias, _RARE)
        self.contrasts = nn.Linear(hidden, len(DIRECTIONS) * len(CONTRASTS))

    def forward(  # noqa: PLR0917
        self,
        input_ids: Tensor,
        mask: Tensor | None,
        places: Tensor,
        rows: Tensor | None,
        cytokines: Tensor,
        fluids: Tensor,
        features: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Logits.

        Args:
            input_ids: (articles, tokens).
            mask: (articles, tokens), 1 where there is a token; None without padding.
            places: (articles, places) of the tokens whose vectors are read, the first that of ``[CLS]``.
            rows: (pairs,) article of each pair; None where there is one article.
            cytokines: (pairs,) index into ``places`` of the cytokine token.
            fluids: (pairs,) likewise of the fluid marker.
            features: (pairs, features).

        Returns:
            (pairs, 3) directions and (pairs, 3, 5) contrasts.
        """
        states = self.upper(self.lower(input_ids, mask, 0), mask, places, 0)
        return self.judge(states, rows, cytokines, fluids, features)

    def lower(self, input_ids: Tensor, mask: Tensor | None, layers: int) -> Tensor:
        """Hidden states of all tokens after the embeddings and this many layers of the encoder.

        Returns:
            (articles, tokens, width).
        """
        hidden: Tensor = self.encoder.embeddings(input_ids)
        return self._between(hidden, mask, 0, layers)

    def upper(self, hidden: Tensor, mask: Tensor | None, places: Tensor, layers: int) -> Tensor:
        """The encoder's last states at some places; its last layer computes no others, which saves time.

        Args:
            hidden: what :meth:`lower` gives after ``layers`` layers.
            mask: as for :meth:`forward`.
            places: likewise.
            layers: of the encoder that are done.

        Returns:
            (articles, places, width).
        """
        last = self.encoder.encoder.layer[-1]
        hidden = self._between(hidden, mask, layers, -1)
        attention = last.attention.self
        here = hidden.gather(1, places[:, :, None].expand(-1, -1, hidden.shape[-1]))
        query, key, value = (
            each.unflatten(-1, (attention.num_attention_heads, -1)).transpose(1, 2)
            for each in (attention.query(here), attention.key(hidden), attention.value(hidden))
        )
        found = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=_seen(mask))
        attended = last.attention.output(found.transpose(1, 2).flatten(2), here)
        states: Tensor = last.output(last.intermediate(attended), attended)
        return states

    def _between(self, hidden: Tensor, mask: Tensor | None, first: int, last: int) -> Tensor:
        seen = _seen(mask)
        for layer in self.encoder.encoder.layer[first:last]:
            hidden = layer(hidden, seen)
        return hidden

    def judge(
        self, states: Tensor, rows: Tensor | None, cytokines: Tensor, fluids: Tensor, features: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What :meth:`forward` returns, from the states at its places."""
        if rows is None:
            whole, first, second = states[0][torch.zeros_like(cytokines)], states[0][cytokines], states[0][fluids]
        else:
            whole, first, second = states[rows, 0], states[rows, cytokines], states[rows, fluids]
        hidden = self.head(torch.cat([whole, first, second, first * second, features], dim=-1))
        return self.directions(hidden), self.contrasts(hidden).view(-1, len(DIRECTIONS), len(CONTRASTS))

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and this many lower layers of the encoder as they are; nothing for 0."""
        if layers:
            for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:layers]):
                part.requires_grad_(requires_grad=False)


def _seen(mask: Tensor | None) -> Tensor | None:
    """The mask as attention takes it."""
    return None if mask is None else mask[:, None, None, :].bool()


def _draw_bytes(encoder: nn.Module) -> None:
    """Put :class:`ByteDropout` where the encoder drops anything."""
    for module in list(encoder.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout) and child.p:
                setattr(module, name, ByteDropout(child.p))


def collate(batch: Sequence[Example], *, pad: int = 0) -> dict[str, Tensor]:
    """Padded tensors of a batch; pairs of all articles in one dimension."""
    length = max(len(example.ids) for example in batch)
    ids = torch.full((len(batch), length), pad, dtype=torch.long)
    mask = torch.zeros((len(batch), length), dtype=torch.long)
    places = torch.zeros((len(batch), max(len(example.places) for example in batch)), dtype=torch.long)
    for row, example in enumerate(batch):
        places[row, : len(example.places)] = torch.tensor(example.places)
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
    return {
        "input_ids": ids,
        "mask": mask,
        "places": places,
        "rows": torch.tensor([row for row, example in enumerate(batch) for _ in example.cytokines]),
        "cytokines": torch.tensor([i for example in batch for i in example.cytokines]),
        "fluids": torch.tensor([i for example in batch for i in example.fluids]),
        "features": torch.tensor([row for example in batch for row in example.features]),
        "directions": torch.tensor([row for example in batch for row in example.directions]),
        "weights": torch.tensor([row for example in batch for row in example.weights])
        * torch.tensor([example.weight for example in batch for _ in example.cytokines])[:, None],
        "contrasts": torch.tensor([row for example in batch for row in example.contrasts]),
    }


def loss_of(network: RelationNetwork, batch: dict[str, Tensor], *, contrast_weight: float = 0.3) -> Tensor:
    """Binary cross-entropy of the directions, summed per article, plus that of the stated contrasts."""
    inputs = ("input_ids", "mask", "places", "rows", "cytokines", "fluids", "features")
    with reduced_precision(batch["input_ids"].device.type):
        directions, contrasts = (each.float() for each in network(*(batch[name] for name in inputs)))
    articles = batch["input_ids"].shape[0]
    known = (batch["directions"] != IGNORE).float() * batch["weights"]
    target = batch["directions"].clamp(min=0)
    loss = (nn.functional.binary_cross_entropy_with_logits(directions, target, reduction="none") * known).sum()
    stated = (batch["contrasts"] != IGNORE).float()
    kinds = nn.functional.binary_cross_entropy_with_logits(contrasts, batch["contrasts"].clamp(min=0), reduction="none")
    return (loss + contrast_weight * (kinds * stated).sum()) / articles
