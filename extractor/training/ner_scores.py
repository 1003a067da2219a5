"""How lexicon, NER and both together recognise mentions: on gold dev and on the test parts of the corpora."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from spacy.language import Language

from extractor.benchmark.corpora import Document
from extractor.benchmark.external import ExternalMentions, mention_tests, score_documents
from extractor.evaluate import MentionScores, score_mentions
from extractor.gold import load_gold
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline, load_ner
from extractor.records import AnnotatedArticle, Article, Kind, Mention, Span
from extractor.training.label_room import Room, label_room
from extractor.vocabulary import load_vocabulary

SYSTEMS = ("lexicon", "ner", "both")
Runs: TypeAlias = Mapping[str, Sequence[AnnotatedArticle]]


@dataclass(frozen=True, slots=True)
class NerScores:
    """Recognition per system (``lexicon``, ``ner``, ``both``).

    Attributes:
        gold: mentions on general dev.
        external: test → system → score; see :func:`extractor.benchmark.external.mention_tests`.
        room: what labels for hosts and groups could mend, on general and ALS dev; see :func:`label_room`.
    """

    gold: Mapping[str, MentionScores]
    external: Mapping[str, Mapping[str, ExternalMentions]]
    room: Mapping[str, Room]


def ner_alone(model: Language, articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
    """What the NER finds without the lexicon's mentions; names are normalised one by one, out of context."""
    vocabulary = load_vocabulary()
    for article in articles:
        mentions = []
        for entity in model(article.text).ents:
            kind: Kind = "cytokine" if entity.label_ == "CYTOKINE" else "fluid"
            normalise = vocabulary.normalise_cytokine if kind == "cytokine" else vocabulary.normalise_fluid
            span = Span(entity.start_char, entity.end_char)
            mentions.append(Mention(span, entity.text, kind, normalise(entity.text), source="ner"))
        yield AnnotatedArticle(article, (), tuple(mentions))


def recognise(articles: Sequence[Article], ner: str) -> dict[str, list[AnnotatedArticle]]:
    """The articles as each system reads them.

    Args:
        articles: with text.
        ner: a released model, a folder or an installed pipeline.

    Raises:
        ModelError: the model cannot be loaded.
    """
    return {
        "lexicon": list(annotate(build_pipeline(), articles)),
        "ner": list(ner_alone(load_ner(ner)[0], articles)),
        "both": list(annotate(build_pipeline(ner=ner), articles)),
    }


def score_ner(ner: str, annotations: Path, corpus: Path, *, samples: int = 2000, seed: int = 0) -> NerScores:
    """Score the three systems on texts that none was trained on.

    Args:
        ner: a released model, a folder or an installed pipeline.
        annotations: the folder of gold.
        corpus: folder of the corpora.
        samples: bootstrap samples.
        seed: of the bootstrap.

    Raises:
        GoldError: an annotation breaks a rule.
        InputError: a corpus is missing or damaged.
        ModelError: the model cannot be loaded.
    """
    dev = [each for each in load_gold(annotations, corpus=corpus, splits=["dev"]) if each.article is not None]
    read = annotate(build_pipeline(), (each.article for each in dev if each.article is not None))
    there = [each for each in dev if each.stratum != "als"]
    runs = recognise([each.article for each in there if each.article is not None], ner)
    return NerScores(
        gold={name: score_mentions(there, found, samples=samples, seed=seed) for name, found in runs.items()},
        external={
            name: _score(documents, kind, ner, samples, seed)
            for name, (kind, documents) in mention_tests(corpus, load_vocabulary()).items()
        },
        room=label_room(zip(read, dev, strict=True)),
    )


def _score(documents: Sequence[Document], kind: Kind, ner: str, samples: int, seed: int) -> dict[str, ExternalMentions]:
    runs = recognise([document.article for document in documents], ner)
    return {
        name: score_documents(documents, [_named(each, kind) for each in found], samples=samples, seed=seed)
        for name, found in runs.items()
    }


def _named(annotated: AnnotatedArticle, kind: Kind) -> list[Mention]:
    return [mention for mention in annotated.mentions if mention.kind == kind]
