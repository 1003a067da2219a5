"""``MODEL.md`` of the NER: what it was trained on and under which licences, how it scores, and what it cannot do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from extractor.gold import Interval, Score
from extractor.training.label_room import Room
from extractor.training.ner_scores import SYSTEMS, NerScores
from extractor.training.unseen import UnseenScores

_LICENCES = {
    "gold": "gold of this project, train split (annotations Apache-2.0; texts of their publishers)",
    "passages": "passages of full texts, annotated by this project (annotations Apache-2.0; texts of their publishers)",
    "analytes": "abstracts with other analytes, annotated by this project (Apache-2.0; texts of their publishers)",
    "TCRE": "TCRE cytokine mentions, all but a fixed quarter of the documents (no licence stated; PMC open access)",
    "AnatEM": "AnatEM, training part: fluids that our guidelines call so (CC BY-SA 3.0; Pyysalo and Ananiadou 2014)",
    "NLMgene": "NLM-Gene, training part (NLM, public; from a repository under MIT)",
    "BioRED": "BioRED, training and development part (NLM, public; from a repository under MIT)",
    "GNormPlus": "GNormPlus, training part (NLM, public; from a repository under MIT)",
    "bulk": "weak labels of this project's lexicon on a seeded sample of PubMed abstracts (texts of their publishers)",
}
_LIMITS = """## Limits

- English titles and abstracts; of full texts it has seen passages of a few sentences.
- It finds names; whether a name is a level, a gene or a drug is decided by rules behind it, and so is the concept.
- Most of its training labels come from the lexicon, so it repeats many of the lexicon's decisions.
- A name that it finds and the vocabulary does not know gets no concept and never becomes a finding; such names are
  counted and listed so that the vocabulary can grow.
- Receptors, antagonists and binding proteins of cytokines are labelled `CYTOKINE` too, with concepts of their own."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card states besides scores.

    Attributes:
        version: of the model.
        settings: as JSON; the seed is among them.
        texts: number of texts per source.
        hashes: SHA-256 per data file.
        libraries: version per library that the result depends on.
    """

    version: str
    settings: str
    texts: Mapping[str, int]
    hashes: Mapping[str, str]
    libraries: Mapping[str, str]


def write_card(path: Path, facts: CardFacts, scores: NerScores, unseen: UnseenScores | None) -> None:
    """Write the model card.

    Args:
        path: ``MODEL.md`` of the model folder.
        facts: of the training run.
        scores: on texts not trained on.
        unseen: the test with concepts removed; None where it was left out.
    """
    parts = [_heading(facts), _gold_table(scores), _verdict(scores), _external_table(scores)]
    parts += [_unseen_table(unseen)] if unseen is not None else []
    parts.append(_room_table(scores.room))
    path.write_text("\n\n".join([*parts, _LIMITS]) + "\n", encoding="utf-8")


def _heading(facts: CardFacts) -> str:
    data = [f"| {_LICENCES[name]} | {number} |" for name, number in facts.texts.items()]
    files = [f"| `{name}` | `{digest}` |" for name, digest in facts.hashes.items()]
    used = ", ".join(f"{name} {number}" for name, number in facts.libraries.items())
    return "\n".join(
        [
            f"# ner-{facts.version}",
            "",
            "Names of cytokines (`CYTOKINE`) and body fluids (`FLUID`) in biomedical abstracts: a convolutional spaCy",
            "pipeline (hash embeddings, four convolutions, transition-based parser) for one CPU thread.",
            "",
            'Use: `build_pipeline(ner="ner")`, or `--ner ner` on the command line, beside the lexicon. The weights',
            "stand under CC BY-SA 3.0 (https://creativecommons.org/licenses/by-sa/3.0/), since AnatEM, which they have",
            "learnt from, asks for that; nothing else of this project does, and the program runs without them.",
            "",
            "## Training data",
            "",
            "| data | texts |",
            "|---|---|",
            *data,
            "",
            "No text of gold dev or test or of a corpus' test part was trained on (by PMID and by shared sentences).",
            "Corpora that label one kind have the other filled in by the lexicon; doubtful places carry no label.",
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *files,
            "",
            f"Settings: `{facts.settings}`. Libraries: {used}.",
        ]
    )


def _gold_table(scores: NerScores) -> str:
    lines = [
        "## Scores",
        "",
        "General dev, exact spans, 95% intervals over articles.",
        "",
        "| system | kind | precision | recall | F1 | F1 of span and concept |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {system} | {kind} | {_cells(found.span[kind])} | {_shown(found.concept[kind].f1)} |"
        for system, found in scores.gold.items()
        for kind in ("cytokine", "fluid")
    ]
    return "\n".join(lines)


def _verdict(scores: NerScores) -> str:
    """Said with the figures: whether the NER beats the lexicon on dev, alone and beside it."""
    said = []
    for kind in ("cytokine", "fluid"):
        f1 = {system: scores.gold[system].concept[kind].f1.value for system in SYSTEMS}
        best = max(SYSTEMS, key=lambda system: (f1[system], system == "lexicon"))
        figures = ", ".join(f"{system} {f1[system]:.4f}" for system in SYSTEMS)
        said.append(f"For {kind} mentions with their concept the best on dev is **{best}** ({figures}).")
    return " ".join(said)


def _external_table(scores: NerScores) -> str:
    lines = [
        "Corpora of others; a name counts as found when a mention overlaps it (limits of names differ between",
        "guidelines). `-of-guidelines` leaves out the words that our guidelines call no fluid (`blood pressure`),",
        "`-of-scheme` what TCRE could not have marked: names inside those of cells, receptors, texts without a mark.",
        "",
        "| test | system | names | precision | recall | F1 | found exactly |",
        "|---|---|---|---|---|---|---|",
    ]
    for test, systems in scores.external.items():
        for system, found in systems.items():
            exact = _shown(found.exact.recall)
            lines.append(f"| {test} | {system} | {found.required} | {_cells(found.overlap)} | {exact} |")
    return "\n".join(lines)


def _unseen_table(unseen: UnseenScores) -> str:
    return "\n".join([*_unseen_lines(unseen)])


def _unseen_lines(unseen: UnseenScores) -> Iterator[str]:
    yield "## Unseen names"
    yield ""
    yield f"{len(unseen.concepts)} cytokines ({', '.join(unseen.concepts)}) were removed from the lexicon and,"
    yield "with every text that names one, from the training data (half the epochs);"
    yield f"share of their {unseen.mentions} gold mentions still found:"
    yield ""
    yield "| system | exact span | overlapping |"
    yield "|---|---|---|"
    for system in SYSTEMS:
        yield f"| {system} | {_shown(unseen.exact[system].recall)} | {_shown(unseen.touched[system].recall)} |"


def _room_table(room: Mapping[str, Room]) -> str:
    lines = [
        "## Hosts and groups",
        "",
        "They have no labels: rules read them by words. A label could mend only what is read wrong *and* named by no",
        "word that the rules know; where the word is known, the choice is wrong. Findings of general and ALS dev, read",
        "from the sentence that gold gives (comparators: healthy, untreated, before):",
        "",
        "| slot | findings | read right | wrong and not named by a known word |",
        "|---|---|---|---|",
    ]
    lines += [f"| {slot} | {found.findings} | {found.right} | {found.unnamed} |" for slot, found in room.items()]
    return "\n".join(lines)


def _cells(score: Score) -> str:
    return f"{_shown(score.precision)} | {_shown(score.recall)} | {_shown(score.f1)}"


def _shown(interval: Interval) -> str:
    if math.isnan(interval.value):
        return "–"
    return f"{interval.value:.3f} [{interval.low:.3f}–{interval.high:.3f}]"
