"""``python -m soak.coverage_guided TARGET CORPUS [libFuzzer options]``: one target under atheris."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["extractor", "bioc", "cassis"], enable_loader_override=False):
    from soak.targets import TARGETS, silently


def main() -> None:
    """Fuzz until the time is up or an input brings a crash."""
    name, *options = sys.argv[1:]
    target = silently(TARGETS[name])

    def one_input(data: bytes) -> None:
        target(data)

    atheris.Setup([sys.argv[0], *options], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
