"""Continue masked-language training of an encoder on biomedical abstracts.

The encoder learns the field's words before it learns the relation: :func:`select_texts` takes the abstracts that name
a cytokine or state a level in a body fluid.

Source: Gururangan et al. 2020, "Don't stop pretraining" (ACL); Devlin et al. 2019 for the 80/10/10 masking.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase

IGNORED = -100
"""Label of a position without loss."""

_CYTOKINE = re.compile(
    r"\b(?:interleukin|IL-?\d+|cytokine|chemokine|tumou?r necrosis factor|TNF|interferon|growth factor"
    r"|leptin|adiponectin)\b",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\b(?:serum|sera|plasma|CSF|cerebrospinal fluid|urin\w+|blood)\b[^.]*\b(?:level|concentration)s?\b|"
    r"\b(?:level|concentration)s?\b[^.]*\b(?:serum|sera|plasma|CSF|cerebrospinal fluid|urin\w+|blood)\b"
)


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """Settings of one adaptation; ``length`` in tokens."""

    epochs: int = 2
    length: int = 192
    batch: int = 16
    rate: float = 4e-4
    masked: float = 0.15
    seed: int = 7


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


def select_texts(texts: Sequence[str], *, limit: int, seed: int = 7) -> list[str]:
    """At most ``limit`` of the texts that name a cytokine or state a level in a fluid, in seeded order."""
    chosen = [text for text in texts if _CYTOKINE.search(text) or _LEVEL.search(text)]
    random.Random(seed).shuffle(chosen)
    return chosen[:limit]


def adapt_encoder(
    texts: Sequence[str],
    out: Path,
    *,
    encoder: str,
    settings: AdaptSettings | None = None,
    device: str = "cpu",
    progress: Callable[[int, int, float], None] = lambda _step, _steps, _loss: None,
) -> float:
    """Train ``encoder`` on ``texts`` by masked words and save encoder and tokeniser to ``out``.

    Args:
        texts: abstracts, cytokine mentions already replaced where wanted.
        out: folder for the adapted encoder (Hugging Face layout).
        encoder: Hugging Face id or path.
        settings: see :class:`AdaptSettings`.
        device: a torch device.
        progress: called with step, steps, running loss.

    Returns:
        Mean loss in nats over the last hundred steps.
    """
    options = settings or AdaptSettings()
    torch.manual_seed(options.seed)
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModel.from_pretrained(
        encoder, attn_implementation="sdpa", attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0
    ).to(device)
    head = _MaskedHead(model.get_input_embeddings()).to(device)
    blocks = _blocks(tokenizer, texts, options)
    steps = options.epochs * math.ceil(len(blocks) / options.batch)
    parameters = [*model.parameters(), *head.dense.parameters(), *head.norm.parameters(), head.bias]
    optimiser = torch.optim.AdamW(parameters, lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps + 1, pct_start=0.06)
    rng, losses, step = random.Random(options.seed), [0.0], 0
    model.train()
    for _ in range(options.epochs):
        rng.shuffle(blocks)
        for start in range(0, len(blocks), options.batch):
            ids = torch.tensor(blocks[start : start + options.batch], device=device)
            masked, labels = _mask(ids, tokenizer, options.masked)
            chosen = labels != IGNORED
            hidden = model(input_ids=masked, attention_mask=torch.ones_like(masked)).last_hidden_state
            loss = nn.functional.cross_entropy(head(hidden[chosen]), labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            losses = [*losses[-99:], float(loss.detach())]
            progress(step, steps, sum(losses) / len(losses))
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return sum(losses) / len(losses)


def _blocks(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], options: AdaptSettings) -> list[list[int]]:
    """All texts as one stream of tokens, cut into blocks of equal length."""
    stream: list[int] = []
    for ids in tokenizer(list(texts), add_special_tokens=False, truncation=False)["input_ids"]:
        stream.extend([*ids, tokenizer.sep_token_id])
    body = options.length - 1
    return [[tokenizer.cls_token_id, *stream[i : i + body]] for i in range(0, len(stream) - body, body)]


def _mask(ids: Tensor, tokenizer: PreTrainedTokenizerBase, share: float) -> tuple[Tensor, Tensor]:
    """Masked copy and labels: of the chosen tokens 80% masked, 10% random, 10% kept."""
    special = (ids == tokenizer.cls_token_id) | (ids == tokenizer.sep_token_id)
    chosen = (torch.rand(ids.shape, device=ids.device) < share) & ~special
    labels = torch.where(chosen, ids, torch.full_like(ids, IGNORED))
    dice = torch.rand(ids.shape, device=ids.device)
    noise = torch.randint(0, len(tokenizer), ids.shape, device=ids.device)
    masked = torch.where(chosen & (dice < 0.8), torch.full_like(ids, tokenizer.mask_token_id), ids)
    return torch.where(chosen & (dice >= 0.9), noise, masked), labels
