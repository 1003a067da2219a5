"""The ledger against a table made by hand: confirmed, missed, opposed, added."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

from extractor.errors import InputError
from extractor.ledger.building import Ledger
from extractor.ledger.studies import Study
from extractor.ledger.votes import Host, Vote
from extractor.records import FLUIDS, Direction
from extractor.vocabulary import Vocabulary, load_vocabulary

Outcome: TypeAlias = Literal["confirmed", "opposed", "missed", "added"]
COLUMNS = ("host", "cytokine", "fluid", "direction", "reference")
_PMID = re.compile(r"(?:pmid[:\s]*|pubmed[^\s\d]*/)?([1-9]\d{0,7})", re.IGNORECASE)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ID = re.compile(r"[A-Z]{2,10}:\S+")
_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys(("increased", "raised", "higher", "up", "elevated", "increase", "↑", "+"), "increased"),
    **dict.fromkeys(("decreased", "lowered", "lower", "down", "reduced", "decrease", "↓", "-"), "decreased"),
    **dict.fromkeys(("unchanged", "no difference", "no change", "equal", "=", "↔", "ns", "n.s."), "unchanged"),
}
_HOSTS: dict[str, Host] = {
    **dict.fromkeys(("human", "humans", "patient", "patients"), "human"),
    **dict.fromkeys(("animal", "animals", "mouse", "mice", "rat", "rats"), "animal"),
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table made by hand.

    Attributes:
        reference: as written; one that is a PMID, a DOI or the id of an article (``LIT:7``) is compared with that
            study, any other with the whole cell.
    """

    host: Host
    cytokine: str
    fluid: str
    direction: Direction
    reference: str = ""

    @property
    def study(self) -> str | None:
        """``PMID:<n>``, ``DOI:<doi in lower case>`` or another id; None where the reference is none."""
        reference = self.reference.strip()
        if found := _PMID.fullmatch(reference):
            return f"PMID:{found.group(1)}"
        if found := _DOI.fullmatch(reference):
            return f"DOI:{found.group(1).lower()}"
        return reference if _ID.fullmatch(reference) else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One result of the comparison.

    Attributes:
        row: of the table; for ``added``, what it would have been.
        ours: the directions the ledger has in that place, with the number of studies.
    """

    outcome: Outcome
    row: TableRow
    ours: tuple[tuple[str, int], ...] = ()


def read_table(path: Path) -> list[TableRow]:
    """Read a table with the columns host, cytokine, fluid, direction and, if wanted, reference.

    Names are normalised: ``MCP-1`` is CCL2, ``sera`` is serum, ``↑`` is increased, ``mice`` is animal.

    Raises:
        InputError: it cannot be read, a column is missing, or a cell is not understood; the text names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError(f"{path}: empty")
    names = [name.strip().lower() for name in lines[0][1].split("\t")]
    if missing := [name for name in COLUMNS[:4] if name not in names]:
        raise InputError(f"{path}, line {lines[0][0]}: no column {', '.join(missing)}")
    rows = csv.DictReader((line for _, line in lines[1:]), fieldnames=names, delimiter="\t", quoting=csv.QUOTE_NONE)
    vocabulary = load_vocabulary()
    return [_row(row, f"{path}, line {n}", vocabulary) for (n, _), row in zip(lines[1:], rows, strict=True)]


def compare(ledger: Ledger, rows: Iterable[TableRow], *, contrast: str = "disease") -> list[Compared]:
    """Compare a ledger with a table made by hand.

    Confirmed: the ledger has the same direction, in the study of the reference or, where the reference names none, in
    any study of the cell. Opposed: it has only other directions there. Missed: it has nothing there. Added: what the
    ledger has and the table does not, by study where the table names studies and by cell where it does not.

    Args:
        ledger: ours.
        rows: the table's.
        contrast: of the ledger's cells that are compared.

    Returns:
        The table's rows in its order, then what is added, in the ledger's.
    """
    ours: dict[tuple[str, str, str], list[Vote]] = defaultdict(list)
    for cell in ledger.cells:
        if cell.key.contrast == contrast:
            ours[cell.key.host, cell.key.cytokine, cell.key.fluid] = list(cell.votes)
    table = list(rows)
    return [*(_compared(row, ours[_place(row)]) for row in table), *_added(ledger, table, contrast)]


def tally(compared: Sequence[Compared]) -> dict[Outcome, int]:
    """Number of each outcome, all four there."""
    counts = Counter(each.outcome for each in compared)
    return {outcome: counts[outcome] for outcome in ("confirmed", "opposed", "missed", "added")}


def _place(row: TableRow) -> tuple[str, str, str]:
    return row.host, row.cytokine, row.fluid


def _compared(row: TableRow, votes: Sequence[Vote]) -> Compared:
    if row.study is not None:
        votes = [vote for vote in votes if row.study in _names(vote.study)]
    said = Counter(direction for vote in votes for direction in vote.directions)
    outcome: Outcome = "confirmed" if said[row.direction] else "opposed" if said else "missed"
    return Compared(outcome, row, tuple(sorted(said.items())))


def _names(study: Study) -> set[str | None]:
    """What a reference may call a study."""
    own = study.id.lower().replace("doi:", "DOI:") if study.id.lower().startswith("doi:") else study.id
    return {own, *([f"DOI:{study.doi.lower()}"] if study.doi else [])}


def _added(ledger: Ledger, table: Sequence[TableRow], contrast: str) -> Iterable[Compared]:
    by_study = any(row.study for row in table)
    known = {(*_place(row), row.direction, row.study if by_study else None) for row in table}
    anywhere = {(*_place(row), row.direction) for row in table if row.study is None}
    for cell in ledger.cells:
        if cell.key.contrast != contrast:
            continue
        said = Counter(
            (direction, vote.study if by_study else None) for vote in cell.votes for direction in vote.directions
        )
        for (direction, study), number in said.items():
            place = (cell.key.host, cell.key.cytokine, cell.key.fluid, direction)
            names = _names(study) if study else {None}
            if place not in anywhere and not any((*place, name) in known for name in names):
                reference = study.id.removeprefix("PMID:") if study else ""
                row = TableRow(cell.key.host, cell.key.cytokine, cell.key.fluid, direction, reference)
                yield Compared("added", row, ((direction, number),))


def _row(cells: dict[str, str | None], place: str, vocabulary: Vocabulary) -> TableRow:
    given = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    host = _HOSTS.get(given["host"].lower())
    cytokine = given["cytokine"] if given["cytokine"] in vocabulary.cytokines else None
    cytokine = cytokine or vocabulary.normalise_cytokine(given["cytokine"])
    fluid = given["fluid"] if given["fluid"] in FLUIDS or given["fluid"].startswith("other:") else None
    fluid = fluid or vocabulary.normalise_fluid(given["fluid"])
    direction = _DIRECTIONS.get(given["direction"].lower())
    for name, value in zip(COLUMNS, (host, cytokine, fluid, direction), strict=False):
        if value is None:
            raise InputError(f"{place}: {name}: {given[name]!r} is not understood")
    return TableRow(cast("Host", host), str(cytokine), str(fluid), cast("Direction", direction), given["reference"])
