"""Arithmetic on the measured figures."""

from __future__ import annotations

from extractor.records import Json

PUBMED = 38_000_000
"""Records of all of PubMed, about, in 2026."""
CORES = (4, 16, 256)


def efficiency(workers: Json) -> dict[str, float]:
    """Per number of workers, the speed of one of them as a share of the speed of one that is alone."""
    alone = float(workers["1"]["per_second"]["value"])
    return {jobs: float(each["per_second"]["value"]) / (int(jobs) * alone) for jobs, each in workers.items()}


def hours(*, per_second: float, cores: int, efficient: float, records: int = PUBMED) -> float:
    """Hours that so many records take.

    Args:
        per_second: records per second of one worker alone.
        cores: with one worker each.
        efficient: share of that speed which each worker keeps beside the others.
        records: how many there are.
    """
    return records / (per_second * cores * efficient) / 3600
