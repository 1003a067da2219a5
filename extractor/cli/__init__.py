"""The command line: one thin command per verb; heavy libraries are loaded by the command that needs them."""

from __future__ import annotations

import os
import sys

import typer

from extractor.cli import benchmark, exchange_commands, fetch, gold, info, mine, review, show, store_commands, train
from extractor.cli.console import visible
from extractor.errors import ExtractorError

FAILED = 1
_INTERRUPTED = 130

app = typer.Typer(
    name="extractor",
    help="PubMed abstracts in; cytokine / fluid / direction findings out, with the exact words that say so.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("mine")(mine.mine)
app.command("show")(show.show)
app.command("fetch")(fetch.fetch)
app.add_typer(gold.app, name="gold")
app.add_typer(benchmark.app, name="benchmark")
app.add_typer(train.app, name="train")
store_commands.register(app)
exchange_commands.register(app)
app.command("review")(review.review)
app.command("schema")(info.schema)
app.command("doctor")(info.doctor)
app.command("version")(info.version)


def main() -> None:
    """Run the command line; every expected failure is one line and an exit code."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # it complains where torch is not installed
    try:
        app(prog_name="extractor")
    except SystemExit as done:
        if done.code == _INTERRUPTED:
            _fail("interrupted")
        raise
    except ExtractorError as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
    except MemoryError:
        _fail("out of memory")


def _fail(reason: str) -> None:
    print(f"extractor: {visible(' '.join(reason.split()))}", file=sys.stderr)
    sys.exit(FAILED)
