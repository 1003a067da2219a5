"""The library's front door: texts, articles or files in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, overload

from extractor.errors import RecordError
from extractor.provenance import chosen_classifier
from extractor.records import Article, Finding
from extractor.run import Counts, Input, MinerSettings, mine_inputs, read_inputs

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = str | Path | Article


@dataclass(frozen=True, repr=False)
class Findings(Sequence[Finding]):
    """Findings in input order, with what became of every record.

    Attributes:
        items: the findings.
        counts: outcome -> number of records (``read``, ``no_cytokine`` ...), and ``findings``.
        errors: the broken records.
    """

    items: tuple[Finding, ...]
    counts: dict[str, int] = field(default_factory=dict)
    errors: tuple[RecordError, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        """One finding, or several."""
        return self.items[index]

    def __len__(self) -> int:
        """Number of findings."""
        return len(self.items)

    def __repr__(self) -> str:
        """Counts in one line."""
        return f"<{len(self.items)} findings in {self.counts.get('read', 0)} records>"

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame with one row per finding; columns and types as in ``extractor.tables.COLUMNS``."""
        from extractor.tables import frame  # noqa: PLC0415  # pandas is needed here only

        return frame(self.items)


def mine(
    sources: Source | Iterable[Source],
    *,
    classifier: str | None = None,
    ner: str | None = None,
    min_score: float = 0.0,
    jobs: int = 1,
) -> Findings:
    """Mine texts, articles or files.

    A string that names an existing file or folder is read like an input of ``extractor mine`` (PubMed XML, MEDLINE,
    BioC, JSON Lines, plain or gzip), and so is every ``Path``; any other string is the text of an abstract, its first
    line the title if it has several. Texts get the ids ``text-1``, ``text-2`` and so on.

    Args:
        sources: one of them or several.
        classifier: ``rules``, a released model's name, or a model folder; the newest released model by default, the
            rules where none is released.
        ner: installed spaCy pipeline whose entities are used as well.
        min_score: findings below it are left out.
        jobs: processes; more than one needs an importable main module (``if __name__ == "__main__":``).

    Returns:
        The findings, with counts and errors.

    Raises:
        InputError: a path leads nowhere.
        ModelError: a model is missing or does not fit.
    """
    listed = [sources] if isinstance(sources, (str, Path, Article)) else sources
    settings = MinerSettings(classifier=chosen_classifier(classifier)[0], ner=ner, min_score=min_score)
    counts = Counts()
    found: list[Finding] = []
    errors: list[RecordError] = []
    for result in mine_inputs(_inputs(listed), settings, jobs=jobs):
        counts.add(result)
        found.extend(result.findings)
        if result.error is not None:
            errors.append(result.error)
    return Findings(tuple(found), asdict(counts), tuple(errors))


def _inputs(sources: Iterable[Source]) -> Iterator[Input]:
    for number, source in enumerate(sources, 1):
        if isinstance(source, Article):
            yield "articles", source
        elif isinstance(source, Path) or _is_path(source):
            yield from read_inputs([source])
        else:
            yield "texts", _article(f"text-{number}", source)


def _is_path(text: str) -> bool:
    try:
        return "\n" not in text and Path(text).exists()
    except (OSError, ValueError):
        return False


def _article(key: str, text: str) -> Article:
    title, newline, rest = text.partition("\n")
    return Article(key, title, rest) if newline and rest.strip() else Article(key, "", text)
