"""The ledger of a store: its findings with the curators' decisions, its articles, what was published about them."""

from __future__ import annotations

from extractor.ledger.building import LEAST_SCORE, Ledger, Selection, build
from extractor.ledger.studies import Study
from extractor.store import Store


def of_store(store: Store, *, selection: Selection | None = None, model: str | None = None) -> Ledger:
    """Build the ledger of a store.

    Args:
        store: an open store.
        selection: what enters; ALS, every host and contrast where None.
        model: whose findings; of each article those of the model that read it last where None.

    Raises:
        StoreError: the store cannot be read.
    """
    notices = store.notices()
    studies = {
        article.id: Study.of(article, notices=[kind for kind, _ in notices.get(article.id, ())])
        for article in store.articles()
    }
    findings = store.findings(model=model)
    reviewed = {finding.key for finding, decided in findings if decided}
    return build((finding for finding, _ in findings), studies=studies, reviewed=reviewed, selection=selection)


def states(store: Store) -> dict[tuple[str, ...], tuple[str, bool]]:
    """Verdict and opposition of every cell of a store's ledger as it is reported: what ``update`` compares."""
    return of_store(store, selection=Selection(min_score=LEAST_SCORE)).states()
