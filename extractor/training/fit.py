"""The training loop of the relation classifier and its scores on held-out articles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from extractor.candidates import find_candidates
from extractor.encoding import MARKERS, Tokenizer, encode, features
from extractor.records import DIRECTIONS, AnnotatedArticle, Triple
from extractor.relation import load_tokenizer
from extractor.training.choosing import Scored
from extractor.training.directions import opposites
from extractor.training.examples import Example
from extractor.training.mirror import mirrored
from extractor.training.network import RelationNetwork, collate, loss_of


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of one training run.

    Attributes:
        epochs: passes over the samples drawn.
        batch: articles per step.
        rate: learning rate of the encoder; the head's is ``head_factor`` times that.
        length: tokens the encoder reads at most.
        debatable: weight of debatable findings.
        negatives: share of the articles without a finding drawn per epoch.
        mirror: share of the articles that can be that are read with their directions exchanged.
        frozen: lower layers of the encoder, its embeddings included, that stay as they were adapted; saves time.
        blank: share of the words hidden from the encoder.
        dropout: of the head and of the encoder's hidden states.
        average: decay per step of the running mean of the weights, which is what is kept.
        seeds: of every generator; one network is trained for each, and their logits are averaged.
        threads: of torch per network; part of what makes a run repeatable.
    """

    epochs: int = 14
    batch: int = 6
    rate: float = 2.5e-4
    head_factor: float = 4.0
    length: int = 320
    debatable: float = 0.4
    negatives: float = 0.5
    mirror: float = 0.3
    frozen: int = 3
    blank: float = 0.12
    dropout: float = 0.1
    average: float = 0.998
    seeds: tuple[int, ...] = (2, 4, 5)
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A named set of examples.

    Attributes:
        share: part of it drawn per epoch.
    """

    name: str
    examples: tuple[Example, ...]
    share: float = 1.0


def fit(
    encoder: str,
    sources: Sequence[Source],
    settings: FitSettings,
    *,
    seed: int,
    device: str = "cpu",
    after_epoch: Callable[[int, float, RelationNetwork], None] = lambda _epoch, _loss, _network: None,
) -> RelationNetwork:
    """Train a network.

    Args:
        encoder: folder of an encoder with named markers.
        sources: where the examples come from.
        settings: see :class:`FitSettings`.
        seed: of every generator.
        device: a torch device.
        after_epoch: called with the epoch, its mean loss and the network; may keep a checkpoint.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(settings.threads)
    rng = random.Random(seed)
    network = RelationNetwork(encoder, dropout=settings.dropout)
    network.freeze(settings.frozen)
    network.to(device)
    tokenizer = load_tokenizer(Path(encoder))
    words = opposites(tokenizer)
    epochs = [list(_batches(sources, settings, words, rng)) for _ in range(settings.epochs)]
    mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.average))
    optimiser, schedule = _optimiser(network, settings, sum(len(epoch) for epoch in epochs))
    for number, batches in enumerate(epochs):
        network.train()
        total = 0.0
        for batch in batches:
            tensors = {name: value.to(device) for name, value in collate(batch).items()}
            loss = loss_of(network, _blank(tensors, settings.blank, tokenizer))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            mean.update_parameters(network)
            total += float(loss.detach())
        mean.module.eval()
        after_epoch(number, total / len(batches), mean.module)
    network.load_state_dict(mean.module.state_dict())
    return network


def score_articles(
    network: RelationNetwork, tokenizer: Tokenizer, articles: Sequence[AnnotatedArticle], *, length: int
) -> list[Scored]:
    """Per article the highest probability of each triple, uncalibrated."""
    return [_score(network, tokenizer, annotated, length) for annotated in articles]


def _score(network: RelationNetwork, tokenizer: Tokenizer, annotated: AnnotatedArticle, length: int) -> Scored:
    candidates = find_candidates(annotated)
    rows = features(annotated, candidates)
    device = network.directions.weight.device
    scores: Scored = {}
    for encoded in encode(tokenizer, annotated, candidates, length=length):
        with torch.no_grad():
            logits, _ = network(
                torch.tensor([encoded.ids], device=device),
                None,
                torch.tensor([encoded.places], device=device),
                None,
                torch.tensor(encoded.cytokines, device=device),
                torch.tensor(encoded.fluids, device=device),
                torch.tensor([rows[i] for i in encoded.kept], device=device),
            )
        for row, index in zip(torch.sigmoid(logits).tolist(), encoded.kept, strict=True):
            candidate = candidates[index]
            for direction, probability in zip(DIRECTIONS, row, strict=True):
                triple = Triple(str(candidate.cytokine.concept), candidate.fluid_name, direction)
                scores[triple] = max(probability, scores.get(triple, 0.0))
    return scores


def _batches(
    sources: Sequence[Source], settings: FitSettings, words: Mapping[int, int], rng: random.Random
) -> Iterator[list[Example]]:
    """Examples of one epoch in batches of like length, in random order."""
    drawn: list[Example] = []
    for source in sources:
        for example in source.examples:
            share = source.share * (1.0 if _has_finding(example) else settings.negatives)
            if rng.random() >= share:
                continue
            exchanged = example.mirrors and rng.random() < settings.mirror
            drawn.append(mirrored(example, words) if exchanged else example)
    drawn.sort(key=lambda example: len(example.ids) + 40 * rng.random())
    batches = [drawn[i : i + settings.batch] for i in range(0, len(drawn), settings.batch)]
    rng.shuffle(batches)
    yield from batches


def _has_finding(example: Example) -> bool:
    return any(label > 0 for row in example.directions for label in row)


def _blank(batch: dict[str, Tensor], share: float, tokenizer: Tokenizer) -> dict[str, Tensor]:
    """The batch with this share of its words replaced by the mask; marked mentions and separators stay."""
    ids = batch["input_ids"]
    kept = [tokenizer.cls_token_id, tokenizer.sep_token_id, *tokenizer.convert_tokens_to_ids(list(MARKERS))]
    words = batch["mask"].bool() & ~torch.isin(ids, torch.tensor(kept, device=ids.device))
    blanked = (torch.rand(ids.shape, device=ids.device) < share) & words
    return {**batch, "input_ids": torch.where(blanked, torch.full_like(ids, tokenizer.mask_token_id), ids)}


def _optimiser(
    network: RelationNetwork, settings: FitSettings, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    learning = [(name, parameter) for name, parameter in network.named_parameters() if parameter.requires_grad]
    encoder = [parameter for name, parameter in learning if name.startswith("encoder.")]
    head = [parameter for name, parameter in learning if not name.startswith("encoder.")]
    rates = [settings.rate, settings.rate * settings.head_factor]
    groups = [{"params": encoder, "lr": rates[0]}, {"params": head, "lr": rates[1]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.1)
    return optimiser, schedule
