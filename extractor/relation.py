"""The trained relation classifier: ONNX encoders with heads on mention pairs, weighed against the rules.

The network (members whose logits it averages) reads the text and knows nothing of the rules; what both say of a triple
is weighed by a logistic regression that was fitted on held-out articles, and :mod:`extractor.slots` reads contrast,
comparator and condition. One call reads one article, or what fits of it into the encoder, so that no score depends on
what else is in a batch; one thread, so that it does not depend on the machine's cores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime
from transformers import PreTrainedTokenizerFast

from extractor.encoding import FEATURES, Encoded, Tokenizer, encode, features
from extractor.errors import ModelError
from extractor.records import CONTRASTS, DIRECTIONS, AnnotatedArticle, Candidate, Contrast, Decision, Direction, Triple
from extractor.releases import sha256_of
from extractor.rules import Vote, votes
from extractor.slots import SLOT_FILE, SlotReader

RULES_SAY = 0.5
"""From this vote on the rules assert a direction."""
FORMAT = 6
"""Version of the model folder's layout that this code reads."""
INPUTS: tuple[str, ...] = ("network", "rules", "network's rival", "rules' rival")
"""What a triple is weighed by: the network's logit and the rules' assertion (0 or 1), the highest of its mentions, and
the same of the likeliest of the pair's two other directions."""
_SILENT = -8.0
"""The lowest logit that counts; less is as good as nothing said."""


@dataclass(frozen=True, slots=True)
class RelationSettings:
    """``config.json`` of a model folder.

    Attributes:
        version: of the model, for example ``1.0.0``.
        length: tokens the encoder reads at most.
        weights: of :data:`INPUTS`.
        intercept: of the same logistic regression.
        threshold: triples are asserted from this score on.
        sure: findings whose score is below this are for a human.
        sha256: per file of the folder.
    """

    version: str
    length: int
    weights: tuple[float, ...]
    intercept: float
    threshold: float
    sure: float
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is thought of one candidate.

    Attributes:
        logits: the network's, per direction.
        rules: the rules' votes.
    """

    candidate: Candidate
    logits: tuple[float, ...]
    rules: Mapping[Direction, Vote]

    def vote(self, direction: Direction) -> float:
        """The rules' belief in a direction, 0 where they say nothing."""
        return self.rules[direction].score if direction in self.rules else 0.0

    def strength(self, direction: Direction) -> float:
        """How strongly network and rules assert a direction here; positive where one of them does."""
        return max(self.logits[DIRECTIONS.index(direction)], 8 * (self.vote(direction) - RULES_SAY))

    def located(self, direction: Direction) -> Candidate:
        """The candidate with the sentence that the rules found to say so, where they did."""
        if self.vote(direction) < RULES_SAY:
            return self.candidate
        return replace(self.candidate, evidence=self.rules[direction].evidence)


class RelationClassifier:
    """Reads a folder written by ``extractor train relation``.

    Args:
        folder: with ``config.json``, ``model.onnx`` and ``tokenizer.json``.

    Raises:
        ModelError: a file is missing, its hash does not fit, or the layout is of another version.
    """

    def __init__(self, folder: Path) -> None:
        self.settings = read_settings(folder)
        self.name = f"relation-{self.settings.version}"
        self.slots = SlotReader.load(folder / SLOT_FILE)
        self._tokenizer = load_tokenizer(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def decide(self, batch: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]) -> list[list[Decision]]:
        """Decisions per article on the triples whose score reaches the threshold, by cytokine, fluid and direction."""
        return [list(self._decide(*each, threshold=self.settings.threshold)) for each in batch]

    def score(self, batch: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]) -> list[list[Decision]]:
        """Decisions on every triple of the candidates, however unlikely."""
        return [list(self._decide(*each, threshold=0.0)) for each in batch]

    def opinions(self, annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> list[Opinion]:
        """What network and rules think of each candidate; a long article is read in several calls."""
        if not candidates:
            return []
        rules, rows = votes(annotated, candidates), features(annotated, candidates)
        logits = [(_SILENT,) * len(DIRECTIONS)] * len(candidates)
        for encoded in encode(self._tokenizer, annotated, candidates, length=self.settings.length):
            for i, said in zip(encoded.kept, self._read(encoded, [rows[i] for i in encoded.kept]), strict=True):
                logits[i] = said
        return [Opinion(*each) for each in zip(candidates, logits, rules, strict=True)]

    def _read(self, encoded: Encoded, rows: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
        """The network's logits per candidate and direction."""
        (directions,) = self._session.run(
            None,
            {
                "input_ids": np.array([encoded.ids], dtype=np.int64),
                "places": np.array([encoded.places], dtype=np.int64),
                "cytokines": np.array(encoded.cytokines, dtype=np.int64),
                "fluids": np.array(encoded.fluids, dtype=np.int64),
                "features": np.array(rows, dtype=np.float32),
            },
        )
        return [tuple(float(x) for x in row) for row in directions]

    def _decide(
        self, annotated: AnnotatedArticle, candidates: Sequence[Candidate], *, threshold: float
    ) -> Iterator[Decision]:
        opinions = self.opinions(annotated, candidates)
        for triple, inputs in sorted(weigh(opinions).items()):
            score = probability(inputs, self.settings.weights, self.settings.intercept)
            if score < threshold:
                continue
            strongest: dict[Contrast, Candidate] = {}
            for located in (opinion.located(triple.direction) for opinion in asserting(opinions, triple)):
                strongest.setdefault(self.slots.contrast(annotated, located, triple.direction), located)
            for contrast, located in strongest.items():
                comparator = self.slots.comparator(annotated, located, triple.direction, contrast)
                condition = self.slots.condition(annotated, located, contrast)
                yield Decision(located, triple.direction, contrast, round(score, 4), comparator, condition)


def weigh(opinions: Sequence[Opinion]) -> dict[Triple, tuple[float, ...]]:
    """What speaks for each triple of an article: :data:`INPUTS` per triple."""
    said: dict[Triple, tuple[float, float]] = {}
    for opinion in opinions:
        for direction, logit in zip(DIRECTIONS, opinion.logits, strict=True):
            triple = Triple(*_pair(opinion), direction)
            network, rules = said.get(triple, (_SILENT, 0.0))
            said[triple] = (max(logit, network), max(float(opinion.vote(direction) >= RULES_SAY), rules))
    return {triple: (*own, *_rival(said, triple)) for triple, own in said.items()}


def _rival(said: Mapping[Triple, tuple[float, float]], triple: Triple) -> tuple[float, float]:
    """The most that network and rules say of another direction of the same pair."""
    others = [said[triple._replace(direction=other)] for other in DIRECTIONS if other != triple.direction]
    return max(network for network, _ in others), max(rules for _, rules in others)


def probability(inputs: Sequence[float], weights: Sequence[float], intercept: float) -> float:
    """Probability of a triple; ``inputs`` and ``weights`` are in the order of :data:`INPUTS`."""
    return squash(intercept + sum(w * x for w, x in zip(weights, inputs, strict=True)))


def _pair(opinion: Opinion) -> tuple[str, str]:
    return str(opinion.candidate.cytokine.concept), opinion.candidate.fluid_name


def asserting(opinions: Sequence[Opinion], triple: Triple) -> list[Opinion]:
    """The opinions on a triple's pair that assert its direction, the strongest first, and at least that one."""
    about = (o for o in opinions if _pair(o) == (triple.cytokine, triple.fluid))
    ranked = sorted(about, key=lambda o: -o.strength(triple.direction))
    return [*ranked[:1], *(o for o in ranked[1:] if o.strength(triple.direction) > 0)]


def squash(logit: float) -> float:
    """Probability of a logit."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))


def load_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokeniser of a model folder, without looking anything up elsewhere."""
    tokenizer: Tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        mask_token="[MASK]",
        model_max_length=1_000_000,
    )
    return tokenizer


def read_settings(folder: Path) -> RelationSettings:
    """Read and check ``config.json``: layout version, labels, and the hash of every file.

    Raises:
        ModelError: one line that says what is wrong.
    """
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    for key, expected in (
        ("format", FORMAT),
        ("directions", list(DIRECTIONS)),
        ("contrasts", list(CONTRASTS)),
        ("features", list(FEATURES)),
        ("inputs", list(INPUTS)),
    ):
        if raw.get(key) != expected:
            raise ModelError(f"{path}: {key} is {raw.get(key)!r}, this version reads {expected!r}")
    for name, digest in raw["sha256"].items():
        check_hash(folder / name, digest)
    return RelationSettings(
        version=raw["version"],
        length=raw["length"],
        weights=tuple(raw["weights"]),
        intercept=raw["intercept"],
        threshold=raw["threshold"],
        sure=raw["sure"],
        sha256=raw["sha256"],
    )


def check_hash(path: Path, digest: str) -> None:
    """Compare a file with its SHA-256.

    Raises:
        ModelError: the file is missing or differs.
    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if found != digest:
        raise ModelError(f"{path}: sha256 is {found[:12]}, the manifest says {digest[:12]}")
