"""``extractor train``: the released models, made again; needs the extra ``train`` for the relation classifier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import options
from extractor.cli.console import Reporter, print_json
from extractor.errors import ModelError

app = typer.Typer(help="Train the models of this project.", no_args_is_help=True)
_CORPUS = typer.Option(metavar="FOLDER", help="Texts (*.jsonl.gz) and third-party corpora.")
_MODELS = typer.Option("--output", "-o", metavar="FOLDER", help="Folder of all models.")


@app.command("relation")
def relation(
    corpus: Annotated[Path, _CORPUS],
    encoder: Annotated[str, typer.Option(metavar="NAME", help="Hugging Face id or folder of a BERT-like encoder.")],
    output: Annotated[Path, _MODELS] = Path("models"),
    annotations: options.Annotations = Path("annotations"),
    version: Annotated[str, typer.Option(help="Of the model.")] = "1.6.0",
    work: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Adapted encoder and networks; reused where they fit.")
    ] = Path("work"),
    epochs: Annotated[int | None, typer.Option(min=1, help="The release's where not given.")] = None,
    seed: Annotated[
        list[int] | None, typer.Option(help="Of every generator; a network for each. The release's where not given.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Of torch; the release's where not given.")] = None,
    adapt: Annotated[bool, typer.Option(help="Continue masked-language training of the encoder first.")] = True,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    quiet: options.Quiet = False,
) -> None:
    """Train, choose on dev, calibrate, export and describe the relation classifier."""
    try:
        from extractor.training import card, release
        from extractor.training.fit import FitSettings
    except ModuleNotFoundError as error:
        raise ModelError(f"training needs the extra: pip install 'als-cytokine-extractor[train]' ({error})") from error
    from extractor.releases import record_release

    reporter = Reporter(quiet=quiet)
    usual = FitSettings()
    folder = output / f"relation-{version}"
    record = release.train_relation(
        annotations,
        corpus,
        folder,
        version=version,
        encoder=encoder,
        work=work,
        settings=replace(
            usual,
            epochs=epochs or usual.epochs,
            seeds=tuple(seed or usual.seeds),
            threads=threads or usual.threads,
        ),
        adapt=adapt,
        device=device,
        say=reporter.say,
    )
    (folder / "MODEL.md").write_text(card.render_card(record, encoder=Path(encoder).name), encoding="utf-8")
    record_release(folder)
    reporter.say(f"wrote {folder}; now score it (benchmark accuracy) and fill the card (benchmark render)")


@app.command("ner")
def ner(
    corpus: Annotated[Path, _CORPUS],
    output: Annotated[Path, _MODELS] = Path("models"),
    annotations: options.Annotations = Path("annotations"),
    unseen: Annotated[bool, typer.Option(help="Also measure names that were never seen.")] = True,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train, score and describe the recogniser of cytokines and fluids."""
    from extractor.training.ner import train_ner

    reporter = Reporter(quiet=quiet)
    done = train_ner(output, annotations=annotations, corpus=corpus, unseen=unseen, report=reporter.say)
    if as_json:
        print_json({"folder": str(done.folder), "texts": done.texts})
