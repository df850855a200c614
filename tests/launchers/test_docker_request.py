"""What an engine is asked for, read as a whole, without an engine."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from pytest_repro.launchers.docker_options import read_options
from pytest_repro.launchers.docker_request import Place, container_name, request
from pytest_repro.records import Job

IMAGE = "sha256:" + "a" * 64
PLACE = Place(image=IMAGE, layers="sha256:" + "b" * 64, user="7:8")
JOB = Job(
    experiment="test_it.py::test",
    seed=0,
    root="/project",
    folder="/project/.repro/runs/a",
    arguments=("-q", "test_it.py::test"),
    variables={"PYTHONHASHSEED": "0", "LANG": ""},
)


def ask(
    job: Job = JOB, *, inherited: Mapping[str, str] | None = None, **options: object
) -> dict[str, Any]:
    """Write a request."""
    read = read_options({"image": IMAGE, **options})
    return request(job, read, place=PLACE, inherited=inherited or {})


def limits(**options: object) -> dict[str, Any]:
    """Return what a container may do."""
    return cast("dict[str, Any]", ask(**options)["HostConfig"])  # type: ignore[arg-type]  # options only


def test_command_is_that_of_every_worker() -> None:
    """The interpreter is the image's, whatever entry point the image has."""
    asked = ask()

    assert asked["Entrypoint"] == ["python3"]
    assert asked["Cmd"] == ["-m", "pytest", "-q", "test_it.py::test"]
    assert asked["WorkingDir"] == "/project"
    assert asked["User"] == "7:8"


def test_only_the_folder_of_the_job_is_writable() -> None:
    """The project is mounted read-only around it, so outer folders come first."""
    mounts = limits()["Mounts"]

    assert [(mount["Target"], mount["ReadOnly"]) for mount in mounts] == [
        ("/project", True),
        ("/project/.repro/runs/a", False),
    ]
    assert limits()["ReadonlyRootfs"] is True


def test_variables_of_the_session_stay_outside() -> None:
    """Those of the job enter, and those that are declared."""
    inherited = {"HF_TOKEN": "secret", "AWS_KEY": "secret", "PATH": "/host"}

    asked = ask(inherited=inherited, variables=["HF_TOKEN", "ABSENT"])

    assert asked["Env"] == [
        "HF_TOKEN=secret",
        "HOME=/run/pytest-repro",
        "LANG",
        "PYTHONHASHSEED=0",
        f"REPRO_CONTAINER_IMAGE={IMAGE}",
        f"REPRO_CONTAINER_LAYERS={PLACE.layers}",
        "TMPDIR=/run/pytest-repro",
    ]


def test_container_is_closed() -> None:
    """No network, no capability of the kernel, no way to more rights."""
    asked = limits()

    assert asked["NetworkMode"] == "none"
    assert asked["CapDrop"] == ["ALL"]
    assert asked["SecurityOpt"] == ["no-new-privileges"]


def test_limits_are_those_that_are_declared() -> None:
    """Memory without swap, a share of processors, so many processes."""
    asked = limits(memory="1g", cpus=1.5, cpuset="0-1", shm="1m", pids=50)

    assert asked["Memory"] == asked["MemorySwap"] == 1024**3
    assert asked["NanoCpus"] == 1_500_000_000
    assert (asked["CpusetCpus"], asked["ShmSize"]) == ("0-1", 1024**2)
    assert asked["PidsLimit"] == 50


@pytest.mark.parametrize(
    ("gpus", "which"),
    [
        ("all", {"Count": -1}),
        (2, {"Count": 2}),
        (["GPU-1", "3"], {"DeviceIDs": ["GPU-1", "3"]}),
    ],
)
def test_gpus_are_asked_for(gpus: object, which: dict[str, object]) -> None:
    """All, some, or certain ones; a job without has no such request."""
    assert limits(gpus=gpus)["DeviceRequests"] == [{**which, "Capabilities": [["gpu"]]}]
    assert "DeviceRequests" not in limits()


def test_name_says_nothing_of_the_folder() -> None:
    """A job has the same name again, and the engine's list shows no path."""
    assert container_name(JOB) == container_name(JOB)
    assert "project" not in container_name(JOB)
