"""What a project declares for its containers, strictly read.

The table ``[tool.pytest_repro.launchers.docker]``. Defaults are the closed ones: no
network, no variable of the session, nothing writable but the job's own folder. An
option that is misspelt and ignored would open what was meant to be closed, so it is an
error. Pure: no engine is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from pytest_repro.policy.own_table import FILE
from pytest_repro.policy.toml_entries import Entry

__all__ = ["OPTIONS", "Bind", "DockerOptions", "is_fixed", "read_options"]

PLACE: Final = "[tool.pytest_repro.launchers.docker]"
_FIXED: Final = re.compile(r"(.+@)?sha256:[0-9a-f]{64}")
_SIZE: Final = re.compile(r"(\d+)([kmg]?)")
_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
SHM_BYTES: Final = 64 * _UNITS["m"]
_MODES: Final = {"ro": False, "rw": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A folder or file of this machine that containers see.

    Attributes:
        source: Where it is on the engine's machine.
        target: Where containers see it.
        is_writable: Whether they may write to it.
    """

    source: str
    target: str
    is_writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerOptions:
    """How containers are made.

    Attributes:
        image: By digest (``name@sha256:…``) or id (``sha256:…``).
        allow_tag: Whether a tag will do, which may name another image tomorrow.
        python: The interpreter in the container.
        mounts: What containers see besides the project and the job's folder.
        variables: Names of variables of the session that workers get.
        network: ``none``, ``host``, or the name of a network of the engine.
        user: ``uid:gid``; empty for whoever runs the session.
        cpus: How many processors' time a container may use; 0 for all.
        cpuset: On which processors it may run, such as ``0-3``; empty for all.
        memory_bytes: How much memory it may take; 0 for any [bytes].
        shm_bytes: How large ``/dev/shm`` is, which loaders with workers need [bytes].
        pids: How many processes and threads it may have; 0 for any.
        gpus: ``all``, how many, or which ones, by id; empty for none.
    """

    image: str
    allow_tag: bool = False
    python: str = "python3"
    mounts: tuple[Bind, ...] = ()
    variables: tuple[str, ...] = ()
    network: str = "none"
    user: str = ""
    cpus: float = 0.0
    cpuset: str = ""
    memory_bytes: int = 0
    shm_bytes: int = SHM_BYTES
    pids: int = 0
    gpus: str | int | tuple[str, ...] = ""


def is_fixed(image: str) -> bool:
    """Tell whether a name can mean only one image.

    Args:
        image: As it was declared.

    Returns:
        Whether it is a digest or an id.
    """
    return _FIXED.fullmatch(image) is not None


def read_options(options: Mapping[str, object]) -> DockerOptions:
    """Read what a project declares.

    Args:
        options: As they stand in the table.

    Returns:
        The options.

    Raises:
        PolicyError: If a key has no meaning, a value is of another type, or there is
            no image.
    """
    entry = Entry(values=options, place=PLACE, path=FILE)
    entry.check_keys([name for name, _, _ in OPTIONS])
    if "image" not in options:
        entry.refuse('no image: declare  image = "NAME@sha256:…"')
    return DockerOptions(
        image=entry.text("image"),
        allow_tag=entry.truth("allow_tag"),
        python=entry.text("python", default="python3"),
        mounts=tuple(map(partial(_bind, entry), _texts(entry, "mounts"))),
        variables=_texts(entry, "variables"),
        network=entry.text("network", default="none"),
        user=entry.text("user", default=""),
        cpus=_cpus(entry),
        cpuset=entry.text("cpuset", default=""),
        memory_bytes=_size(entry, "memory", default=0),
        shm_bytes=_size(entry, "shm", default=SHM_BYTES),
        pids=entry.count("pids") or 0,
        gpus=_gpus(entry),
    )


def _texts(entry: Entry, key: str) -> tuple[str, ...]:
    return entry.texts(key, is_needed=False)


def _cpus(entry: Entry) -> float:
    found = entry.values.get("cpus")
    if found is None:
        return 0.0
    if not isinstance(found, int | float) or isinstance(found, bool) or not found > 0:
        entry.refuse(f"cpus is a number above 0, got {found!r}")
    return float(found)


def _size(entry: Entry, key: str, *, default: int) -> int:
    if key not in entry.values:
        return default
    value = entry.values[key]
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        entry.refuse(f'{key} is a size such as "512m" or "4g", got {value!r}')
    return int(found[1]) * _UNITS[found[2]]


def _gpus(entry: Entry) -> str | int | tuple[str, ...]:
    found = entry.values.get("gpus")
    if found == "all":
        return "all"
    if isinstance(found, list):
        return entry.texts("gpus")
    return entry.count("gpus") or ""


def _bind(entry: Entry, text: str) -> Bind:
    source, *rest = text.split(":")
    mode = rest.pop() if rest and rest[-1] in _MODES else "ro"
    target = rest.pop() if rest else source
    if rest or not all(PurePosixPath(path).is_absolute() for path in (source, target)):
        entry.refuse(f'mounts holds "/SOURCE[:/TARGET][:rw]", got {text!r}')
    return Bind(source=source, target=target, is_writable=_MODES[mode])


OPTIONS: Final = (
    ("image", '`"NAME@sha256:…"` `"sha256:…"`', "by digest or id; required"),
    ("allow_tag", "`true` `false`", "a tag will do, which may name another tomorrow"),
    ("python", "path", "the interpreter in the container; `python3` by default"),
    (
        "mounts",
        '`["/SOURCE[:/TARGET][:rw]"]`',
        "what containers see beside the project",
    ),
    (
        "variables",
        '`["NAME"]`',
        "variables of the session that workers get",
    ),
    ("network", '`"none"` `"host"` name', "a network of the engine; none by default"),
    ("user", '`"uid:gid"`', "by default whoever runs the session"),
    ("cpus", "number", "how many processors' time a container may use"),
    ("cpuset", '`"0-3"`', "on which processors it may run; decides default threads"),
    ("memory", '`"4g"`', "how much memory it may take, without swap"),
    ("shm", '`"512m"`', "how large `/dev/shm` is; 64m by default"),
    ("pids", "number", "how many processes and threads it may have"),
    ("gpus", '`"all"` number `["ID"]`', "which GPUs it gets; none by default"),
)
"""Every option, what it can be, and its effect: for the documentation."""
