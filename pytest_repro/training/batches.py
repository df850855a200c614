"""How data is loaded, as one component: the part of a recipe that loaders are made of.

What decides which samples are in which batch is configuration, and stands here. What
decides only the speed, workers, and what belongs to a machine, its shard, do not: the
same recipe has the same samples on any of them.
"""

from dataclasses import dataclass

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field
from pytest_repro.training.dealing import ALONE, Shard
from pytest_repro.training.fetching import BatchPlan, Collate, Prepare
from pytest_repro.training.loader import Loader
from pytest_repro.training.recording import DataRun, record_plan
from pytest_repro.training.rules import SamplingConfig, Shuffle
from pytest_repro.training.sources import Source
from pytest_repro.training.workers import Workers

__all__ = ["Batches"]

NO_WORKERS = Workers()


class Batches(Component, kind="data"):
    """Load batches that are the same however they are loaded.

    Rationale:
        which samples are in which batch is a function of seed, epoch and place;
        so workers, machines and a resumed run change nothing.
    Trade-offs:
        each worker computes which samples it needs, instead of being told.
    Use when:
        samples come by index or from a stream, and a recipe should say in
        which batches.
    Fails when:
        samples are made by an environment that answers to what was learned.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Batches"]):
        """Everything that decides which samples are in which batch, but the seed."""

        batch: int = Field(
            32, search=Domain.int(1, 8192, log=True), why="fits into any memory"
        )
        rule: SamplingConfig = Field(Shuffle.Config(), why="each sample once an epoch")
        remainder: str = Field("keep", why="no sample is left out")
        name: str = Field("train", why="most experiments train on one source")

    def __init__(self, config: Config) -> None:
        """Take what was declared.

        Args:
            config: What was declared.

        Raises:
            ReproUsageError: If a batch holds nothing.
        """
        if config.batch < 1:
            msg = f"a batch has samples from 1 on, got {config.batch}"
            raise ReproUsageError(msg)
        self.config = config

    def plan(self, source: Source, *, seed: int, shard: Shard = ALONE) -> BatchPlan:
        """Say which samples of a source are in which batch.

        Args:
            source: Gives samples.
            seed: The root seed.
            shard: Which machine of how many.

        Returns:
            The plan.

        Raises:
            ReproUsageError: If the rule does not fit the source.
        """
        return BatchPlan(
            seed=seed,
            batch=self.config.batch,
            sampling=self.config.rule.build().of(source),
            remainder=self.config.remainder,
            shard=shard,
        )

    def load(  # noqa: PLR0913  # those of a loader, by name
        self,
        run: DataRun,
        source: Source,
        *,
        prepare: Prepare | None = None,
        collate: Collate | None = None,
        workers: Workers = NO_WORKERS,
        shard: Shard = ALONE,
    ) -> Loader:
        """Make the loader of a run, and record what it will give.

        Args:
            run: The fixture `repro`.
            source: Gives samples.
            prepare: Makes of a sample what is trained on: ``prepare(sample, draw)``.
            collate: Makes a batch of samples; torch's way if left out.
            workers: Processes that do so ahead of time.
            shard: Which machine of how many.

        Returns:
            The loader, at the beginning of the first epoch.

        Raises:
            ReproUsageError: If the rule does not fit the source.
        """
        plan = self.plan(source, seed=run.seed, shard=shard)
        record_plan(run, plan, name=self.config.name)
        return Loader(source, plan, prepare=prepare, collate=collate, workers=workers)
