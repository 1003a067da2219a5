"""The training loop of the relation classifier and its scores on held-out articles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from extractor.candidates import find_candidates
from extractor.encoding import FEATURES, Tokenizer, encode, features
from extractor.records import DIRECTIONS, AnnotatedArticle, GoldArticle, Triple
from extractor.relation import load_tokenizer
from extractor.rules import votes
from extractor.training.examples import Example
from extractor.training.network import RelationNetwork, collate, loss_of

_VOTES = [i for i, name in enumerate(FEATURES) if name.startswith(("vote_", "elsewhere_", "article_"))]
Scored = dict[Triple, float]


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of one training run.

    Attributes:
        epochs: passes over the samples drawn.
        batch: articles per step.
        rate: learning rate of the encoder; the head's is ``head_factor`` times that.
        vote_dropout: share of articles whose rule votes are hidden in a step, so that the text must decide.
        length: tokens the encoder reads at most.
        debatable: weight of debatable findings.
        negatives: share of the articles without a finding drawn per epoch.
        seed: of every generator.
        threads: of torch; part of what makes a run repeatable.
    """

    epochs: int = 10
    batch: int = 6
    rate: float = 1.5e-4
    head_factor: float = 6.0
    vote_dropout: float = 0.5
    length: int = 320
    debatable: float = 0.4
    negatives: float = 0.5
    seed: int = 1
    threads: int = 2


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
    start: Path | None = None,
    device: str = "cpu",
    after_epoch: Callable[[int, float, RelationNetwork], None] = lambda _epoch, _loss, _network: None,
) -> RelationNetwork:
    """Train a network.

    Args:
        encoder: Hugging Face id or path.
        sources: where the examples come from.
        settings: see :class:`FitSettings`.
        start: checkpoint of an earlier run to go on from.
        device: a torch device.
        after_epoch: called with the epoch, its mean loss and the network; may keep a checkpoint.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    rng = random.Random(settings.seed)
    network = RelationNetwork(encoder)
    network.to(device)
    network.name_tokens(load_tokenizer(Path(encoder)))
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    epochs = [list(_batches(sources, settings, rng)) for _ in range(settings.epochs)]
    optimiser, schedule = _optimiser(network, settings, sum(len(epoch) for epoch in epochs))
    for number, batches in enumerate(epochs):
        network.train()
        total = 0.0
        for batch in batches:
            tensors = {name: value.to(device) for name, value in collate(batch).items()}
            loss = loss_of(network, _hide_votes(tensors, len(batch), settings.vote_dropout))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        network.eval()
        after_epoch(number, total / len(batches), network)
    return network


def score_articles(
    network: RelationNetwork, tokenizer: Tokenizer, articles: Sequence[AnnotatedArticle], *, length: int
) -> list[Scored]:
    """Per article the highest probability of each triple, uncalibrated."""
    return [_score(network, tokenizer, annotated, length) for annotated in articles]


def best_threshold(gold: Sequence[GoldArticle], scored: Sequence[Scored]) -> tuple[float, float]:
    """The threshold with the highest triple F1 on these articles, and that F1."""
    grid = [round(0.05 * step, 2) for step in range(2, 19)]
    return max(((t, triple_f1(gold, scored, (t, t, t))) for t in grid), key=lambda pair: (pair[1], -pair[0]))


def triple_f1(gold: Sequence[GoldArticle], scored: Sequence[Scored], thresholds: Sequence[float]) -> float:
    """Triple F1 over articles, debatable findings neither required nor penalised; 0 where undefined."""
    hits = wrong = missed = 0
    for each, scores in zip(gold, scored, strict=True):
        sure = {finding.triple for finding in each.findings if finding.confidence == "sure"}
        known = {finding.triple for finding in each.findings}
        said = {t for t, p in scores.items() if p >= thresholds[DIRECTIONS.index(t.direction)]}
        hits, wrong, missed = hits + len(said & sure), wrong + len(said - known), missed + len(sure - said)
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0


def _score(network: RelationNetwork, tokenizer: Tokenizer, annotated: AnnotatedArticle, length: int) -> Scored:
    candidates = find_candidates(annotated)
    encoded = encode(tokenizer, annotated, candidates, length=length)
    if not encoded.kept:
        return {}
    rows = features(annotated, candidates, votes(annotated, candidates))
    with torch.no_grad():
        logits, _ = network(
            torch.tensor([encoded.ids]),
            None,
            None,
            torch.tensor(encoded.cytokines),
            torch.tensor(encoded.fluids),
            torch.tensor([rows[i] for i in encoded.kept]),
        )
    scores: Scored = {}
    for row, index in zip(torch.sigmoid(logits).tolist(), encoded.kept, strict=True):
        candidate = candidates[index]
        for direction, probability in zip(DIRECTIONS, row, strict=True):
            triple = Triple(str(candidate.cytokine.concept), candidate.fluid_name, direction)
            scores[triple] = max(probability, scores.get(triple, 0.0))
    return scores


def _batches(sources: Sequence[Source], settings: FitSettings, rng: random.Random) -> Iterator[list[Example]]:
    """Examples of one epoch in batches of like length, in random order."""
    drawn: list[Example] = []
    for source in sources:
        for example in source.examples:
            share = source.share * (1.0 if _has_finding(example) else settings.negatives)
            if rng.random() < share:
                drawn.append(example)
    drawn.sort(key=lambda example: len(example.ids) + 40 * rng.random())
    batches = [drawn[i : i + settings.batch] for i in range(0, len(drawn), settings.batch)]
    rng.shuffle(batches)
    yield from batches


def _has_finding(example: Example) -> bool:
    return any(label > 0 for row in example.directions for label in row)


def _hide_votes(batch: dict[str, Tensor], articles: int, share: float) -> dict[str, Tensor]:
    hidden = (torch.rand(articles, device=batch["rows"].device) < share)[batch["rows"]]
    rows = batch["features"].clone()
    rows[:, _VOTES] = torch.where(hidden[:, None], torch.zeros_like(rows[:, _VOTES]), rows[:, _VOTES])
    return {**batch, "features": rows}


def _optimiser(
    network: RelationNetwork, settings: FitSettings, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    head = [parameter for name, parameter in network.named_parameters() if not name.startswith("encoder.")]
    rates = [settings.rate, settings.rate * settings.head_factor]
    optimiser = torch.optim.AdamW(
        [{"params": network.encoder.parameters(), "lr": rates[0]}, {"params": head, "lr": rates[1]}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.1)
    return optimiser, schedule
