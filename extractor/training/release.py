"""``extractor train relation``: from annotations and corpora to ``models/relation-<version>/``, in one command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from extractor.errors import InputError
from extractor.formats import read
from extractor.records import Json
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

Say = Callable[[str], None]


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
        encoder: Hugging Face id or path of the pretrained encoder.
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
    counts = {**{n: len(p) for n, p in data.train.items()}, **{f"held {n}": len(p) for n, p in data.held.items()}}
    say("; ".join(f"{name}: {count} articles" for name, count in counts.items()))
    left_out = {annotated.article.id for pairs in data.held.values() for annotated, _ in pairs}
    pretrained = prepare_encoder(encoder, corpus, run, left_out=left_out, adapt=adapt)
    tokenizer = load_tokenizer(pretrained)
    network = _fit_best(pretrained, make_sources(tokenizer, data, corpus, options, parts), data, options, run)
    out.mkdir(parents=True, exist_ok=True)
    copy_tokenizer(pretrained, out)
    export_onnx(network, work / "model.fp32.onnx")
    quantise(work / "model.fp32.onnx", out / "model.onnx")
    write_slots(out, fit_slots(data.train))
    chosen = calibrate_release(out, data, version=version, length=options.length)
    exact = choose_for(work / "model.fp32.onnx", out, data, work / "fp32", length=options.length)
    say(f"threshold {chosen.threshold:.2f}, triple F1 {chosen.f1} (fp32 {exact.f1})")
    record: Json = {
        "version": version,
        "encoder": sha256_of(pretrained / "model.safetensors"),
        "adapted": adapt,
        "start": None if start is None else sha256_of(start),
        "settings": asdict(options),
        "shares": asdict(parts),
        "articles": counts,
        "data": {
            path.relative_to(annotations).as_posix(): sha256_of(path) for path in sorted(annotations.rglob("*.jsonl"))
        },
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


def _fit_best(encoder: Path, sources: Sequence[Source], data: Data, settings: FitSettings, run: Run) -> RelationNetwork:
    """Train and go back to the epoch of the second half with the best mean triple F1 over the held-out parts."""
    tokenizer = load_tokenizer(encoder)
    gold = {part: [g for _, g in pairs] for part, pairs in data.held.items()}
    best = [-1.0]
    checkpoint = run.work / "checkpoint.pt"

    def after(epoch: int, loss: float, network: RelationNetwork) -> None:
        if epoch < settings.epochs // 2:
            run.say(f"epoch {epoch}: loss {loss:.3f}")
            return
        scored = {
            part: score_articles(network, tokenizer, [a for a, _ in pairs], length=settings.length)
            for part, pairs in data.held.items()
        }
        threshold, f1 = best_threshold(gold, scored)
        shown = ", ".join(f"{part} {triple_f1(gold[part], scored[part], threshold):.3f}" for part in gold)
        run.say(f"epoch {epoch}: loss {loss:.3f}, held-out triple F1 {f1:.4f} at {threshold:.2f} ({shown})")
        if f1 > best[0]:
            best[0] = f1
            torch.save(network.state_dict(), checkpoint)

    network = fit(str(encoder), sources, settings, start=run.start, device=run.device, after_epoch=after)
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    network.cpu().eval()
    return network


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

    def refuse(error: Exception) -> None:
        raise InputError(str(error)) from error

    def progress(step: int, steps: int, loss: float) -> None:
        if step % 50 == 0:
            run.say(f"adapting the encoder: step {step} of {steps}, loss {loss:.3f}")

    settings = AdaptSettings()
    bulk = (
        a for a in read([corpus / "bulk.jsonl.gz"], on_error=refuse) if a.id not in left_out and not is_held_out(a.id)
    )
    articles = select_articles(bulk, limit=settings.articles)
    adapt_encoder(articles, adapted, encoder=named, settings=settings, device=run.device, progress=progress)
    return adapted
