"""The documents of a database, as they stand after the curators' decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from extractor.exchange.documents import Document
from extractor.records import Finding
from extractor.store import COUNTING, Store, acts


def documents_of(store: Store) -> Iterator[Document]:
    """The present articles of a database with their findings, by id.

    A document is reviewed when each of its findings has been decided on, or, without any, a curator has finished it.
    """
    found: dict[str, list[tuple[Finding, bool]]] = defaultdict(list)
    for finding, decided in store.findings():
        found[finding.article_id].append((finding, decided))
    touched = {decision.key[0] for decision in store.decisions(readings=COUNTING, current=True)}
    touched |= {act.article_id for act in acts(store) if act.kind == "finished" and act.reading in COUNTING}
    for article in store.articles():
        if not article.deleted:
            pairs = found.get(article.id, [])
            reviewed = all(decided for _, decided in pairs) if pairs else article.id in touched
            yield Document.of(article, [finding for finding, _ in pairs], reviewed=reviewed)
