"""What a project declares for Slurm, strictly read.

In `[tool.pytest_repro.launchers.slurm]` of pyproject.toml. A key that nobody knows is
an error; whatever else a cluster wants goes into `sbatch`, as `sbatch` calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.policy.toml_entries import Entry

__all__ = ["PLACE", "SlurmOptions", "read_slurm_options"]

PLACE: Final = "[tool.pytest_repro.launchers.slurm]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmOptions:
    """Where jobs run, and what they get; what is empty is left to the cluster.

    Attributes:
        partition: The partition.
        account: Who pays.
        qos: The quality of service.
        constraint: Features that a node must have.
        folder: Where logs and scripts of jobs go, on a disk that nodes share; the
            folder of each job by default.
        time_limit_min: How long a job may run [min]; the experiment's own time-out
            holds besides.
        cpus: CPUs of a job.
        memory_mib: Memory of a job [MiB].
        gpus: GPUs of a job.
        array_parallelism: How many jobs of an array run at a time.
        requeue: Whether Slurm starts a job anew after a preemption or a lost node; it
            goes on from its last checkpoint.
        setup: Lines of shell before the worker starts, such as ``module load cuda``.
        every_s: How long an answer of Slurm stays fresh [s].
        sbatch: Any other options of `sbatch`, by their long names.
    """

    partition: str = ""
    account: str = ""
    qos: str = ""
    constraint: str = ""
    folder: str = ""
    time_limit_min: int | None = None
    cpus: int | None = None
    memory_mib: int | None = None
    gpus: int | None = None
    array_parallelism: int = 64
    requeue: bool = True
    setup: tuple[str, ...] = ()
    every_s: int = 1
    sbatch: Mapping[str, str] = field(default_factory=dict)

    def parameters(self) -> dict[str, object]:
        """Say the same as submitit calls it: parameters of a `SlurmExecutor`."""
        again = {"requeue" if self.requeue else "no-requeue": True}
        return {
            "partition": self.partition or None,
            "account": self.account or None,
            "qos": self.qos or None,
            "constraint": self.constraint or None,
            "time": self.time_limit_min,
            "cpus_per_task": self.cpus,
            "mem": f"{self.memory_mib}M" if self.memory_mib else None,
            "gpus_per_node": self.gpus,
            "setup": list(self.setup) or None,
            "array_parallelism": self.array_parallelism,
            "additional_parameters": {**again, **self.sbatch},
        }


def read_slurm_options(options: Mapping[str, object]) -> SlurmOptions:
    """Read what a project declares.

    Args:
        options: The table, as it stands.

    Returns:
        The options.

    Raises:
        PolicyError: If a key is unknown, or a value of another type.
    """
    entry = Entry(values=options, place=PLACE, path="pyproject.toml")
    entry.check_keys(SlurmOptions.__slots__)
    return SlurmOptions(
        partition=entry.text("partition", default=""),
        account=entry.text("account", default=""),
        qos=entry.text("qos", default=""),
        constraint=entry.text("constraint", default=""),
        folder=entry.text("folder", default=""),
        time_limit_min=entry.count("time_limit_min"),
        cpus=entry.count("cpus"),
        memory_mib=entry.count("memory_mib"),
        gpus=entry.count("gpus"),
        array_parallelism=entry.count("array_parallelism") or 64,
        requeue="requeue" not in options or entry.truth("requeue"),
        setup=entry.texts("setup", is_needed=False),
        every_s=entry.count("every_s") or 1,
        sbatch=_sbatch(entry.table("sbatch")),
    )


def _sbatch(table: Entry) -> dict[str, str]:
    return {key: table.text(key) for key in table.values}
