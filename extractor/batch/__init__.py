"""All of PubMed: shards in, Parquet out, each shard on its own, so that a stopped run is taken up where it was.

DIR holds ``shards/`` (per shard its findings, records, errors and a JSON file that is written last), and what is made
of them: ``findings.parquet`` (updates applied), ``errors.parquet`` and ``manifest.json``. None of it depends on the
number of workers, on the engine, or on the order in which shards are given or finished.
"""

from __future__ import annotations

from extractor.batch.engine_local import mine_locally
from extractor.batch.engine_ray import mine_with_ray
from extractor.batch.into_store import Source, save
from extractor.batch.running import Report, run_batch
from extractor.batch.shards import Answer, Engine, Shard, Task

__all__ = [
    "Answer",
    "Engine",
    "Report",
    "Shard",
    "Source",
    "Task",
    "mine_locally",
    "mine_with_ray",
    "run_batch",
    "save",
]
