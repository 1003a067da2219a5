"""``train ner``: from the corpora to ``models/ner-<version>/`` with its card, its hashes and its scores."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from spacy.language import Language

from extractor.errors import InputError
from extractor.gold import load_gold
from extractor.pipeline import NER_FORMAT, build_pipeline
from extractor.releases import record_release, sha256_of
from extractor.training.ner_card import CardFacts, write_card
from extractor.training.ner_fit import NerSettings, fit_ner
from extractor.training.ner_scores import NerScores, score_ner
from extractor.training.ner_texts import Labelled, assemble
from extractor.training.unseen import UnseenScores, choose_unseen, score_unseen, without_concepts

ARCHIVES = ("tcre_cytokine_ner.tar.gz", "anatem.tar.gz", "pubtator_ner.tar.gz", "bulk.jsonl.gz")
"""Files of the corpus folder that the training reads, besides those that hold gold's texts."""
LICENCE = "CC-BY-SA-3.0"
"""Of the weights: AnatEM, which they have learnt from, asks for it."""
GOLD = ("general/train.jsonl", "als/rewritten.jsonl", "passages.jsonl", "analytes.jsonl")


@dataclass(frozen=True, slots=True)
class NerRelease:
    """A finished training run.

    Attributes:
        folder: of the model, as :func:`extractor.pipeline.build_pipeline` takes it.
        scores: on texts that were not trained on.
        unseen: the test with concepts removed; None where it was left out.
        texts: number of texts per source.
    """

    folder: Path
    scores: NerScores
    unseen: UnseenScores | None
    texts: dict[str, int]


def train_ner(
    models: Path,
    *,
    annotations: Path,
    corpus: Path,
    settings: NerSettings | None = None,
    unseen: bool = True,
    samples: int = 2000,
    report: Callable[[str], None] = lambda _: None,
) -> NerRelease:
    """Train, score and write ``models/ner-<version>/``, and record its hashes in ``models/manifest.toml``.

    Args:
        models: folder of all models.
        annotations: the folder of gold.
        corpus: folder of the corpora.
        settings: see :class:`NerSettings`; the release's by default.
        unseen: also train without some cytokines and measure how many of their mentions are found.
        samples: bootstrap samples of the intervals.
        report: gets one line per step of the work.

    Raises:
        GoldError: an annotation breaks a rule.
        InputError: a corpus is missing or damaged.
    """
    chosen = NerSettings() if settings is None else settings
    nlp = build_pipeline()
    hashes = _hashes(annotations, corpus)
    labelled = assemble(annotations, corpus, nlp, bulk=chosen.bulk, seed=chosen.seed)
    report(f"{len(labelled)} texts with {sum(len(one.spans) for one in labelled)} names")
    folder = models / f"ner-{chosen.version}"
    write_model(fit_ner(labelled, chosen, report=report), folder, version=chosen.version)
    run = _Run(annotations, corpus, chosen, samples, report)
    removed = run.unseen(labelled, nlp, models / f".unseen-{chosen.version}") if unseen else None
    report("scoring")
    scores = score_ner(str(folder), annotations, corpus, samples=samples)
    texts = dict(Counter(one.source for one in labelled))
    libraries = {name: version(name) for name in ("spacy", "thinc", "numpy")}
    facts = CardFacts(chosen.version, json.dumps(asdict(chosen)), texts, hashes, libraries)
    write_card(folder / "MODEL.md", facts, scores, removed)
    record_release(folder)
    return NerRelease(folder, scores, removed, texts)


def write_model(nlp: Language, folder: Path, *, version: str) -> None:
    """Write a trained pipeline; the folder is replaced.

    Args:
        nlp: from ``fit_ner``.
        folder: ``models/ner-<version>``.
        version: of the model.
    """
    nlp.meta.update(
        name="ner",
        version=version,
        description="Cytokines and body fluids in biomedical abstracts",
        author="The als-cytokine-extractor authors",
        license=LICENCE,
        extractor_format=NER_FORMAT,
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)


@dataclass(frozen=True, slots=True)
class _Run:
    """What the parts of one run share."""

    annotations: Path
    corpus: Path
    settings: NerSettings
    samples: int
    report: Callable[[str], None]

    def unseen(self, labelled: Sequence[Labelled], nlp: Language, folder: Path) -> UnseenScores:
        """Train once more without some concepts, with half the epochs, and score that; the model is not kept."""
        gold = load_gold(self.annotations, corpus=self.corpus, splits=["train", "dev"])
        concepts = choose_unseen(gold, seed=self.settings.seed)
        self.report(f"the same without {', '.join(concepts)}")
        kept = without_concepts(labelled, concepts, nlp)
        try:
            shorter = replace(self.settings, epochs=max(1, self.settings.epochs // 2))
            write_model(fit_ner(kept, shorter, report=self.report), folder, version=shorter.version)
            return score_unseen(gold, concepts, str(folder), samples=self.samples)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _hashes(annotations: Path, corpus: Path) -> dict[str, str]:
    """SHA-256 of every file that is read."""
    paths = {name: annotations / name for name in GOLD} | {name: corpus / name for name in ARCHIVES}
    try:
        return {name: sha256_of(path) for name, path in paths.items() if path.is_file()}
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from error
