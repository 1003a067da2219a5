"""The four E-utilities that are needed, typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from extractor.pubmed.answers import (
    History,
    Hits,
    TransientError,
    read_history,
    read_hits,
    read_records,
    read_summaries,
)
from extractor.pubmed.settings import Settings
from extractor.pubmed.transport import Transport

MOST = 9_999
"""Records PubMed serves of one search."""


class Eutils:
    """Asks for searches, lists, records and summaries."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._transport = Transport(settings)

    def search(self, query: str, *, since: date | None, until: date | None, most: int = MOST) -> Hits:
        """Search PubMed, the result kept on NCBI's history server.

        Args:
            query: sent as it is.
            since: first day, by the date a record entered PubMed.
            until: last day.
            most: ids wanted.

        Raises:
            PubMedError: NCBI refuses the query, or does not answer.
        """

        def read(body: bytes) -> Hits:
            hits = read_hits(body)
            due, given = min(hits.count, most, MOST), len(hits.pmids)
            if given != due:
                raise TransientError(f"{given} ids where {due} were due")
            if len(set(hits.pmids)) != given:
                raise TransientError("an id twice in the answer, perhaps in place of another")
            return hits

        return self._transport.call("esearch", search_parameters(query, since=since, until=until, most=most), read)

    def post(self, pmids: Sequence[str]) -> History:
        """Leave a list of ids on the history server."""
        return self._transport.call("epost", {"db": "pubmed", "id": list(pmids)}, read_history)

    def fetch(self, history: History, *, start: int, most: int) -> tuple[bytes, tuple[str, ...]]:
        """XML of records ``start`` to ``start + most`` of a kept result, and their PMIDs.

        Raises:
            HistoryError: the result is gone.
        """
        return self._transport.call("efetch", fetch_parameters(history, start=start, most=most), read_records)

    def fetch_ids(self, pmids: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        """XML of these records, and the PMIDs there are."""
        return self._transport.call("efetch", {"db": "pubmed", "retmode": "xml", "id": list(pmids)}, read_records)

    def summaries(self, ids: Sequence[str], *, database: str) -> list[dict[str, str]]:
        """Identifiers of records of a database (``pubmed``, ``pmc``), as far as it has them."""
        return self._transport.call("esummary", {"db": database, "id": list(ids)}, read_summaries)

    def line(self, utility: str, parameters: dict[str, Any]) -> str:
        """A request as one line, without the key."""
        request = self._transport.request(utility, parameters)
        body = request.data.decode() if isinstance(request.data, bytes) else ""
        return self.settings.redact(f"{request.get_method()} {request.full_url} {body}".strip())


def search_parameters(query: str, *, since: date | None, until: date | None, most: int) -> dict[str, Any]:
    """Parameters of a search; NCBI wants both ends of a range of dates."""
    parameters: dict[str, Any] = {"db": "pubmed", "term": query, "usehistory": "y", "retmax": most}
    if since or until:
        first, last = since or date(1700, 1, 1), until or date(3000, 12, 31)
        parameters |= {"datetype": "edat", "mindate": f"{first:%Y/%m/%d}", "maxdate": f"{last:%Y/%m/%d}"}
    return parameters


def fetch_parameters(history: History, *, start: int, most: int) -> dict[str, Any]:
    """Parameters of a batch of a kept result."""
    return {
        "db": "pubmed",
        "retmode": "xml",
        "WebEnv": history.webenv,
        "query_key": history.query_key,
        "retstart": start,
        "retmax": most,
    }
