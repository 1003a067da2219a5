"""``extractor train relation``: from annotations and corpora to ``models/relation-<version>/``, in one command."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import torch

from extractor.encoding import Tokenizer
from extractor.errors import InputError
from extractor.formats import read
from extractor.records import Article, Json
from extractor.relation import INPUTS, RelationClassifier, load_tokenizer
from extractor.releases import sha256_of
from extractor.slots import SLOT_FILE
from extractor.training.adapt import AdaptSettings, adapt_encoder, save_encoder, select_articles
from extractor.training.choosing import Choice, best_threshold, choose, triple_f1
from extractor.training.data import Data, Shares, is_held_out, load_data, make_sources
from extractor.training.export import copy_tokenizer, export_onnx, quantise, write_config, write_slots
from extractor.training.fit import FitSettings, Source, fit, score_articles
from extractor.training.network import RelationNetwork
from extractor.training.slot_fit import fit_slots
from extractor.training.trimming import tokens_seen, trim_embeddings, trim_tokenizer

Say = Callable[[str], None]
TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run works and how it reports.

    Attributes:
        work: folder for what is not released (adapted encoder, networks, fp32 model).
        device: a torch device.
        say: called with one line of progress at a time.
    """

    work: Path
    device: str
    say: Say


def _say_nothing(_line: str) -> None:
    """Report no progress."""


def train_relation(
    annotations: Path,
    corpus: Path,
    out: Path,
    *,
    version: str,
    encoder: str,
    work: Path,
    settings: FitSettings | None = None,
    shares: Shares | None = None,
    adapt: bool = True,
    device: str = "cpu",
    say: Say = _say_nothing,
) -> Json:
    """Train, choose on dev, calibrate, export and describe one release.

    Args:
        annotations: the folder ``annotations``.
        corpus: folder of the texts.
        out: the model folder to write.
        version: of the model.
        encoder: Hugging Face id or path of the pretrained encoder.
        work: folder for what is not released (adapted encoder, networks, fp32 model). An encoder that lies there is
            used, and so is a network that was trained with the same encoder, data, settings and seed.
        settings: of the training run.
        shares: of the sources.
        adapt: continue masked-language training first.
        device: a torch device.
        say: called with one line of progress at a time, also by other processes.

    Returns:
        What was written to ``training.json`` in ``out``: data with hashes, settings, scores on dev.
    """
    options, parts, run = settings or FitSettings(), shares or Shares(), Run(work, device, say)
    torch.set_num_threads(options.threads)
    work.mkdir(parents=True, exist_ok=True)
    data = load_data(annotations, corpus)
    counts = {**{n: len(p) for n, p in data.train.items()}, **{f"held {n}": len(p) for n, p in data.held.items()}}
    say("; ".join(f"{name}: {count} articles" for name, count in counts.items()))
    left_out = {annotated.article.id for pairs in data.held.values() for annotated, _ in pairs}
    pretrained = prepare_encoder(encoder, corpus, run, left_out=left_out, adapt=adapt)
    hashes = {
        path.relative_to(annotations).as_posix(): sha256_of(path) for path in sorted(annotations.rglob("*.jsonl"))
    }
    known = {"encoder": sha256_of(pretrained / "model.safetensors"), "shares": asdict(parts), "data": hashes}
    tokenizer = load_tokenizer(pretrained)
    sources = make_sources(tokenizer, data, corpus, options, parts)
    members = _train_members(pretrained, sources, data, options, run, known=known)
    apart = {
        f"network of seed {seed}": _score_alone(member, tokenizer, data, options.length)[2]
        for seed, member in zip(options.seeds, members, strict=True)
    }
    out.mkdir(parents=True, exist_ok=True)
    kept = trim_tokenizer(pretrained / TOKENIZER, out / TOKENIZER, _tokens(tokenizer, data, corpus))
    for member in members:
        trim_embeddings(member, kept)
    export_onnx(members, work / "model.fp32.onnx", shared=options.frozen)
    quantise(work / "model.fp32.onnx", out / "model.onnx")
    write_slots(out, fit_slots(data.train))
    chosen = calibrate_release(out, data, version=version, length=options.length)
    exact = choose_for(work / "model.fp32.onnx", out, data, work / "fp32", length=options.length)
    say(f"threshold {chosen.threshold:.2f}, triple F1 {chosen.f1} (fp32 {exact.f1})")
    record: Json = {
        "version": version,
        **known,
        "adapted": adapt,
        "settings": asdict(options),
        "articles": counts,
        "members": apart,
        "held_out": asdict(chosen),
        "held_out_fp32": asdict(exact),
    }
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record


def calibrate_release(folder: Path, data: Data, *, version: str, length: int) -> Choice:
    """Choose weights and threshold on the held-out articles, and write ``config.json``."""
    _write(folder, Choice((0.0,) * len(INPUTS), 0.0, 0.5, 1.0, {}, {}, {}, {}, {}), version=version, length=length)
    choice = choose(RelationClassifier(folder), data.held)
    _write(folder, choice, version=version, length=length)
    return choice


def choose_for(model: Path, release: Path, data: Data, folder: Path, *, length: int) -> Choice:
    """The same choice for other weights beside a release's tokeniser, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, folder / "model.onnx")
    copy_tokenizer(release, folder)
    shutil.copyfile(release / SLOT_FILE, folder / SLOT_FILE)
    return calibrate_release(folder, data, version="0.0.0", length=length)


def _write(folder: Path, choice: Choice, *, version: str, length: int) -> None:
    values: dict[str, object] = {
        "length": length,
        "weights": choice.weights,
        "intercept": choice.intercept,
        "threshold": choice.threshold,
        "sure": choice.sure,
    }
    write_config(folder, version=version, values=values)


def _train_members(
    encoder: Path, sources: Sequence[Source], data: Data, settings: FitSettings, run: Run, *, known: Json
) -> list[RelationNetwork]:
    """One network per seed, trained side by side in processes of their own.

    Args:
        encoder: folder of the encoder to begin from.
        sources: of the examples.
        data: its held-out part chooses the epoch.
        settings: of the training run.
        run: where to work.
        known: what else a network depends on; one that was trained on the same is taken from ``run.work``.
    """
    files = {}
    for seed in settings.seeds:
        same = json.dumps({**known, **asdict(settings), "seeds": seed}, sort_keys=True)
        files[seed] = run.work / f"network-{seed}-{hashlib.sha256(same.encode()).hexdigest()[:8]}.pt"
    with ProcessPoolExecutor(len(files), mp_context=get_context("spawn")) as pool:
        training = [
            pool.submit(_fit_best, encoder, sources, data, settings, run, seed=seed, file=file)
            for seed, file in files.items()
            if not file.is_file()
        ]
        for each in training:
            each.result()
    members = []
    for file in files.values():
        network = RelationNetwork(str(encoder), dropout=settings.dropout)
        network.load_state_dict(torch.load(file, weights_only=True))
        network.eval()
        members.append(network)
    return members


def _fit_best(
    encoder: Path, sources: Sequence[Source], data: Data, settings: FitSettings, run: Run, *, seed: int, file: Path
) -> None:
    """Train a network and keep in ``file`` the epoch of the second half that does best on the held-out articles.

    The best has the highest mean triple F1 over their parts.
    """
    tokenizer = load_tokenizer(encoder)
    best = [-1.0]
    checkpoint = file.with_suffix(".part")

    def after(epoch: int, loss: float, network: RelationNetwork) -> None:
        if epoch < settings.epochs // 2:
            run.say(f"seed {seed}, epoch {epoch}: loss {loss:.3f}")
            return
        threshold, f1, per_part = _score_alone(network, tokenizer, data, settings.length)
        shown = ", ".join(f"{part} {value:.3f}" for part, value in per_part.items())
        said = f"held-out triple F1 {f1:.4f} at {threshold:.2f} ({shown})"
        run.say(f"seed {seed}, epoch {epoch}: loss {loss:.3f}, {said}")
        if f1 > best[0]:
            best[0] = f1
            torch.save({name: value.cpu() for name, value in network.state_dict().items()}, checkpoint)

    fit(str(encoder), sources, settings, seed=seed, device=run.device, after_epoch=after)
    checkpoint.replace(file)


def _score_alone(
    network: RelationNetwork, tokenizer: Tokenizer, data: Data, length: int
) -> tuple[float, float, dict[str, float]]:
    """The best threshold of one network alone on the held-out articles, its mean triple F1 there, and that per part."""
    gold = {part: [g for _, g in pairs] for part, pairs in data.held.items()}
    scored = {
        part: score_articles(network, tokenizer, [a for a, _ in pairs], length=length)
        for part, pairs in data.held.items()
    }
    threshold, mean = best_threshold(gold, scored)
    return threshold, mean, {part: round(triple_f1(gold[part], scored[part], threshold), 4) for part in gold}


def _tokens(tokenizer: Tokenizer, data: Data, corpus: Path) -> Counter[int]:
    """How often each token stands in the abstracts of ``bulk`` and in what is trained or chosen on."""
    annotated = (a.article.text for of in (data.train, data.held) for pairs in of.values() for a, _ in pairs)
    return tokens_seen(tokenizer, chain(annotated, (article.text for article in _bulk(corpus))))


def prepare_encoder(name: str, corpus: Path, run: Run, *, left_out: set[str], adapt: bool) -> Path:
    """The folder of the encoder to train from: named, and adapted unless that is unwanted; reused where it exists.

    Args:
        name: Hugging Face id or path.
        corpus: folder with ``bulk.jsonl.gz``.
        run: where to work.
        left_out: ids of articles that are not read; neither are those that would be held out if they were annotated.
        adapt: continue masked-language training.
    """
    named, adapted = run.work / "pretrained", run.work / "encoder"
    if adapt and (adapted / "tokenizer.json").is_file():
        run.say(f"adapted encoder taken from {adapted}")
        return adapted
    save_encoder(name, named)
    if not adapt:
        return named

    def progress(step: int, steps: int, loss: float) -> None:
        if step % 50 == 0:
            run.say(f"adapting the encoder: step {step} of {steps}, loss {loss:.3f}")

    settings = AdaptSettings()
    bulk = (article for article in _bulk(corpus) if article.id not in left_out and not is_held_out(article.id))
    articles = select_articles(bulk, limit=settings.articles)
    adapt_encoder(articles, adapted, encoder=named, settings=settings, device=run.device, progress=progress)
    return adapted


def _bulk(corpus: Path) -> Iterable[Article]:
    """The unlabelled abstracts."""

    def refuse(error: Exception) -> None:
        raise InputError(str(error)) from error

    return read([corpus / "bulk.jsonl.gz"], on_error=refuse)
