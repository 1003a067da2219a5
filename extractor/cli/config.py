"""The TOML config file: ``[mine]`` gives defaults for the options of ``mine``, ``[pubmed]`` says who asks NCBI."""

from __future__ import annotations

import tomllib
from pathlib import Path

import typer

from extractor.records import Json

PUBMED_KEYS = frozenset({"email", "api_key", "base_url"})


def read_config(path: Path) -> Json:
    """The tables of a config file.

    Raises:
        typer.BadParameter: it cannot be read, or has a table or key that means nothing.
    """
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise typer.BadParameter(f"{path}: {error}") from None
    for name, table in config.items():
        if name not in {"mine", "pubmed"} or not isinstance(table, dict):
            raise typer.BadParameter(f"{path}: {name}: is neither the table [mine] nor [pubmed]")
    pubmed = config.get("pubmed", {})
    for key, value in pubmed.items():
        if key not in PUBMED_KEYS or not isinstance(value, str):
            raise typer.BadParameter(f"{path}: pubmed.{key}: is none of {', '.join(sorted(PUBMED_KEYS))} as a string")
    return config


def apply_config(context: typer.Context, value: Path | None) -> Path | None:
    """Callback of ``--config``: what the file says becomes the default of the command's options.

    Raises:
        typer.BadParameter: the file has a key that is no option.
    """
    if value is None:
        return None
    config = read_config(value)
    names = _option_names(context)
    defaults = {}
    for key, setting in config.get("mine", {}).items():
        option = key.replace("_", "-")
        if option not in names:
            raise typer.BadParameter(f"{value}: mine.{key}: is no option (there are: {', '.join(sorted(names))})")
        defaults[names[option]] = setting
    context.default_map = defaults
    context.obj = config.get("pubmed", {})
    return value


def _option_names(context: typer.Context) -> dict[str, str]:
    """The command's options as they are typed, without dashes, with the names of their parameters."""
    return {
        flag.removeprefix("--"): str(each.name)
        for each in context.command.params
        for flag in each.opts
        if flag.startswith("--") and flag not in {"--config", "--help"}
    }
