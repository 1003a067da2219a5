"""What counting votes can and cannot say, in the words printed with every ledger."""

from __future__ import annotations

_SOURCE = (
    "This is a vote count by direction of effect. It follows the SWiM guidance for synthesis without meta-analysis "
    "(Campbell et al., BMJ 2020;368:l6890) and shows the votes as an effect direction plot (Thomson & Thomas, Res "
    "Synth Methods 2013;4:95-101). It says how many studies report a rise or a fall, not how large either is."
)
_ABSTRACTS = (
    "Only titles and abstracts are read. Abstracts report what was significant more often than what was not, so that "
    "results without a difference are missing selectively, and a cell can look more consistent than the studies are."
)
_TEST = (
    "The sign test takes studies as independent, leaves out those that report no difference and is not corrected for "
    "the number of cells; it describes a cell and does not prove anything about the disease."
)
LIMITS: tuple[str, ...] = (
    _SOURCE,
    "There are no effect sizes and no weights: a study of ten patients has the same vote as one of a thousand.",
    _ABSTRACTS,
    "Unchanged means that a study reports no difference; it is no evidence of equality, least of all in small samples.",
    "Cohorts may overlap: several papers of one group on the same patients count as several studies here.",
    _TEST,
    "Findings are mined automatically and some are wrong: every one is shown with its words and can be checked.",
)
