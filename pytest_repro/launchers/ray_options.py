"""What a project declares for Ray, strictly read.

In `[tool.pytest_repro.launchers.ray]` of pyproject.toml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.policy.toml_entries import Entry

__all__ = ["PLACE", "RayOptions", "read_ray_options"]

PLACE: Final = "[tool.pytest_repro.launchers.ray]"
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """Which cluster runs jobs, and what they get.

    Attributes:
        address: Of a running cluster, such as ``auto`` or ``10.0.0.5:6379``; empty for
            one that is started on this machine and ends with the session.
        temp_folder: Where a cluster that is started keeps its files; a short path.
        cpus: CPUs of a job.
        gpus: GPUs of a job.
        memory_mib: Memory that Ray reserves for a job, without holding it to that
            [MiB].
        resources: Resources of the cluster's own by name, and how much of each.
    """

    address: str = ""
    temp_folder: str = ""
    cpus: int = 1
    gpus: int | None = None
    memory_mib: int | None = None
    resources: Mapping[str, float] = field(default_factory=dict)

    def parameters(self) -> dict[str, object]:
        """Say what a job gets, as Ray calls it."""
        found: dict[str, object] = {"num_cpus": self.cpus, "num_gpus": self.gpus or 0}
        if self.memory_mib is not None:
            found["memory"] = self.memory_mib * MIB
        if self.resources:
            found["resources"] = dict(self.resources)
        return found


def read_ray_options(options: Mapping[str, object]) -> RayOptions:
    """Read what a project declares.

    Args:
        options: The table, as it stands.

    Returns:
        The options.

    Raises:
        PolicyError: If a key is unknown, or a value of another type.
    """
    entry = Entry(values=options, place=PLACE, path="pyproject.toml")
    entry.check_keys(RayOptions.__slots__)
    return RayOptions(
        address=entry.text("address", default=""),
        temp_folder=entry.text("temp_folder", default=""),
        cpus=entry.count("cpus") or 1,
        gpus=entry.count("gpus"),
        memory_mib=entry.count("memory_mib"),
        resources=dict(entry.numbers("resources")),
    )
