"""``extractor train relation``: from annotations and corpora to ``models/relation-<version>/``, in one command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer

from extractor.benchmark.corpora import evidence_inference
from extractor.benchmark.systems import with_gold_mentions
from extractor.candidates import find_candidates
from extractor.encoding import Tokenizer
from extractor.errors import InputError
from extractor.formats import read
from extractor.gold import load_analytes, load_gold
from extractor.mentions import annotate
from extractor.pipeline import build_pipeline
from extractor.records import DIRECTIONS, AnnotatedArticle, GoldArticle, Json, Triple
from extractor.relation import RelationClassifier, load_tokenizer, logit_of, squash
from extractor.releases import sha256_of
from extractor.training.adapt import AdaptSettings, adapt_encoder, select_texts
from extractor.training.examples import gold_examples, question_example
from extractor.training.export import copy_tokenizer, export_onnx, quantise, write_config
from extractor.training.fit import FitSettings, Scored, Source, best_threshold, fit, score_articles, triple_f1
from extractor.training.minimal_pairs import minimal_pairs
from extractor.training.network import RelationNetwork

_WEIGHTS = {"analytes": 0.5, "pairs": 0.5}
"""Weight of an example of a source; 1 for the rest."""

Pairs = list[tuple[AnnotatedArticle, GoldArticle]]
Say = Callable[[str], None]
RULES_WEIGHT = 0.2
"""Share of the rules in the score: a second opinion that keeps the network from drifting on unfamiliar text."""
EXTRA_TEXTS = 500
"""Abstracts of ``bulk`` that the encoder is adapted on besides the training articles."""


@dataclass(frozen=True, slots=True)
class Data:
    """Everything that is trained or chosen on.

    Attributes:
        train: name -> recognised and annotated articles.
        dev: held out: early stopping, calibration and threshold.
    """

    train: dict[str, Pairs]
    dev: Pairs


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run works and how it reports.

    Attributes:
        work: folder for what is not released (adapted encoder, checkpoint, fp32 model).
        device: a torch device.
        say: called with one line of progress at a time.
        start: checkpoint of an earlier run to go on from.
    """

    work: Path
    device: str
    say: Say
    start: Path | None


@dataclass(frozen=True, slots=True)
class Shares:
    """Part of each source drawn per epoch; 0 leaves it out (for the ablation)."""

    gold: float = 1.0
    als: float = 1.0
    analytes: float = 0.5
    pairs: float = 1.0
    evidence_inference: float = 0.1


def train_relation(
    annotations: Path,
    corpus: Path,
    out: Path,
    *,
    version: str,
    encoder: Path,
    work: Path,
    settings: FitSettings | None = None,
    shares: Shares | None = None,
    adapt: bool = True,
    start: Path | None = None,
    device: str = "cpu",
    say: Say = lambda _line: None,
) -> Json:
    """Train, choose on dev, calibrate, export and describe one release.

    Args:
        annotations: the folder ``annotations``.
        corpus: folder of the texts.
        out: the model folder to write.
        version: of the model.
        encoder: folder of the pretrained encoder.
        work: folder for what is not released (adapted encoder, checkpoint, fp32 model); reused when it fits.
        settings: of the training run.
        shares: of the sources.
        adapt: continue masked-language training first.
        start: checkpoint of an earlier run to go on from.
        device: a torch device.
        say: called with one line of progress at a time.

    Returns:
        What was written to ``training.json`` in ``out``: data with hashes, settings, scores on dev.
    """
    options, parts, run = settings or FitSettings(), shares or Shares(), Run(work, device, say, start)
    torch.set_num_threads(options.threads)
    work.mkdir(parents=True, exist_ok=True)
    data = load_data(annotations, corpus)
    say("; ".join(f"{name}: {len(pairs)} articles" for name, pairs in data.train.items()))
    start = _adapted(data, corpus, encoder, run) if adapt else encoder
    tokenizer = load_tokenizer(start)
    sources = make_sources(tokenizer, data, corpus, options, parts)
    network = _fit_best(start, sources, data.dev, options, run)
    scored = score_articles(network, tokenizer, [a for a, _ in data.dev], length=options.length)
    fp32 = best_threshold([g for _, g in data.dev], scored)[1]
    out.mkdir(parents=True, exist_ok=True)
    copy_tokenizer(start, out)
    export_onnx(network, work / "model.fp32.onnx")
    quantise(work / "model.fp32.onnx", out / "model.onnx")
    chosen = calibrate_release(out, data.dev, version=version, length=options.length)
    say(f"threshold {chosen['threshold']:.2f}, triple F1 on dev {chosen['triple_f1_int8']:.4f} (fp32 {fp32:.4f})")
    record: Json = {
        "version": version,
        "encoder": sha256_of(encoder / "model.safetensors"),
        "adapted": adapt,
        "start": None if start is None else sha256_of(start),
        "settings": asdict(options),
        "shares": asdict(parts),
        "articles": {name: len(pairs) for name, pairs in data.train.items()} | {"dev": len(data.dev)},
        "data": {
            path.relative_to(annotations).as_posix(): sha256_of(path) for path in sorted(annotations.rglob("*.jsonl"))
        },
        "dev": {**chosen, "triple_f1_fp32": fp32},
    }
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record


def calibrate_release(folder: Path, dev: Pairs, *, version: str, length: int) -> dict[str, float]:
    """Calibrate the exported weights on dev, choose the threshold with the best triple F1, write ``config.json``.

    Returns:
        ``threshold``, ``scale``, ``shift``, ``triple_f1_int8``.
    """

    def write(threshold: float, scale: float, shift: float) -> None:
        values: dict[str, object] = {"length": length, "contrast_threshold": 0.5, "rules_weight": RULES_WEIGHT}
        named = (("thresholds", threshold), ("scale", scale), ("shift", shift))
        write_config(folder, version=version, values=values | {name: [v] * len(DIRECTIONS) for name, v in named})

    write(0.0, 1.0, 0.0)
    batch = [(annotated, find_candidates(annotated)) for annotated, _ in dev]
    gold = [g for _, g in dev]
    scored: list[Scored] = []
    for decisions in RelationClassifier(folder).score(batch):
        scores: Scored = {}
        for d in decisions:
            triple = Triple(str(d.candidate.cytokine.concept), d.candidate.fluid_name, d.direction)
            scores[triple] = max(d.score, scores.get(triple, 0.0))
        scored.append(scores)
    scale, shift = platt(gold, scored)
    threshold, f1 = best_threshold(
        gold, [{t: squash(scale * logit_of(p) + shift) for t, p in scores.items()} for scores in scored]
    )
    write(threshold, scale, shift)
    return {"threshold": threshold, "scale": scale, "shift": shift, "triple_f1_int8": f1}


def encoder_folder(name: str, work: Path) -> Path:
    """The folder of an encoder: the one named, or where a Hugging Face id was saved to."""
    if Path(name).is_dir():
        return Path(name)
    folder = work / "pretrained"
    AutoModel.from_pretrained(name).save_pretrained(folder)
    AutoTokenizer.from_pretrained(name).save_pretrained(folder)
    return folder


def load_data(annotations: Path, corpus: Path) -> Data:
    """Recognise every training and dev article once.

    Raises:
        GoldError: a record breaks a rule, or a text is missing.
    """
    gold = load_gold(annotations, corpus=corpus, splits=("train", "dev"))
    analytes = load_analytes(annotations, corpus=corpus)
    nlp = build_pipeline()

    def pairs(chosen: Iterable[GoldArticle]) -> Pairs:
        kept = [g for g in chosen if g.article is not None]
        return list(zip(annotate(nlp, (g.article for g in kept if g.article)), kept, strict=True))

    train = [g for g in gold if g.split == "train"]
    return Data(
        {
            "gold": pairs(g for g in train if g.stratum != "als"),
            "als": pairs(g for g in train if g.stratum == "als"),
            "analytes": pairs(analytes),
            "pairs": list(minimal_pairs()),
        },
        pairs(g for g in gold if g.split == "dev"),
    )


def make_sources(tokenizer: Tokenizer, data: Data, corpus: Path, settings: FitSettings, shares: Shares) -> list[Source]:
    """Examples of every source with a share, gold mentions in place of the recogniser's."""
    sources = []
    for name, pairs in data.train.items():
        weight = _WEIGHTS.get(name, 1.0)
        marked = [(with_gold_mentions(annotated, gold), gold) for annotated, gold in pairs]
        examples = gold_examples(tokenizer, marked, length=settings.length, debatable=settings.debatable, weight=weight)
        sources.append(Source(name, tuple(examples), getattr(shares, name)))
    if shares.evidence_inference:
        questions = [q for q in evidence_inference(corpus, split="train") if len(q.evidence) < 700]
        made = (question_example(tokenizer, q, length=256, weight=0.5) for q in questions)
        sources.append(Source("evidence_inference", tuple(e for e in made if e), shares.evidence_inference))
    return [source for source in sources if source.share]


def platt(gold: Sequence[GoldArticle], scored: Sequence[Scored]) -> tuple[float, float]:
    """Slope and intercept that turn logits into probabilities, fitted on held-out articles.

    Debatable triples take no part. Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """
    logits, truths = [], []
    for each, scores in zip(gold, scored, strict=True):
        sure = {f.triple for f in each.findings if f.confidence == "sure"}
        debatable = {f.triple for f in each.findings} - sure
        for triple, probability in scores.items():
            if triple not in debatable:
                logits.append([logit_of(probability)])
                truths.append(triple in sure)
    model = LogisticRegression(C=100.0).fit(np.array(logits), np.array(truths))
    return round(float(model.coef_[0, 0]), 6), round(float(model.intercept_[0]), 6)


def _fit_best(
    encoder: Path,
    sources: Sequence[Source],
    dev: Pairs,
    settings: FitSettings,
    run: Run,
) -> RelationNetwork:
    """Train and go back to the epoch with the best triple F1 on dev."""
    tokenizer = load_tokenizer(encoder)
    articles, gold = [a for a, _ in dev], [g for _, g in dev]
    best = [-1.0]
    checkpoint = run.work / "checkpoint.pt"

    def after(epoch: int, loss: float, network: RelationNetwork) -> None:
        scored = score_articles(network, tokenizer, articles, length=settings.length)
        threshold, f1 = best_threshold(gold, scored)
        parts = {
            part: triple_f1([g for g, _ in chosen], [s for _, s in chosen], (threshold,) * len(DIRECTIONS))
            for part, chosen in _parts(gold, scored).items()
        }
        shown = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
        run.say(f"epoch {epoch}: loss {loss:.3f}, dev triple F1 {f1:.4f} at {threshold:.2f} ({shown})")
        if f1 > best[0]:
            best[0] = f1
            torch.save(network.state_dict(), checkpoint)

    network = fit(str(encoder), sources, settings, start=run.start, device=run.device, after_epoch=after)
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    network.cpu().eval()
    return network


def _parts(gold: Sequence[GoldArticle], scored: Sequence[Scored]) -> dict[str, list[tuple[GoldArticle, Scored]]]:
    parts: dict[str, list[tuple[GoldArticle, Scored]]] = {"general": [], "als": []}
    for each, scores in zip(gold, scored, strict=True):
        parts["als" if each.stratum == "als" else "general"].append((each, scores))
    return {name: chosen for name, chosen in parts.items() if chosen}


def _adapted(data: Data, corpus: Path, encoder: Path, run: Run) -> Path:
    folder = run.work / "encoder"
    if (folder / "tokenizer.json").is_file():
        run.say(f"adapted encoder taken from {folder}")
        return folder
    own = [annotated.article for name, pairs in data.train.items() if name != "pairs" for annotated, _ in pairs]
    known = {article.id for article in own} | {annotated.article.id for annotated, _ in data.dev}

    def refuse(error: Exception) -> None:
        raise InputError(str(error)) from error

    bulk = [a.text for a in read([corpus / "bulk.jsonl.gz"], on_error=refuse) if a.id not in known]
    texts = [article.text for article in own] + select_texts(bulk, limit=EXTRA_TEXTS)

    def progress(step: int, steps: int, loss: float) -> None:
        if step % 50 == 0:
            run.say(f"adapting the encoder: step {step} of {steps}, loss {loss:.3f}")

    adapt_encoder(texts, folder, encoder=str(encoder), settings=AdaptSettings(), device=run.device, progress=progress)
    return folder
