"""The NER's network and its training loop: a small convolutional spaCy model that trains and runs on one CPU thread."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from thinc.api import Adam, Optimizer, warmup_linear

from extractor.pipeline import tokenizer_of
from extractor.training.coining import with_coined_names
from extractor.training.ner_texts import Labelled

_EVERY_EPOCH = ("gold", "passages")
"""Sources whose texts come in every epoch: annotated by our guidelines, every name marked."""


@dataclass(frozen=True, slots=True)
class NerSettings:
    """Settings of one training run; with the same data and library versions they fix the model.

    Attributes:
        version: of the model.
        epochs: passes over the labelled texts.
        bulk: number of abstracts with weak labels, spread over the epochs.
        share: part of the texts of the other corpora that comes in an epoch, in turn.
        coined: share of the gold texts that get invented names in an epoch.
        batch: words per step.
        rate: the highest learning rate; it falls linearly to 0.
        dropout: share of activations dropped.
        width: of the token vectors.
        depth: convolutions; each sees one more word to either side.
        seed: of every generator.
    """

    version: str = "1.3.0"
    epochs: int = 4
    bulk: int = 1800
    share: float = 0.34
    coined: float = 0.4
    batch: int = 1000
    rate: float = 2e-3
    dropout: float = 0.2
    width: int = 96
    depth: int = 4
    seed: int = 1


def blank_ner(settings: NerSettings) -> Language:
    """The untrained pipeline, with the recogniser's own tokeniser."""
    nlp = spacy.blank("en")
    nlp.tokenizer = tokenizer_of(nlp)
    nlp.add_pipe("ner", config={"model": _network(settings)})
    return nlp


def _network(settings: NerSettings) -> dict[str, object]:
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": settings.width,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [6000, 1000, 2500, 2500],
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": settings.width,
        "depth": settings.depth,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }


def example_of(nlp: Language, labelled: Labelled) -> Example:
    """A training example; names that do not end where tokens end, and unknown places, carry no label."""
    doc = nlp.make_doc(labelled.text)
    entities, missing = [], [_tokens(doc, place.start, place.end) for place in labelled.unknown]
    for start, end, kind in labelled.spans:
        span = doc.char_span(start, end, label=kind.upper())
        if span is None:
            missing.append(_tokens(doc, start, end))
        else:
            entities.append(span)
    taken = {token.i for span in entities for token in span}
    open_tokens = sorted({token.i for span in missing for token in span} - taken)
    doc.set_ents(entities, missing=[doc[i : i + 1] for i in open_tokens], default="outside")
    return Example(nlp.make_doc(labelled.text), doc)


def _tokens(doc: Doc, start: int, end: int) -> DocSpan:
    span = doc.char_span(start, end, alignment_mode="expand")
    return doc[0:0] if span is None else span


def fit_ner(
    labelled: Sequence[Labelled], settings: NerSettings, *, report: Callable[[str], None] = lambda _: None
) -> Language:
    """Train the recogniser.

    Args:
        labelled: texts from every source; those of ``bulk`` are spread over the epochs, gold and passages come in each.
        settings: see :class:`NerSettings`.
        report: gets one line per epoch.
    """
    spacy.util.fix_random_seed(settings.seed)
    rng = random.Random(settings.seed)
    nlp = blank_ner(settings)
    epochs = [list(_epoch(labelled, settings, rng, number)) for number in range(settings.epochs)]
    nlp.initialize(lambda: [example_of(nlp, one) for one in epochs[0][:300]])
    words = sum(len(one.text) for epoch in epochs for one in epoch) / 6
    steps = int(words / settings.batch) + 1
    rates: Any = warmup_linear(settings.rate, steps // 20, steps)
    optimiser = Adam(rates, use_averages=True, grad_clip=1.0, L2=0.01)
    for number, epoch in enumerate(epochs, 1):
        losses: dict[str, float] = {}
        for batch in _batches(nlp, epoch, settings):
            nlp.update(batch, sgd=optimiser, drop=settings.dropout, losses=losses)
            optimiser.step_schedules()
        report(f"epoch {number} of {settings.epochs}: loss {losses['ner'] / len(epoch):.2f} per text")
    _use_averages(nlp, optimiser)
    return nlp


def _use_averages(nlp: Language, optimiser: Optimizer) -> None:
    """Keep the mean of the weights over the steps: steadier than the last step's."""
    averages = optimiser.averages or {}
    for node in nlp.get_pipe("ner").model.walk():
        for name in node.param_names:
            if (node.id, name) in averages:
                node.set_param(name, averages[node.id, name])


def _epoch(labelled: Sequence[Labelled], settings: NerSettings, rng: random.Random, number: int) -> Iterator[Labelled]:
    weak = [one for one in labelled if one.source == "bulk"]
    other = [one for one in labelled if one.source not in ("bulk", *_EVERY_EPOCH)]
    turns = max(1, round(1 / settings.share))
    texts = [one for one in labelled if one.source in _EVERY_EPOCH]
    texts += other[number % turns :: turns] + weak[number :: settings.epochs]
    rng.shuffle(texts)
    for one in texts:
        coined = one.source == "gold" and rng.random() < settings.coined
        yield with_coined_names(one, rng) if coined else one


def _batches(nlp: Language, epoch: Iterable[Labelled], settings: NerSettings) -> Iterator[list[Example]]:
    examples = (example_of(nlp, one) for one in epoch)
    yield from minibatch_by_words(examples, size=settings.batch, tolerance=0.3)
