"""The engine of several machines: Ray Data, whose actors load the models once and take one shard at a time.

DIR and the shards must lie where every machine sees them. Ray restarts actors that are killed and tries their shards
once more; a driver that is killed is started again with the same command, and what is done is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extractor.batch.mining_shard import attempt
from extractor.batch.shards import Answer, Shard, Task
from extractor.errors import InputError, ModelError
from extractor.records import Json

if TYPE_CHECKING:
    from types import ModuleType

KILLED = "Ray gave it up: its worker was killed, or could not be started"


def mine_with_ray(task: Task, shards: Sequence[Shard], *, jobs: int = 1) -> Iterator[Answer]:
    """Mine shards on the Ray cluster that ``RAY_ADDRESS`` names, else on one started here; an ``Engine``.

    Args:
        task: what to do; its folder is made absolute by the caller.
        shards: each is a block of its own.
        jobs: actors, with one core each.

    Yields:
        One answer a shard.

    Raises:
        InputError: Ray is not installed.
    """
    ray = _ray()
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level="error", runtime_env={"env_vars": {"OMP_NUM_THREADS": "1"}})
    settings = ray.data.DataContext.get_current()
    settings.max_errored_blocks = -1  # a shard that kills its worker costs only itself
    settings.enable_progress_bars = False
    rows = [{"path": shard.path, "sha256": shard.sha256, "bytes": shard.bytes} for shard in shards]
    mined = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        RayMiner,
        fn_constructor_kwargs={"task": task},
        concurrency=min(jobs, len(rows)),
        num_cpus=1,
        max_restarts=-1,
        max_task_retries=1,
    )
    missing = {shard.key: shard for shard in shards}
    for row in mined.iter_rows():
        shard = missing.pop(row["key"])
        yield Answer(shard, ModelError(row["problem"]) if row["fatal"] else row["problem"] or None)
    for shard in missing.values():
        yield Answer(shard, KILLED)


class RayMiner:
    """An actor: the models stay loaded from shard to shard."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def __call__(self, row: Json) -> Json:
        """Mine one shard; an empty problem means that it is done."""
        shard = Shard(row["path"], row["sha256"], row["bytes"])
        problem = attempt(self._task, shard)
        return {"key": shard.key, "problem": str(problem or ""), "fatal": isinstance(problem, ModelError)}


def _ray() -> ModuleType | Any:  # noqa: ANN401  # untyped
    try:
        import ray  # noqa: PLC0415  # an extra
        import ray.data  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"--engine ray needs the extra ray ({error}): pip install 'als-cytokine-extractor[ray]'"
        ) from None
    return ray
