"""Run the commands of a document's ```console blocks, in a scratch folder, one after the other.

A command line starts with ``$ `` and goes on after a trailing backslash; other lines are output and are not compared.
``make`` is run in the checkout and only where the block says nothing else, since tests are a step of their own. A block
marked ``console network`` needs PubMed and is checked for its options only, by ``--help``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console(?P<mark> network)?\n(?P<body>.*?)^```", re.DOTALL | re.MULTILINE)
GROUPS = frozenset({"gold", "benchmark", "train"})
"""Commands that have commands of their own."""
OPTION = re.compile(r"(?<!\S)(--?[a-z][\w-]*)")


def commands(document: str) -> Iterator[tuple[str, bool]]:
    """Each command, and whether it needs the network."""
    for block in BLOCK.finditer(document):
        joined = block["body"].replace("\\\n", " ")
        for line in joined.splitlines():
            if line.startswith("$ "):
                yield line[2:].strip(), block["mark"] is not None


def run(command: str, folder: Path) -> int:
    """Run one command with the environment's programs first on the path."""
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, check=False).returncode


def knows_options(command: str, folder: Path) -> bool:
    """Whether the command's help lists every option that is used."""
    words = command.split()
    verbs = " ".join(words[: 3 if words[1] in GROUPS else 2])
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"{verbs} --help"],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and all(option in done.stdout for option in OPTION.findall(command))


def main() -> int:
    """Run them all; the exit code is that of the first that fails."""
    document = Path(sys.argv[1]).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(ROOT / "annotations", folder / "annotations")
        shutil.copy(ROOT / "extractor" / "data" / "sample.jsonl", folder)
        for command, network in commands(document):
            if command.startswith("make test"):
                continue
            print(f"$ {command}", flush=True)
            if network:
                if not knows_options(command, folder):
                    print(f"README: an option is unknown in: {command}")
                    return 1
            elif run(command, ROOT if command.startswith("make") else folder):
                print(f"README: the command failed: {command}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
