"""Fetch a query's records, or a list's, to compressed batch files; an interrupted fetch goes on where it was."""

from __future__ import annotations

import gzip
import hashlib
import threading
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractor.errors import PubMedError
from extractor.pubmed.answers import History, HistoryError, TransientError, only, read_records
from extractor.pubmed.eutils import MOST, Eutils, fetch_parameters, search_parameters
from extractor.pubmed.ids import resolve
from extractor.pubmed.manifest import Batch, Manifest, Request, alone, replace_file
from extractor.pubmed.search import Plan, Searcher, Slice
from extractor.pubmed.settings import TOOL, Settings

_BY_NUMBER = 3
"""Answers that have to leave a record out before it counts as missing."""
OnProgress = Callable[[int, int], None]
"""Called with the records fetched and the records wanted."""


def fetch(
    query: str,
    out: Path,
    *,
    settings: Settings,
    since: date | None = None,
    until: date | None = None,
    max_records: int | None = None,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """Fetch every record of a query into a folder, or go on with a fetch that was interrupted there.

    Args:
        query: sent to PubMed as it is.
        out: folder for ``pubmed-00001.xml.gz`` and so on, and ``manifest.json``; made if need be. What it has is not
            asked for again; one that holds the whole fetch is left as it is.
        settings: who asks, where, how patiently.
        since: first day, by the date a record entered PubMed.
        until: last day.
        max_records: the most records wanted, the newest first.
        on_progress: told after each batch.

    Returns:
        The manifest; ``missing`` names the PMIDs that PubMed counted and did not give.

    Raises:
        PubMedError: NCBI refuses or does not answer, the slices do not add up, or the folder holds another fetch.
    """
    request = Request(query, (), _day(since), _day(until), max_records)

    def search(eutils: Eutils) -> Manifest:
        found = Searcher(eutils).find(query, since=since, until=until, most=max_records)
        return replace(
            _new(request, settings),
            translation=found.translation,
            count=found.count,
            slices=found.slices,
            warnings=found.warnings,
        )

    return _fetch(request, out, settings, search, on_progress)


def fetch_ids(ids: Sequence[str], out: Path, *, settings: Settings, on_progress: OnProgress | None = None) -> Manifest:
    """Fetch the records of a list of PMIDs, DOIs and PMCIDs (as ``read_ids`` gives them) into a folder.

    Returns:
        The manifest; ``unresolved`` names ids that lead to no PMID, ``missing`` PMIDs that PubMed does not have.

    Raises:
        PubMedError: NCBI refuses or does not answer, or the folder holds another fetch.
    """
    request = Request(ids=tuple(ids))

    def search(eutils: Eutils) -> Manifest:
        found = resolve(eutils, ids)
        parts = [found.pmids[start : start + MOST] for start in range(0, len(found.pmids), MOST)]
        slices = tuple(Slice(None, None, part, eutils.post(part)) for part in parts)
        return replace(_new(request, settings), count=len(found.pmids), slices=slices, unresolved=found.unresolved)

    return _fetch(request, out, settings, search, on_progress)


def dry_run(
    query: str,
    *,
    settings: Settings,
    since: date | None = None,
    until: date | None = None,
    max_records: int | None = None,
) -> Plan:
    """Search, and say what a fetch would do without doing it.

    Raises:
        PubMedError: as ``fetch``.
    """
    eutils = Eutils(settings)
    searcher = Searcher(eutils)
    found = searcher.find(query, since=since, until=until, most=max_records)
    planned = replace(_new(Request(query), settings), slices=found.slices)
    searches = [
        eutils.line("esearch", search_parameters(query, since=first, until=last, most=MOST))
        for first, last in searcher.asked
    ]
    fetches = [
        eutils.line(
            "efetch",
            fetch_parameters(planned.slices[batch.slice].history, start=batch.start, most=len(batch.pmids)),
        )
        for batch in planned.batches()
    ]
    return Plan(found.count, len(planned.pmids), found.translation, found.warnings, (*searches, *fetches))


def ping(settings: Settings) -> float:
    """Make one real request, without retries, and give the seconds it took.

    Raises:
        PubMedError: NCBI does not answer, or not as it should.
    """
    start = settings.clock.monotonic()
    Eutils(replace(settings, attempts=1)).search("amyotrophic lateral sclerosis", since=None, until=None, most=1)
    return settings.clock.monotonic() - start


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _new(request: Request, settings: Settings) -> Manifest:
    try:
        number = version(TOOL)
    except PackageNotFoundError:
        number = "unknown"
    return Manifest(
        request=request,
        tool=f"{TOOL} {number}",
        base_url=settings.redact(settings.base_url),
        translation="",
        count=0,
        slices=(),
        batch_size=settings.batch_size,
        started=_time(settings),
    )


def _time(settings: Settings) -> str:
    return settings.clock.now().astimezone(UTC).isoformat(timespec="seconds")


def _fetch(
    request: Request,
    out: Path,
    settings: Settings,
    search: Callable[[Eutils], Manifest],
    on_progress: OnProgress | None,
) -> Manifest:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with alone(out, "fetch"):
            manifest = Manifest.load(out)
            if manifest is not None and manifest.request != request:
                raise PubMedError(f"{out} holds another fetch: choose another folder, or empty it")
            if manifest is not None and manifest.complete:
                return manifest
            eutils = Eutils(settings)
            if manifest is None:
                manifest = search(eutils)
                manifest.write(out)
            return _Fetching(eutils, manifest, out, on_progress or (lambda *_: None)).run()
    except OSError as error:
        raise PubMedError(f"{out}: {error.strerror or error}") from None


class _Fetching:
    """Fetches the batches that are not there yet, several at a time."""

    def __init__(self, eutils: Eutils, manifest: Manifest, out: Path, on_progress: OnProgress) -> None:
        self._eutils = eutils
        self._manifest = manifest
        self._out = out
        self._on_progress = on_progress
        self._lock = threading.Lock()

    def run(self) -> Manifest:
        """Fetch, and complete the manifest.

        Raises:
            PubMedError: a batch could not be fetched; the text says what is missing and that it may be resumed.
        """
        batches = self._manifest.batches()
        came: dict[int, tuple[str, ...]] = {}
        with ThreadPoolExecutor(self._eutils.settings.workers) as pool:
            jobs = {pool.submit(self._batch, batch): batch for batch in batches}
            try:
                for job in as_completed(jobs):
                    came[jobs[job].number] = job.result()
                    self._on_progress(sum(map(len, came.values())), len(self._manifest.pmids))
            except PubMedError as error:
                raise PubMedError(f"{error}; {self._state(batches)}") from None
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return self._finish(batches, came)

    def _state(self, batches: list[Batch]) -> str:
        absent = [batch for batch in batches if not (self._out / batch.name).exists()]
        records = sum(len(batch.pmids) for batch in absent)
        return (
            f"{records:,} of {len(self._manifest.pmids):,} records are missing ({len(absent)} of {len(batches)} "
            f"batches, from {absent[0].name if absent else 'none'}): the same command goes on from here"
        )

    def _finish(self, batches: list[Batch], came: dict[int, tuple[str, ...]]) -> Manifest:
        files = {batch.name: hashlib.sha256((self._out / batch.name).read_bytes()).hexdigest() for batch in batches}
        missing = [pmid for batch in batches for pmid in _absent(batch, came[batch.number])]
        manifest = replace(
            self._manifest,
            files=files,
            fetched=len(self._manifest.pmids) - len(missing),
            missing=tuple(missing),
            finished=_time(self._eutils.settings),
        )
        manifest.write(self._out)
        return manifest

    def _batch(self, batch: Batch) -> tuple[str, ...]:
        """PMIDs of a batch, from its file or from PubMed."""
        there = self._on_disk(batch)
        if there is not None:
            return there
        body, pmids = self._complete(batch)
        replace_file(self._out / batch.name, gzip.compress(body, mtime=0))
        return pmids

    def _complete(self, batch: Batch) -> tuple[bytes, tuple[str, ...]]:
        """The batch without records that do not belong to it, as complete as it is to be had.

        Where the kept result is not what it was, records are asked for by number; those that several answers in turn
        leave out are not there.
        """
        body, pmids = only(self._from_history(batch)[0], batch.pmids)
        for _ in range(_BY_NUMBER):
            if len(pmids) == len(batch.pmids):
                break
            again = only(self._eutils.fetch_ids(batch.pmids)[0], batch.pmids)
            body, pmids = max((body, pmids), again, key=lambda answer: len(answer[1]))
        return body, pmids

    def _on_disk(self, batch: Batch) -> tuple[str, ...] | None:
        """PMIDs of the batch's file; None where it is absent, damaged or another's."""
        path = self._out / batch.name
        try:
            pmids = read_records(gzip.decompress(path.read_bytes()))[1]
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, TransientError):
            return None
        return pmids if set(pmids) <= set(batch.pmids) and len(set(pmids)) == len(pmids) else None

    def _from_history(self, batch: Batch) -> tuple[bytes, tuple[str, ...]]:
        """Ask for the batch as part of the kept result, which is posted anew when NCBI has dropped it."""
        history = self._manifest.slices[batch.slice].history
        for _ in range(self._eutils.settings.attempts):
            try:
                return self._eutils.fetch(history, start=batch.start, most=len(batch.pmids))
            except HistoryError:
                history = self._renewed(batch.slice, history)
        return self._eutils.fetch_ids(batch.pmids)

    def _renewed(self, index: int, old: History) -> History:
        """A new kept result for a slice; whoever notices first asks for it."""
        with self._lock:
            current = self._manifest.slices[index]
            if current.history != old:
                return current.history
            history = self._eutils.post(current.pmids)
            self._manifest = self._manifest.with_history(index, history)
            self._manifest.write(self._out)
            return history


def _absent(batch: Batch, pmids: Sequence[str]) -> list[str]:
    there = set(pmids)
    return [pmid for pmid in batch.pmids if pmid not in there]
