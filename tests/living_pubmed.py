"""A local PubMed whose records have texts and change: new ones, revised ones, retractions, removals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from eutils_server import Entry, EutilsServer

WORDS = {"increased": "higher", "decreased": "lower", "unchanged": "no different"}


@dataclass(frozen=True)
class Paper(Entry):
    """A record with a text, a day of its last change, and links to notices."""

    says: str = "increased"
    modified: date | None = None
    types: tuple[str, ...] = ("Journal Article",)
    links: tuple[tuple[str, str], ...] = ()

    def xml(self) -> str:
        types = "".join(f"<PublicationType>{each}</PublicationType>" for each in self.types)
        links = "".join(
            f'<CommentsCorrections RefType="{kind}"><RefSource>J Ex</RefSource>'
            f"<PMID>{pmid}</PMID></CommentsCorrections>"
            for kind, pmid in self.links
        )
        text = f"Serum IL-6 was {WORDS.get(self.says, self.says)} in ALS than in healthy people."
        return (
            f'<PubmedArticle><MedlineCitation><PMID Version="1">{self.pmid}</PMID><Article>'
            f"<ArticleTitle>Study {self.pmid}</ArticleTitle>"
            f"<Abstract><AbstractText>{escape(text)}</AbstractText></Abstract>"
            f"<PublicationTypeList>{types}</PublicationTypeList></Article>"
            f"<CommentsCorrectionsList>{links}</CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
        )


class PubMed(EutilsServer):
    """Also knows the day of a record's last change, asked for as ``[mdat]``."""

    def set(self, *papers: Paper) -> None:
        for paper in papers:
            self.by_pmid[paper.pmid] = paper
        self.records = sorted(self.by_pmid.values(), key=lambda entry: (entry.entered, int(entry.pmid)), reverse=True)

    def remove(self, *pmids: str) -> None:
        for pmid in pmids:
            del self.by_pmid[pmid]
        self.set()

    def searches(self) -> list[dict[str, str]]:
        return [asked.parameters for asked in self.asked if asked.utility == "esearch"]

    def _matching(self, given: dict[str, str]) -> Iterator[Entry]:
        changed = re.search(r'"(\d{4}/\d\d/\d\d)"\[mdat\]', given["term"])
        for entry in super()._matching(given):
            if not changed or f"{entry.modified or entry.entered:%Y/%m/%d}" >= changed[1]:
                yield entry
