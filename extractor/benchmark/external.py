"""External tests: direction against Evidence Inference 2.0, mentions against corpora nobody here annotated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from extractor.benchmark.cooccurrence import nearest_cue
from extractor.benchmark.corpora import (
    Document,
    Question,
    anatem,
    evidence_inference,
    guideline_fluids,
    held_out,
    human_genes,
    pubtator,
    tcre,
)
from extractor.benchmark.systems import Stages
from extractor.evaluate.direction import macro_f1
from extractor.gold.resampling import Interval, Resampler, Score, score_counts
from extractor.records import DIRECTIONS, Kind, Mention, Span
from extractor.vocabulary import Vocabulary

EvidenceClassifier: TypeAlias = Callable[[Sequence[Question]], Sequence[str]]
"""Answers one of the three directions per question; any other answer is an abstention."""


@dataclass(frozen=True, slots=True)
class EvidenceScore:
    """Direction with the evidence span given.

    Attributes:
        macro_f1: over the three directions, with its interval over articles.
        classes: score per direction; an abstention is a miss of the label and wrong for none.
        accuracy: share answered rightly.
    """

    questions: int
    articles: int
    macro_f1: Interval
    classes: Mapping[str, Score]
    accuracy: float


@dataclass(frozen=True, slots=True)
class ExternalMentions:
    """Recognition against one corpus.

    Attributes:
        documents: number of them.
        required: number of names that must be found.
        overlap: a name is found when a mention touches it; a mention that touches none and nothing neutral is wrong.
        exact: start and end must be those of the corpus.
        concept_recall: share of the required names found exactly and with the corpus' concept; None where it gives
            none.
    """

    documents: int
    required: int
    overlap: Score
    exact: Score
    concept_recall: float | None


def score_evidence(
    questions: Sequence[Question], answers: Sequence[str], *, samples: int = 2000, seed: int = 0
) -> EvidenceScore:
    """Score answers to Evidence Inference questions, with intervals over articles.

    Raises:
        ValueError: questions and answers differ in length.
    """
    articles = {name: row for row, name in enumerate(dict.fromkeys(question.article for question in questions))}
    table = np.zeros((len(articles), len(DIRECTIONS), 3))
    right = 0
    for question, answer in zip(questions, answers, strict=True):
        row, label = articles[question.article], DIRECTIONS.index(question.label)
        right += answer == question.label
        if answer == question.label:
            table[row, label, 0] += 1
            continue
        table[row, label, 2] += 1
        if answer in DIRECTIONS:
            table[row, [*DIRECTIONS].index(answer), 1] += 1
    resampler = Resampler(len(articles), samples, seed)
    rows = table.astype(int).tolist()
    return EvidenceScore(
        questions=len(questions),
        articles=len(articles),
        macro_f1=macro_f1(table, resampler),
        classes={
            name: score_counts([(row[i][0], row[i][1], row[i][2]) for row in rows], resampler)
            for i, name in enumerate(DIRECTIONS)
        },
        accuracy=right / len(questions) if questions else float("nan"),
    )


def answer_by_cues(questions: Sequence[Question]) -> list[str]:
    """The floor: the first cue word of the evidence, ``unchanged`` without any."""
    return [nearest_cue(question.evidence, 0) or "unchanged" for question in questions]


def score_documents(
    documents: Sequence[Document], found: Sequence[Sequence[Mention]], *, samples: int = 2000, seed: int = 0
) -> ExternalMentions:
    """Score recognised mentions of one kind, with intervals over documents.

    Raises:
        ValueError: the two differ in length.
    """
    resampler = Resampler(len(documents), samples, seed)
    rows = list(zip(documents, found, strict=True))
    required = [(one, {(m.span, m.concept) for m in mentions}) for each, mentions in rows for one in each.required]
    named = [(one, there) for one, there in required if one.concept is not None]
    hits = sum((one.span, one.concept) in there for one, there in named)
    return ExternalMentions(
        documents=len(documents),
        required=len(required),
        overlap=score_counts([_overlap(*row) for row in rows], resampler),
        exact=score_counts([_exact(*row) for row in rows], resampler),
        concept_recall=hits / len(named) if named else None,
    )


def _overlap(document: Document, mentions: Sequence[Mention]) -> tuple[int, int, int]:
    spans = [mention.span for mention in mentions]
    hit = sum(any(one.span.overlaps(span) for span in spans) for one in document.required)
    allowed = [*(one.span for one in document.required), *document.neutral]
    wrong = sum(not any(span.overlaps(place) for place in allowed) for span in spans)
    return hit, wrong, len(document.required) - hit


def _exact(document: Document, mentions: Sequence[Mention]) -> tuple[int, int, int]:
    spans, required = {mention.span for mention in mentions}, {one.span for one in document.required}
    wrong = [span for span in spans - required if not any(span.overlaps(place) for place in document.neutral)]
    return len(spans & required), len(wrong), len(required - spans)


def mention_tests(corpus: Path, vocabulary: Vocabulary) -> dict[str, tuple[Kind, list[Document]]]:
    """What recognition is tested on, by name, each with the kind of mention that the corpus marks.

    AnatEM and TCRE come twice: as annotated, and with the places set aside that their schemes and our guidelines see
    differently (:func:`guideline_fluids`, and ``outside`` of :func:`tcre`). Of TCRE only held-out documents count.

    Args:
        corpus: folder of the corpora.
        vocabulary: names the fluids of our list, the genes that are cytokines, and the receptors.

    Raises:
        InputError: a corpus is missing or damaged.
    """
    ids = ((vocabulary.cytokine_id(symbol), symbol) for symbol in vocabulary.cytokines)
    genes = human_genes(corpus, {key: symbol for key, symbol in ids if key is not None})

    def receptors(text: str) -> list[Span]:
        found = (
            (match, vocabulary.cytokines.get(match.entry.concept or "")) for match, _ in vocabulary.find_cytokines(text)
        )
        return [Span(match.start, match.end) for match, concept in found if concept and concept.family == "receptor"]

    fluids = anatem(corpus, vocabulary.normalise_fluid)
    annotated, by_scheme = (
        [document for document in documents if held_out(document.article.id)]
        for documents in (tcre(corpus), tcre(corpus, outside=receptors))
    )
    return {
        "anatem-test-fluids": ("fluid", fluids),
        "anatem-test-fluids-of-guidelines": ("fluid", guideline_fluids(fluids)),
        "tcre-held-out-cytokines": ("cytokine", annotated),
        "tcre-held-out-cytokines-of-scheme": ("cytokine", by_scheme),
        "nlmgene-test-cytokines": ("cytokine", pubtator(corpus, "NLMgene_Test.PubTator", genes)),
        "biored-test-cytokines": ("cytokine", pubtator(corpus, "BioRED_Test.PubTator", genes)),
    }


def external_mentions(
    corpus: Path, stages: Stages, vocabulary: Vocabulary, *, samples: int = 2000, seed: int = 0
) -> dict[str, ExternalMentions]:
    """Recognition against every test of :func:`mention_tests`; mentions without a concept do not count.

    Raises:
        InputError: a corpus is missing or damaged.
    """
    results = {}
    for name, (kind, documents) in mention_tests(corpus, vocabulary).items():
        annotated = stages.recognise([document.article for document in documents])
        mentions = [[m for m in each.mentions if m.kind == kind and m.concept is not None] for each in annotated]
        results[name] = score_documents(documents, mentions, samples=samples, seed=seed)
    return results


def external_directions(
    corpus: Path, classifiers: Mapping[str, EvidenceClassifier], *, samples: int = 2000, seed: int = 0
) -> dict[str, EvidenceScore]:
    """Every classifier, and the floor of cue words, on the official test articles of Evidence Inference 2.0.

    Raises:
        InputError: the corpus is missing or damaged.
    """
    questions = evidence_inference(corpus, split="test")
    everyone = {"cue words": answer_by_cues, **classifiers}
    return {
        name: score_evidence(questions, classify(questions), samples=samples, seed=seed)
        for name, classify in everyone.items()
    }
