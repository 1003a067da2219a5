"""Evidence Inference questions put to a classifier of candidates: the outcome stands where a cytokine would."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from extractor.benchmark.corpora import Question
from extractor.benchmark.systems import Batch
from extractor.records import AnnotatedArticle, Article, Candidate, Decision, Kind, Mention, Span

_FLUID = "serum"
_CONCEPT = "IL6"


def question_candidate(question: Question) -> tuple[AnnotatedArticle, list[Candidate]]:
    """A question as an article with one candidate.

    The title names intervention, comparator and outcome; the abstract is one sentence: the outcome, "in serum", a colon
    and the evidence. The mention is the outcome where the evidence says it word for word, else in front. Its concept
    stands for any analyte: classifiers do not read the name.
    """
    outcome = " ".join(question.outcome.split()) or "outcome"
    evidence = " ".join(question.evidence.split())
    title = f"Effect of {question.intervention} compared with {question.comparator} on {outcome}".replace("\n", " ")
    article = Article(question.article, title, f"{outcome} in {_FLUID}: {evidence}")
    start = len(title) + 1
    fluid_at = start + len(outcome) + len(" in ")
    said = evidence.casefold().find(outcome.casefold()) if len(evidence.casefold()) == len(evidence) else -1
    at = start if said < 0 else len(article.text) - len(evidence) + said
    cytokine = _mention(article.text, Span(at, at + len(outcome)), "cytokine")
    fluid = _mention(article.text, Span(fluid_at, fluid_at + len(_FLUID)), "fluid")
    sentence = Span(start, len(article.text))
    mentions = tuple(sorted((cytokine, fluid), key=lambda mention: mention.span))
    annotated = AnnotatedArticle(article, (Span(0, len(title)), sentence), mentions)
    return annotated, [Candidate(cytokine, fluid, sentence, "same")]


def _mention(text: str, span: Span, kind: Kind) -> Mention:
    concept = _CONCEPT if kind == "cytokine" else _FLUID
    return Mention(span, text[slice(*span)], kind, concept)


def answer_by(
    decide: Callable[[Batch], Sequence[Sequence[Decision]]], *, otherwise: str = "unchanged"
) -> Callable[[Sequence[Question]], list[str]]:
    """Turn a classifier into one that answers questions: the direction with the highest score.

    Args:
        decide: of a classifier; best one that keeps every direction with its score, whatever the threshold.
        otherwise: the answer where nothing is decided.
    """

    def answer(questions: Sequence[Question]) -> list[str]:
        decided = decide([question_candidate(question) for question in questions])
        return [
            str(max(decisions, key=lambda decision: decision.score).direction) if decisions else otherwise
            for decisions in decided
        ]

    return answer
