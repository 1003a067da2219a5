"""Continue masked-language training of an encoder on biomedical abstracts.

The encoder learns the field's words, and what the two markers stand for, before it learns the relation:
:func:`select_articles` takes abstracts that name a cytokine or a body fluid, and they are read as
the relation classifier reads them, names of cytokines replaced and fluids marked.

Source: Gururangan et al. 2020, "Don't stop pretraining" (ACL); Devlin et al. 2019 for the 80/10/10 masking.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel

from extractor.encoding import CYTOKINE_TOKEN, FLUID_TOKEN, Tokenizer, read_whole
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import Article
from extractor.relation import load_tokenizer
from extractor.training.precision import reduced_precision

IGNORED = -100
"""Label of a position without loss."""

_CYTOKINE = re.compile(
    r"\b(?:interleukin|IL-?\d+|cytokine|chemokine|tumou?r necrosis factor|TNF|interferon|growth factor"
    r"|leptin|adiponectin)\b",
    re.IGNORECASE,
)
_FLUID = re.compile(r"\b(?:serum|sera|plasma|CSF|cerebrospinal fluid|urin\w+|blood|saliva\w*|lavage)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """Settings of one adaptation; ``length`` in tokens, ``articles`` read at most, ``threads`` of torch."""

    epochs: int = 3
    length: int = 192
    batch: int = 16
    rate: float = 4e-4
    masked: float = 0.2
    articles: int = 14000
    seed: int = 7
    threads: int = 4


class _MaskedHead(nn.Module):
    """BERT's transform and tied decoder, applied to masked positions only."""

    def __init__(self, embeddings: nn.Embedding) -> None:
        super().__init__()
        width = embeddings.embedding_dim
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))
        self.embeddings = embeddings

    def forward(self, hidden: Tensor) -> Tensor:
        states = self.norm(nn.functional.gelu(self.dense(hidden)))
        return states @ self.embeddings.weight.T + self.bias


def save_encoder(name: str, folder: Path) -> None:
    """Save an encoder with vectors for the two markers, the mean of words that mean what they mark.

    Args:
        name: Hugging Face id or path.
        folder: gets the encoder and its tokeniser in Hugging Face layout.
    """
    model: PreTrainedModel = AutoModel.from_pretrained(name)
    AutoTokenizer.from_pretrained(name).save_pretrained(folder)
    tokenizer = load_tokenizer(folder)
    weight = model.get_input_embeddings().weight
    for token, words in ((CYTOKINE_TOKEN, "interleukin cytokine protein"), (FLUID_TOKEN, "serum plasma fluid")):
        ids = tokenizer([words], add_special_tokens=False)["input_ids"][0]
        with torch.no_grad():
            weight[tokenizer.convert_tokens_to_ids([token])[0]] = weight[ids].mean(dim=0)
    model.save_pretrained(folder)


def select_articles(articles: Iterable[Article], *, limit: int, seed: int = 7) -> list[Article]:
    """At most ``limit`` of the articles that name a cytokine or a body fluid, in seeded order."""
    chosen = sorted((a for a in articles if _CYTOKINE.search(a.text) or _FLUID.search(a.text)), key=lambda a: a.id)
    random.Random(seed).shuffle(chosen)
    return chosen[:limit]


def adapt_encoder(
    articles: Sequence[Article],
    out: Path,
    *,
    encoder: Path,
    settings: AdaptSettings,
    device: str = "cpu",
    progress: Callable[[int, int, float], None] = lambda _step, _steps, _loss: None,
) -> float:
    """Train ``encoder`` on ``articles`` by masked words and save encoder and tokeniser to ``out``.

    Args:
        articles: abstracts to read.
        out: folder for the adapted encoder (Hugging Face layout).
        encoder: folder written by :func:`save_encoder`.
        settings: see :class:`AdaptSettings`.
        device: a torch device.
        progress: called with step, steps, running loss.

    Returns:
        Mean loss in nats over the last hundred steps.
    """
    torch.set_num_threads(settings.threads)
    tokenizer = load_tokenizer(encoder)
    streams = [read_whole(tokenizer, annotated) for annotated in annotate(build_pipeline(), articles)]
    torch.manual_seed(settings.seed)
    model = AutoModel.from_pretrained(
        encoder, attn_implementation="sdpa", attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0
    ).to(device)
    head = _MaskedHead(model.get_input_embeddings()).to(device)
    blocks = _blocks(streams, tokenizer.cls_token_id, settings.length)
    steps = settings.epochs * math.ceil(len(blocks) / settings.batch)
    parameters = [*model.parameters(), *head.dense.parameters(), *head.norm.parameters(), head.bias]
    optimiser = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=steps + 1, pct_start=0.06)
    rng, losses, step = random.Random(settings.seed), [0.0], 0
    model.train()
    for _ in range(settings.epochs):
        rng.shuffle(blocks)
        for start in range(0, len(blocks), settings.batch):
            ids = torch.tensor(blocks[start : start + settings.batch], device=device)
            masked, labels = _mask(ids, tokenizer, settings.masked, vocabulary=model.config.vocab_size)
            chosen = labels != IGNORED
            with reduced_precision(device):
                hidden = model(input_ids=masked, attention_mask=torch.ones_like(masked)).last_hidden_state
                logits = head(hidden[chosen])
            loss = nn.functional.cross_entropy(logits.float(), labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            losses = [*losses[-99:], float(loss.detach())]
            progress(step, steps, sum(losses) / len(losses))
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(out)
    return sum(losses) / len(losses)


def _blocks(streams: Sequence[Sequence[int]], first: int, length: int) -> list[list[int]]:
    """All texts as one stream of tokens, cut into blocks of equal length that begin with ``first``."""
    stream = [token for ids in streams for token in ids]
    body = length - 1
    return [[first, *stream[i : i + body]] for i in range(0, len(stream) - body, body)]


def _mask(ids: Tensor, tokenizer: Tokenizer, share: float, *, vocabulary: int) -> tuple[Tensor, Tensor]:
    """Masked copy and labels: of the chosen tokens 80% masked, 10% random, 10% kept."""
    special = (ids == tokenizer.cls_token_id) | (ids == tokenizer.sep_token_id)
    chosen = (torch.rand(ids.shape, device=ids.device) < share) & ~special
    labels = torch.where(chosen, ids, torch.full_like(ids, IGNORED))
    dice = torch.rand(ids.shape, device=ids.device)
    noise = torch.randint(0, vocabulary, ids.shape, device=ids.device)
    masked = torch.where(chosen & (dice < 0.8), torch.full_like(ids, tokenizer.mask_token_id), ids)
    return torch.where(chosen & (dice >= 0.9), noise, masked), labels
