"""What a project declares for its containers, strictly read.

The table ``[tool.pytest_repro.launchers.docker]``. Defaults are the closed ones: no
network, no variable of the session, nothing writable but the job's own folder. An
option that is misspelt and ignored would open what was meant to be closed, so it is an
error. Pure: no engine is asked.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Never

from pytest_repro.errors import ReproUsageError

__all__ = ["OPTIONS", "Bind", "DockerOptions", "is_fixed", "read_options"]

PLACE: Final = "[tool.pytest_repro.launchers.docker]"
_FIXED: Final = re.compile(r"(.+@)?sha256:[0-9a-f]{64}")
_SIZE: Final = re.compile(r"(\d+)([kmg]?)")
_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
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
    shm_bytes: int = 64 * 1024**2
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
        ReproUsageError: If a key has no meaning, a value is of another type, or there
            is no image.
    """
    for key in options:
        if key not in _READERS:
            near = difflib.get_close_matches(key, _READERS, n=1)
            known = f"did you mean {near[0]}?" if near else f"known: {_known()}"
            _refuse(f"unknown option {key!r}; {known}")
    if "image" not in options:
        _refuse('no image: declare  image = "NAME@sha256:…"')
    read = {name: _READERS[name](name, value) for name, value in options.items()}
    renamed = {_FIELDS.get(name, name): value for name, value in read.items()}
    return DockerOptions(**renamed)  # type: ignore[arg-type]  # as the readers return


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        _refuse(f"{name} is a text on one line, got {value!r}")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        _refuse(f"{name} is true or false, got {value!r}")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        _refuse(f"{name} is a list of texts, got {value!r}")
    return tuple(_text(name, each) for each in value)


def _count(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        _refuse(f"{name} is a number from 1 on, got {value!r}")
    return value


def _cpus(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        _refuse(f"{name} is a number above 0, got {value!r}")
    return float(value)


def _size(name: str, value: object) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        _refuse(f'{name} is a size such as "512m" or "4g", got {value!r}')
    return int(found[1]) * _UNITS[found[2]]


def _gpus(name: str, value: object) -> str | int | tuple[str, ...]:
    if value == "all":
        return "all"
    if isinstance(value, list | tuple):
        return _texts(name, value)
    return _count(name, value)


def _binds(name: str, value: object) -> tuple[Bind, ...]:
    return tuple(_bind(name, text) for text in _texts(name, value))


def _bind(name: str, text: str) -> Bind:
    source, *rest = text.split(":")
    mode = rest.pop() if rest and rest[-1] in _MODES else "ro"
    target = rest.pop() if rest else source
    if rest or not all(PurePosixPath(path).is_absolute() for path in (source, target)):
        _refuse(f'{name} holds "/SOURCE[:/TARGET][:rw]", got {text!r}')
    return Bind(source=source, target=target, is_writable=_MODES[mode])


def _known() -> str:
    return ", ".join(_READERS)


def _refuse(what: str) -> Never:
    msg = f"{PLACE} {what}"
    raise ReproUsageError(msg)


_FIELDS: Final = {"memory": "memory_bytes", "shm": "shm_bytes"}
_READERS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "image": _text,
    "allow_tag": _flag,
    "python": _text,
    "mounts": _binds,
    "variables": _texts,
    "network": _text,
    "user": _text,
    "cpus": _cpus,
    "cpuset": _text,
    "memory": _size,
    "shm": _size,
    "pids": _count,
    "gpus": _gpus,
}

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
