"""How fast it is, as ratios to rivals and to the limit of what is possible, measured in one run."""

from __future__ import annotations

from extractor.benchmark.speed.benchmark import Sizes, speed_benchmark

__all__ = ["Sizes", "speed_benchmark"]
