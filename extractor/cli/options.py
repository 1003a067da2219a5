"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from extractor.cli.config import apply_config

Config: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="TOML file with defaults.", is_eager=True, callback=apply_config),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Report as JSON.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]
LogJson: TypeAlias = Annotated[bool, typer.Option("--log-json", help="Messages on stderr as JSON, one a line.")]
Classifier: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="rules, a released model, or a model folder.  [default: the newest released]"),
]
Ner: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="ner for the newest released NER model, or an installed spaCy or scispaCy pipeline."
    ),
]
Annotations: TypeAlias = Annotated[Path, typer.Option(metavar="FOLDER", help="The annotation files.")]
Corpus: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Texts (*.jsonl.gz) that belong to the annotations.")
]
Email: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Whom NCBI may write to; also NCBI_EMAIL, or the config file.")
]
ApiKey: TypeAlias = Annotated[
    str | None, typer.Option(metavar="KEY", help="NCBI API key; also NCBI_API_KEY, or the config file.")
]
Day: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="By the date a record entered PubMed.")]
