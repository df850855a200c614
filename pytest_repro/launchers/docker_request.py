"""From a job to what an engine is asked for; pure, so that a test can read all of it.

The container is closed but for what a job needs: the project is mounted read-only at
its own path, the job's folder read-write, temporary folders are its own, no capability
of the kernel is left, and of the session's variables only those that are declared
enter.

Source:
    Docker Engine API 1.41, ContainerCreate,
    https://docs.docker.com/reference/api/engine/version/v1.41/.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.launchers.docker_options import Bind, DockerOptions
from pytest_repro.records import Job

__all__ = [
    "IMAGE_VARIABLE",
    "LABEL",
    "LAYERS_VARIABLE",
    "Place",
    "container_name",
    "request",
]

LABEL: Final = "org.pytest-repro.job"
"""The label of our containers; its value tells jobs apart and names no folder."""

IMAGE_VARIABLE: Final = "REPRO_CONTAINER_IMAGE"
"""Tells the worker in which image it runs, which `provenance` records."""

LAYERS_VARIABLE: Final = "REPRO_CONTAINER_LAYERS"
"""Tells the worker of which layers that image consists, as one digest."""

SCRATCH: Final = "/run/pytest-repro"
"""Home and temporary folder of a container: in memory, and nothing is mounted in it.

Not ``/tmp``: where the project lies below that, engines give it to root alone.
"""

_OPEN: Final = "rw,exec,nosuid,mode=1777"

# How a session finds its tests, where variables say so.
_PLUGINS: Final = ("PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

# Logs are read once, at the end, and only their end: two files of this size.
_LOGS: Final = {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}
_BILLION: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a container is made.

    Attributes:
        image: The image's id.
        layers: One digest of its layers.
        user: ``uid:gid``, so that files belong to whoever runs the session.
    """

    image: str
    layers: str
    user: str


def container_name(job: Job) -> str:
    """Name the container of a job: the same job has the same name again.

    Args:
        job: The job.

    Returns:
        A name which does not say where the job's folder is.
    """
    digest = hashlib.sha256(job.folder.encode("utf-8", "surrogateescape")).hexdigest()
    return f"pytest-repro-{digest[:24]}"


def request(
    job: Job, options: DockerOptions, *, place: Place, inherited: Mapping[str, str]
) -> dict[str, object]:
    """Write what an engine is asked for.

    Args:
        job: The job.
        options: How containers are made.
        place: Image and user.
        inherited: The variables of the session.

    Returns:
        The body of the request, as the engine's interface defines it.
    """
    command = [job.python or options.python, "-m", "pytest", *job.arguments]
    return {
        "Image": place.image,
        "Entrypoint": command[:1],
        "Cmd": command[1:],
        "Env": _variables(job, options, place, inherited),
        "WorkingDir": job.root,
        "User": options.user or place.user,
        "Labels": {LABEL: container_name(job)},
        "HostConfig": {
            "Mounts": [_mount(bind) for bind in _binds(job, options)],
            "NetworkMode": options.network,
            # Process 1 has no default signals: without an init it cannot be killed by
            # its own, and nobody buries what it started.
            "Init": True,
            "ReadonlyRootfs": True,
            "Tmpfs": dict.fromkeys((SCRATCH, "/tmp"), _OPEN),  # noqa: S108  # its own
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": _LOGS,
            **_limits(options),
            **_devices(options),
        },
    }


def _variables(
    job: Job, options: DockerOptions, place: Place, inherited: Mapping[str, str]
) -> list[str]:
    """List variables; one without ``=`` is taken away, should the image set it."""
    passed = (*_PLUGINS, *options.variables)
    found = {
        "HOME": SCRATCH,
        "TMPDIR": SCRATCH,
        **{name: inherited[name] for name in passed if name in inherited},
        **job.variables,
        IMAGE_VARIABLE: place.image,
        LAYERS_VARIABLE: place.layers,
    }
    return [f"{name}={text}" if text else name for name, text in sorted(found.items())]


def _binds(job: Job, options: DockerOptions) -> tuple[Bind, ...]:
    """List what containers see: outer folders first, and each target once."""
    binds = {bind.target: bind for bind in options.mounts}
    binds[job.root] = Bind(source=job.root, target=job.root)
    if job.resume_from:
        folder = str(Path(job.resume_from).parent)
        binds.setdefault(folder, Bind(source=folder, target=folder))
    binds[job.folder] = Bind(source=job.folder, target=job.folder, is_writable=True)
    return tuple(binds[target] for target in sorted(binds))


def _mount(bind: Bind) -> dict[str, object]:
    # As a mount and not as a volume: a source that is missing is an error, and what is
    # committed from a container carries no trace of it.
    return {
        "Type": "bind",
        "Source": bind.source,
        "Target": bind.target,
        "ReadOnly": not bind.is_writable,
    }


def _limits(options: DockerOptions) -> dict[str, object]:
    limits: dict[str, object] = {"ShmSize": options.shm_bytes}
    if options.cpus:
        limits["NanoCpus"] = round(options.cpus * _BILLION)
    if options.cpuset:
        limits["CpusetCpus"] = options.cpuset
    if options.memory_bytes:
        limits["Memory"] = limits["MemorySwap"] = options.memory_bytes
    if options.pids:
        limits["PidsLimit"] = options.pids
    return limits


def _devices(options: DockerOptions) -> dict[str, object]:
    match options.gpus:
        case "":
            return {}
        case "all":
            which: dict[str, object] = {"Count": -1}
        case int(count):
            which = {"Count": count}
        case ids:
            which = {"DeviceIDs": [*ids]}
    return {"DeviceRequests": [{**which, "Capabilities": [["gpu"]]}]}
