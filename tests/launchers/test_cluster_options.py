"""What a project declares for a cluster is read strictly; no engine is needed."""

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.launchers.ray_options import read_ray_options
from pytest_repro.launchers.slurm_options import SlurmOptions, read_slurm_options


def test_options_of_slurm_reach_submitit() -> None:
    """What is empty is left to the cluster, and `sbatch` takes whatever else."""
    options = read_slurm_options(
        {"partition": "gpu", "memory_mib": 900, "sbatch": {"exclude": "n17"}}
    )

    found = {k: v for k, v in options.parameters().items() if v is not None}
    assert found == {
        "partition": "gpu",
        "mem": "900M",
        "array_parallelism": 64,
        "additional_parameters": {"requeue": True, "exclude": "n17"},
    }


def test_nothing_declared_is_the_default() -> None:
    """An empty table means the same as none."""
    assert read_slurm_options({}) == SlurmOptions()


def test_misspelt_option_of_slurm_is_refused() -> None:
    """The nearest one is named."""
    with pytest.raises(PolicyError, match="did you mean partition"):
        read_slurm_options({"partiton": "gpu"})


def test_misspelt_option_of_ray_is_refused() -> None:
    """The nearest one is named."""
    with pytest.raises(PolicyError, match="did you mean address"):
        read_ray_options({"adress": "auto"})


def test_options_of_ray_are_what_ray_calls_them() -> None:
    """Memory is declared in MiB, and told in bytes."""
    options = read_ray_options({"memory_mib": 2, "resources": {"a100": 1}})

    assert options.parameters() == {
        "num_cpus": 1,
        "num_gpus": 0,
        "memory": 2097152,
        "resources": {"a100": 1.0},
    }
