"""Who reads which article, and what is finished, from the acts and decisions on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from extractor.store import Act, Reading, Store, acts

HELD = timedelta(minutes=30)
"""For so long an article that somebody has opened, and not decided on, is offered to nobody else."""


@dataclass(slots=True)
class Standing:
    """Where an article stands.

    Attributes:
        readers: who has each reading; a reading belongs to one curator.
        finished: the readings that are done.
        seen: curators who have seen another one's decisions, and cannot read blindly any more.
        opened: per reading and curator, when the article was opened last.
        skipped: per reading and curator, the number of the act.
    """

    readers: dict[Reading, str] = field(default_factory=dict)
    finished: set[Reading] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    opened: dict[tuple[Reading, str], str] = field(default_factory=dict)
    skipped: dict[tuple[Reading, str], int] = field(default_factory=dict)

    def held_by(self, curator: str, *, now: datetime | None = None) -> str | None:
        """Who else is reading it right now for the first time, None where nobody is."""
        since = ((now or datetime.now(UTC)) - HELD).isoformat(timespec="seconds")
        others = (
            who for (reading, who), at in self.opened.items() if reading == "first" and who != curator and at > since
        )
        return self.readers.get("first") or next(others, None)

    def may_read_second(self, curator: str) -> bool:
        """Whether a curator may read it blindly."""
        if "first" not in self.finished or self.readers.get("first") == curator or curator in self.seen:
            return False
        return self.readers.get("second", curator) == curator

    @property
    def read_twice(self) -> bool:
        """Whether two curators have finished it."""
        return {"first", "second"} <= self.finished


def standings(store: Store, *, article_id: str | None = None) -> Mapping[str, Standing]:
    """Where every article stands on which something was done, or the one asked for.

    Decisions that came with ``extractor import`` make their curator the reader of a finished article.
    """
    found: dict[str, Standing] = defaultdict(Standing)
    done = acts(store, article_id=article_id)
    for who, article, reading in _imported(store, article_id):
        found[article].readers.setdefault(reading, who)
        found[article].finished.add(reading)
    for act in done:
        _count(found[act.article_id], act)
    return found


def _imported(store: Store, article_id: str | None) -> Iterable[tuple[str, str, Reading]]:
    statement = """
        SELECT DISTINCT curator, article_id, reading FROM decisions
        WHERE undone IS NULL AND id NOT IN (SELECT decision_id FROM acts WHERE decision_id IS NOT NULL)
            AND (:article IS NULL OR article_id = :article)
    """
    return [(row[0], row[1], row[2]) for row in store.rows(statement, {"article": article_id})]


def _count(standing: Standing, act: Act) -> None:
    place = (act.reading, act.curator)
    match act.kind:
        case "opened":
            standing.opened[place] = act.at
        case "seen":
            standing.seen.add(act.curator)
        case "skipped":
            standing.skipped[place] = act.id
        case "taken":
            standing.readers[act.reading] = act.curator
            standing.finished.discard(act.reading)
        case "decided":
            standing.readers.setdefault(act.reading, act.curator)
        case "finished":
            standing.readers.setdefault(act.reading, act.curator)
            standing.finished.add(act.reading)
        case "commented":
            pass
