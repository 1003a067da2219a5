"""The trained relation classifier: an ONNX encoder with a head on mention pairs; same interface as the rules.

One call reads one article, so that no score depends on what else is in a batch; one thread, so that it does not depend
on the machine's cores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from transformers import PreTrainedTokenizerFast

from extractor.encoding import FEATURES, VOTE_FEATURES, Tokenizer, Votes, encode, features
from extractor.errors import ModelError
from extractor.records import CONTRASTS, DIRECTIONS, AnnotatedArticle, Candidate, Contrast, Decision
from extractor.releases import sha256_of
from extractor.rules import votes

Floats = npt.NDArray[np.float32]
RULES_SAY = 0.5
"""From this vote on the rules assert a direction."""
FORMAT = 1
"""Version of the model folder's layout that this code reads."""


@dataclass(frozen=True, slots=True)
class RelationSettings:
    """``config.json`` of a model folder.

    Attributes:
        version: of the model, for example ``1.0.0``.
        length: tokens the encoder reads at most.
        thresholds: per direction, on the calibrated score.
        blind_weight: share of what the network says without knowing the rules' votes; the network that knows them has
            the rest.
        rules_weight: share of the rules' verdict in the score, the network has the rest.
        scale: per direction, slope of the calibration on the logit of that mean.
        shift: per direction, its intercept.
        sure: findings whose score is below this are for a human.
        contrast_threshold: a second contrast of one pair is kept from here on.
        sha256: per file of the folder.
    """

    version: str
    length: int
    thresholds: tuple[float, ...]
    blind_weight: float
    rules_weight: float
    scale: tuple[float, ...]
    shift: tuple[float, ...]
    sure: float
    contrast_threshold: float
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is thought of one candidate, per direction.

    Attributes:
        network: probability by the network that knows the rules' votes.
        blind: by the same network without them.
        rules: the rules' votes.
        contrasts: (3, 5) logits.
    """

    candidate: Candidate
    network: tuple[float, ...]
    blind: tuple[float, ...]
    rules: Votes
    contrasts: Floats

    def mean(self, *, blind_weight: float, rules_weight: float) -> list[float]:
        """One number per direction: network, blind network and rules' verdict in these shares."""
        return [
            (1 - rules_weight) * ((1 - blind_weight) * seeing + blind_weight * blind)
            + rules_weight * float(vote >= RULES_SAY)
            for seeing, blind, vote in zip(self.network, self.blind, self.rules, strict=True)
        ]


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
        self._tokenizer = load_tokenizer(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def decide(self, batch: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]) -> list[list[Decision]]:
        """Decisions per article whose score reaches the direction's threshold, in candidate order."""
        return [
            [d for d in decisions if d.score >= self.settings.thresholds[DIRECTIONS.index(d.direction)]]
            for decisions in self.score(batch)
        ]

    def score(self, batch: Sequence[tuple[AnnotatedArticle, Sequence[Candidate]]]) -> list[list[Decision]]:
        """Every direction of every candidate with its calibrated score, thresholds not applied."""
        return [
            [decision for opinion in self.opinions(*each) for decision in self._decisions(opinion)] for each in batch
        ]

    def opinions(self, annotated: AnnotatedArticle, candidates: Sequence[Candidate]) -> list[Opinion]:
        """What network and rules think of each candidate that fits into the encoder, from one call."""
        if not candidates:
            return []
        encoded = encode(self._tokenizer, annotated, candidates, length=self.settings.length)
        if not encoded.kept:
            return []
        said = votes(annotated, candidates)
        rows = features(annotated, candidates, said)
        seeing = np.array([rows[i] for i in encoded.kept], dtype=np.float32)
        blind = seeing.copy()
        blind[:, VOTE_FEATURES] = 0.0
        directions, contrasts = self._session.run(
            None,
            {
                "input_ids": np.array([encoded.ids], dtype=np.int64),
                "cytokines": np.array(encoded.cytokines * 2, dtype=np.int64),
                "fluids": np.array(encoded.fluids * 2, dtype=np.int64),
                "features": np.concatenate([seeing, blind]),
            },
        )
        count = len(encoded.kept)
        return [
            Opinion(
                candidates[index],
                tuple(squash(float(logit)) for logit in directions[row]),
                tuple(squash(float(logit)) for logit in directions[count + row]),
                said[index],
                contrasts[row],
            )
            for row, index in enumerate(encoded.kept)
        ]

    def _decisions(self, opinion: Opinion) -> list[Decision]:
        settings = self.settings
        means = opinion.mean(blind_weight=settings.blind_weight, rules_weight=settings.rules_weight)
        scores = [
            round(squash(scale * logit_of(mean) + shift), 4)
            for mean, scale, shift in zip(means, settings.scale, settings.shift, strict=True)
        ]
        return [
            Decision(opinion.candidate, direction, contrast, scores[number])
            for number, direction in enumerate(DIRECTIONS)
            for contrast in self._contrasts(opinion.contrasts[number])
        ]

    def _contrasts(self, logits: Floats) -> list[Contrast]:
        best = int(np.argmax(logits))
        limit = math.log(self.settings.contrast_threshold / (1 - self.settings.contrast_threshold))
        return [c for i, c in enumerate(CONTRASTS) if i == best or logits[i] >= limit]


def squash(logit: float) -> float:
    """Probability of a logit."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))


def logit_of(probability: float) -> float:
    """Logit of a probability, kept finite."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


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
    ):
        if raw.get(key) != expected:
            raise ModelError(f"{path}: {key} is {raw.get(key)!r}, this version reads {expected!r}")
    for name, digest in raw["sha256"].items():
        check_hash(folder / name, digest)
    return RelationSettings(
        version=raw["version"],
        length=raw["length"],
        thresholds=tuple(raw["thresholds"]),
        blind_weight=raw.get("blind_weight", 0.0),
        rules_weight=raw["rules_weight"],
        scale=tuple(raw["scale"]),
        shift=tuple(raw["shift"]),
        sure=raw.get("sure", 1.0),
        contrast_threshold=raw["contrast_threshold"],
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
