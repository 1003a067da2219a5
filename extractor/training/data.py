"""What the relation classifier is trained on and what is held out, from annotations and corpora."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extractor.benchmark.corpora import evidence_inference
from extractor.benchmark.systems import with_gold_mentions
from extractor.encoding import Tokenizer
from extractor.gold import load_gold, load_training
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import AnnotatedArticle, GoldArticle
from extractor.training.examples import gold_examples, question_example
from extractor.training.fit import FitSettings, Source
from extractor.training.minimal_pairs import minimal_pairs

Pairs = list[tuple[AnnotatedArticle, GoldArticle]]

_WEIGHTS = {"analytes": 0.5, "pairs": 0.5}
"""Weight of an example of a source; 1 for the rest."""
_HELD_OUT_OF = 6
"""One in so many records of ``analytes`` and ``passages`` is held out."""


@dataclass(frozen=True, slots=True)
class Data:
    """Everything that is trained or chosen on.

    Attributes:
        train: name -> recognised and annotated articles.
        held: name -> held-out articles for early stopping, threshold and calibration: ``general`` and ``als`` are the
            dev splits with recognised mentions, ``analytes`` and ``passages`` have gold mentions.
    """

    train: dict[str, Pairs]
    held: dict[str, Pairs]


@dataclass(frozen=True, slots=True)
class Shares:
    """Part of each source drawn per epoch; 0 leaves it out (for the ablation)."""

    gold: float = 1.0
    als: float = 1.0
    analytes: float = 0.5
    passages: float = 1.0
    written: float = 1.0
    pairs: float = 0.5
    evidence_inference: float = 0.05


def load_data(annotations: Path, corpus: Path) -> Data:
    """Recognise every training and dev article once.

    Raises:
        GoldError: a record breaks a rule, or a text is missing.
    """
    gold = load_gold(annotations, corpus=corpus, splits=("train", "dev"))
    nlp = build_pipeline()

    def pairs(chosen: Iterable[GoldArticle]) -> Pairs:
        kept = [g for g in chosen if g.article is not None]
        return list(zip(annotate(nlp, (g.article for g in kept if g.article)), kept, strict=True))

    train: dict[str, Pairs] = {}
    held: dict[str, Pairs] = {}
    for name, is_als in (("gold", False), ("als", True)):
        of_part = [g for g in gold if (g.stratum == "als") == is_als]
        train[name] = _marked(pairs(g for g in of_part if g.split == "train"))
        held["als" if is_als else "general"] = pairs(g for g in of_part if g.split == "dev")
    for name in ("analytes", "passages"):
        everything = _marked(pairs(load_training(annotations, name, corpus=corpus)))
        train[name] = [pair for pair in everything if not is_held_out(pair[1].id)]
        held[name] = [pair for pair in everything if is_held_out(pair[1].id)]
    written = load_training(annotations, "written", corpus=corpus)
    train["written"] = _marked(pairs(each for each in written if each.split == "train"))
    return Data(train | {"pairs": list(minimal_pairs())}, held)


def make_sources(tokenizer: Tokenizer, data: Data, corpus: Path, settings: FitSettings, shares: Shares) -> list[Source]:
    """Examples of every source with a share."""
    sources = []
    for name, pairs in data.train.items():
        if share := getattr(shares, name):
            examples = gold_examples(
                tokenizer,
                pairs,
                length=settings.length,
                debatable=settings.debatable,
                weight=_WEIGHTS.get(name, 1.0),
            )
            sources.append(Source(name, tuple(examples), share))
    if shares.evidence_inference:
        questions = [q for q in evidence_inference(corpus, split="train") if len(q.evidence) < 700]
        made = (question_example(tokenizer, q, length=256, weight=0.5) for q in questions)
        sources.append(Source("evidence_inference", tuple(e for e in made if e), shares.evidence_inference))
    return sources


def _marked(pairs: Pairs) -> Pairs:
    """Gold mentions in place of the recogniser's."""
    return [(with_gold_mentions(annotated, gold), gold) for annotated, gold in pairs]


def is_held_out(name: str) -> bool:
    """Whether a record of ``analytes`` or ``passages`` is held out, by a hash of its id."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % _HELD_OUT_OF == 0
