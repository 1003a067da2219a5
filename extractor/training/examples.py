"""Gold articles and other labelled text -> training examples for the relation classifier.

A candidate is labelled by what gold says of its cytokine mention: *positive* where a finding of its concept and fluid
is asserted by the mention's sentence, *ignored* where the article has the finding but asserts it elsewhere (repeats are
annotated once), *negative* otherwise. Debatable findings weigh less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.benchmark.corpora import Question
from extractor.benchmark.evidence import question_candidate
from extractor.candidates import find_candidates
from extractor.encoding import Encoded, Tokenizer, encode, features
from extractor.records import (
    CONTRASTS,
    DIRECTIONS,
    AnnotatedArticle,
    Candidate,
    Direction,
    Finding,
    GoldArticle,
    Span,
)
from extractor.training.directions import can_mirror

IGNORE = -1.0
"""Label of a decision that takes no part in the loss."""


@dataclass(frozen=True, slots=True)
class Example:
    """One article, or a part of a long one, as the encoder reads it, with labels per candidate.

    Attributes:
        ids: token ids.
        places: of the tokens whose vectors are read, as in :class:`~extractor.encoding.Encoded`.
        cytokines: index into ``places`` of the cytokine token per candidate.
        fluids: likewise of the fluid marker, 0 without.
        features: one row per candidate.
        directions: three labels in [0, 1] per candidate, or ``IGNORE``.
        weights: three weights per candidate.
        contrasts: per candidate and direction five labels, all ``IGNORE`` where the direction is not gold.
        weight: of the whole example.
        mirrors: the text still makes sense with its words of direction exchanged.
    """

    ids: tuple[int, ...]
    places: tuple[int, ...]
    cytokines: tuple[int, ...]
    fluids: tuple[int, ...]
    features: tuple[tuple[float, ...], ...]
    directions: tuple[tuple[float, ...], ...]
    weights: tuple[tuple[float, ...], ...]
    contrasts: tuple[tuple[tuple[float, ...], ...], ...]
    weight: float = 1.0
    mirrors: bool = False


def gold_examples(
    tokenizer: Tokenizer,
    pairs: Iterable[tuple[AnnotatedArticle, GoldArticle]],
    *,
    length: int,
    debatable: float,
    weight: float = 1.0,
) -> list[Example]:
    """One example per annotated article that has a candidate, or several where it is read in several passes.

    Args:
        tokenizer: the encoder's tokeniser.
        pairs: sentences and mentions, gold's or the recogniser's, and what is asserted.
        length: tokens the encoder reads at most.
        debatable: weight of a debatable finding.
        weight: of an example.
    """
    return [
        _gold_example(encoded, annotated, candidates, gold, debatable=debatable, weight=weight)
        for annotated, gold in pairs
        for candidates in [find_candidates(annotated)]
        for encoded in encode(tokenizer, annotated, candidates, length=length)
    ]


def _gold_example(
    encoded: Encoded,
    annotated: AnnotatedArticle,
    candidates: Sequence[Candidate],
    gold: GoldArticle,
    *,
    debatable: float,
    weight: float,
) -> Example:
    rows = features(annotated, candidates)
    evidence = "\n".join(annotated.article.text[f.evidence.start : f.evidence.end] for f in gold.findings)
    labels = [_labels(candidates[i], gold.findings, debatable) for i in encoded.kept]
    return Example(
        encoded.ids,
        encoded.places,
        encoded.cytokines,
        encoded.fluids,
        tuple(tuple(rows[i]) for i in encoded.kept),
        tuple(tuple(label for label, _, _ in row) for row in labels),
        tuple(tuple(share for _, share, _ in row) for row in labels),
        tuple(tuple(contrasts for _, _, contrasts in row) for row in labels),
        weight,
        mirrors=bool(gold.findings) and can_mirror(evidence),
    )


def _labels(
    candidate: Candidate, findings: Sequence[Finding], debatable: float
) -> list[tuple[float, float, tuple[float, ...]]]:
    return [_label(candidate, findings, direction, debatable) for direction in DIRECTIONS]


def _label(
    candidate: Candidate, findings: Sequence[Finding], direction: Direction, debatable: float
) -> tuple[float, float, tuple[float, ...]]:
    """Label, weight and contrasts of one direction."""
    nothing = (IGNORE,) * len(CONTRASTS)
    same = [
        finding
        for finding in findings
        if finding.direction == direction
        and finding.cytokine == candidate.cytokine.concept
        and finding.fluid == candidate.fluid_name
    ]
    if not same:
        return 0.0, 1.0, nothing
    here = [finding for finding in same if _asserted_at(candidate.cytokine.span, finding)]
    if not here:
        return IGNORE, 0.0, nothing
    weight = 1.0 if any(finding.confidence == "sure" for finding in here) else debatable
    stated = {finding.contrast for finding in here}
    return 1.0, weight, tuple(float(contrast in stated) for contrast in CONTRASTS)


def _asserted_at(span: Span, finding: Finding) -> bool:
    mention = finding.cytokine_mention
    return finding.evidence.contains(span) or (mention is not None and mention.span == span)


def question_example(tokenizer: Tokenizer, question: Question, *, length: int, weight: float) -> Example | None:
    """The example of one Evidence Inference question, the outcome in the analyte's place; its contrast is left open.

    Source: DeYoung et al. 2020, "Evidence Inference 2.0" (BioNLP).
    """
    annotated, candidates = question_candidate(question)
    passes = encode(tokenizer, annotated, candidates, length=length)
    if not passes:
        return None
    encoded = passes[0]
    nothing = tuple((IGNORE,) * len(CONTRASTS) for _ in DIRECTIONS)
    rows = features(annotated, candidates)
    labels = tuple(float(question.label == direction) for direction in DIRECTIONS)
    return Example(
        encoded.ids,
        encoded.places,
        encoded.cytokines,
        encoded.fluids,
        tuple(tuple(rows[i]) for i in encoded.kept),
        (labels,),
        ((1.0, 1.0, 1.0),),
        (nothing,),
        weight,
        mirrors=can_mirror(question.evidence),
    )
