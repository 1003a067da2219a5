"""The unseen-name test: cytokines taken out of lexicon and training; the share of their mentions still found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from spacy.language import Language

from extractor.evaluate import score_spans
from extractor.gold import Score
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline, load_ner
from extractor.records import AnnotatedArticle, GoldArticle, Span
from extractor.training.ner_scores import ner_alone
from extractor.training.ner_texts import Labelled
from extractor.vocabulary import Vocabulary, load_vocabulary, read_table

FEWEST, MOST = 3, 60
"""Gold articles that name a concept for it to be drawn: enough to measure, few enough to leave text to learn from."""


@dataclass(frozen=True, slots=True)
class UnseenScores:
    """Found mentions of the removed concepts.

    Attributes:
        concepts: the removed ones.
        mentions: how many of theirs gold has.
        exact: by system (``lexicon``, ``ner``, ``both``), share found with the right start and end (``recall``).
        touched: the same, a mention that overlaps suffices.
    """

    concepts: tuple[str, ...]
    mentions: int
    exact: dict[str, Score]
    touched: dict[str, Score]


def choose_unseen(gold: Iterable[GoldArticle], *, count: int = 20, seed: int = 1) -> tuple[str, ...]:
    """A seeded choice of concepts that are neither rare nor everywhere; families are not drawn."""
    named = Counter(concept for each in gold for concept in {m.concept for m in each.mentions if m.kind == "cytokine"})
    eligible = sorted(
        concept for concept, articles in named.items() if concept and concept[0] != "<" and FEWEST <= articles <= MOST
    )
    return tuple(sorted(random.Random(seed).sample(eligible, min(count, len(eligible)))))


def without_concepts(labelled: Iterable[Labelled], concepts: Collection[str], nlp: Language) -> list[Labelled]:
    """The texts in which neither the labels nor the whole lexicon ``nlp`` see one of ``concepts``."""
    removed = set(concepts)
    kept = []
    for one in labelled:
        if not removed.isdisjoint(one.concepts):
            continue
        doc = nlp(one.text) if one.source != "bulk" else nlp.make_doc("")  # weak labels are the lexicon's already
        if removed.isdisjoint(span.kb_id_ for span in doc.spans.get("cytokine", [])):
            kept.append(one)
    return kept


def reduced_vocabulary(concepts: Collection[str]) -> Vocabulary:
    """The package's vocabulary without some concepts."""
    full = load_vocabulary()
    lookalikes: dict[str, list[str]] = {}
    for row in read_table("lookalikes.tsv"):
        lookalikes.setdefault(row["kind"], []).append(row["name"])
    cytokines = [concept for symbol, concept in full.cytokines.items() if symbol not in concepts]
    return Vocabulary(cytokines, list(full.fluids.values()), lookalikes)


def reduced_pipeline(concepts: Collection[str], *, ner: str | None = None) -> Language:
    """The recognition pipeline whose lexicon lacks some concepts.

    Raises:
        ModelError: the NER model cannot be loaded.
    """
    nlp = build_pipeline(ner=ner)
    nlp.get_pipe("extractor_lexicon").vocabulary = reduced_vocabulary(concepts)
    return nlp


def score_unseen(
    gold: Sequence[GoldArticle], concepts: Collection[str], ner: str, *, samples: int = 2000, seed: int = 0
) -> UnseenScores:
    """Share of the removed concepts' mentions that are found, in the articles that name one of them.

    Args:
        gold: annotated articles with text, none of which the model has seen.
        concepts: removed from lexicon and training.
        ner: folder of the model trained without them.
        samples: bootstrap samples.
        seed: of the bootstrap.

    Raises:
        ModelError: the model cannot be loaded.
    """
    named = [each for each in gold if any(m.concept in concepts for m in each.mentions)]
    texts = [each.article for each in named if each.article is not None]
    wanted = [{m.span for m in each.mentions if m.concept in concepts} for each in named if each.article is not None]
    runs = {
        "lexicon": _spans(annotate(reduced_pipeline(concepts), texts)),
        "ner": _spans(ner_alone(load_ner(ner)[0], texts)),
        "both": _spans(annotate(reduced_pipeline(concepts, ner=ner), texts)),
    }
    exact, touched = {}, {}
    for name, found in runs.items():
        exact[name] = score_spans(
            wanted, [w & f for w, f in zip(wanted, found, strict=True)], samples=samples, seed=seed
        )
        near = [{w for w in one if any(w.overlaps(f) for f in there)} for one, there in zip(wanted, found, strict=True)]
        touched[name] = score_spans(wanted, near, samples=samples, seed=seed)
    return UnseenScores(tuple(sorted(concepts)), sum(map(len, wanted)), exact, touched)


def _spans(annotated: Iterable[AnnotatedArticle]) -> list[set[Span]]:
    return [{mention.span for mention in each.mentions if mention.kind == "cytokine"} for each in annotated]
