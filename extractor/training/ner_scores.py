"""How lexicon, NER and both together recognise mentions: on gold dev and on the test parts of the corpora."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from spacy.language import Language

from extractor.benchmark.corpora import Document, anatem
from extractor.benchmark.external import ExternalMentions, score_documents
from extractor.evaluate import MentionScores, score_mentions
from extractor.gold import load_gold
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline, load_ner
from extractor.records import AnnotatedArticle, Article, Kind, Mention, Span
from extractor.training.ner_texts import gene_documents, tcre_documents
from extractor.vocabulary import load_vocabulary

SYSTEMS = ("lexicon", "ner", "both")
Runs: TypeAlias = Mapping[str, Sequence[AnnotatedArticle]]
_NOT_A_FLUID_AFTER = re.compile(
    r"[\s-]?(?:pressures?|flow|vessels?|supply|loss|transfusions?|donors?|donations?|counts?|coagulation|clot\w*|borne"
    r"|groups?|types?|(?:brain|nerve|retina\w*|testis|air)[\s-]barrier|brain|free\b|albumin|membranes?|cells?\b"
    r"|mononuclear|leu[ck]ocyt\w+|lymphocyt\w+|monocyt\w+|neutrophil\w*|platelets?|(?:T|B|NK)[\s-]cell\w*"
    r"|response factor|(?:or \w+ )?deprivation|starvation|containing|mass spectrometry|amyloid"
    r"|(?:stress |urge )?incontinence|tract|bladder|catheter\w*|retention)",
    re.IGNORECASE,
)
_NOT_A_FLUID_BEFORE = re.compile(r"(?:(?:white|red|calf|bovine|horse|goat|rabbit|coupled)[\s-]|anti-?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NerScores:
    """Recognition per system (``lexicon``, ``ner``, ``both``).

    Attributes:
        gold: mentions on general dev.
        external: corpus and part → system → score; ``anatem-test-fluids`` counts every fluid word of our list,
            ``anatem-test-samples`` those only that the annotation guidelines call a fluid (no ``blood pressure``).
    """

    gold: Mapping[str, MentionScores]
    external: Mapping[str, Mapping[str, ExternalMentions]]


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
    dev = [each for each in load_gold(annotations, corpus=corpus, splits=["dev"]) if each.stratum != "als"]
    there = [each for each in dev if each.article is not None]
    runs = recognise([each.article for each in there if each.article is not None], ner)
    return NerScores(
        gold={name: score_mentions(there, found, samples=samples, seed=seed) for name, found in runs.items()},
        external={
            name: _score(documents, kind, ner, samples, seed)
            for name, (kind, documents) in _external_tests(corpus).items()
        },
    )


def guideline_fluids(documents: Iterable[Document]) -> list[Document]:
    """The documents with the required words that our guidelines call no fluid (``blood flow``) made neutral."""
    changed = []
    for document in documents:
        text = document.article.text
        aside = [one for one in document.required if _no_sample(text, one.span)]
        kept = tuple(one for one in document.required if one not in aside)
        changed.append(replace(document, required=kept, neutral=(*document.neutral, *(one.span for one in aside))))
    return changed


def _no_sample(text: str, span: Span) -> bool:
    return bool(
        _NOT_A_FLUID_AFTER.match(text, span.end)
        or _NOT_A_FLUID_BEFORE.search(text[max(0, span.start - 16) : span.start])
    )


def _external_tests(corpus: Path) -> dict[str, tuple[Kind, list[Document]]]:
    fluids = anatem(corpus, load_vocabulary().normalise_fluid, split="test")
    return {
        "anatem-test-fluids": ("fluid", fluids),
        "anatem-test-samples": ("fluid", guideline_fluids(fluids)),
        "tcre-held-out-cytokines": ("cytokine", tcre_documents(corpus, test=True)),
        "nlmgene-test-cytokines": ("cytokine", gene_documents(corpus, "NLMgene_Test.PubTator")),
        "biored-test-cytokines": ("cytokine", gene_documents(corpus, "BioRED_Test.PubTator")),
    }


def _score(documents: Sequence[Document], kind: Kind, ner: str, samples: int, seed: int) -> dict[str, ExternalMentions]:
    runs = recognise([document.article for document in documents], ner)
    return {
        name: score_documents(documents, [_named(each, kind) for each in found], samples=samples, seed=seed)
        for name, found in runs.items()
    }


def _named(annotated: AnnotatedArticle, kind: Kind) -> list[Mention]:
    return [mention for mention in annotated.mentions if mention.kind == kind]
