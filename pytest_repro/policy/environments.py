"""The environments that a project declares in `pyproject.toml`, strictly read.

Each is a table `[tool.pytest_repro.environments.NAME]`. A key that is misspelt would
silently replicate in the present environment and call it another, so it is refused.
"""

import re
from collections.abc import Mapping
from typing import Final

from pytest_repro.errors import PolicyError
from pytest_repro.policy.own_table import subtable
from pytest_repro.policy.toml_entries import Entry, nearest
from pytest_repro.records import (
    EVERYWHERE,
    HERE,
    INSTRUCTION_SETS,
    DeclaredEnvironment,
    Rung,
)

__all__ = ["choose_environments", "declared_environments"]

MOST_THREADS: Final = 4096
RESERVED: Final = (EVERYWHERE, HERE)

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PYTHON: Final = re.compile(r"3\.[0-9]{1,2}")

_KEYS: Final = (
    "python",
    "packages",
    "lock",
    "variables",
    "threads",
    "instruction-set",
    "container",
    "launcher",
    "requires",
)
_PASSING: Final = (Rung.IDENTICAL, Rung.WITHIN_ROUNDING, Rung.EQUIVALENT)


def declared_environments(own: Entry) -> tuple[DeclaredEnvironment, ...]:
    """Read every declared environment.

    Args:
        own: The project's own table.

    Returns:
        The environments, in the order of the file.

    Raises:
        PolicyError: If one says something that has no meaning.
    """
    return tuple(_read(own, name) for name in subtable(own, "environments").values)


def choose_environments(
    declared: tuple[DeclaredEnvironment, ...], name: str, *, path: str
) -> tuple[DeclaredEnvironment, ...]:
    """Choose environments by what a person typed.

    Args:
        declared: Those that there are.
        name: One name, or ``all``.
        path: The file, as it should be shown.

    Returns:
        The one; or the present one and then all that are declared.

    Raises:
        PolicyError: If there is none of that name.
    """
    here = DeclaredEnvironment(name=HERE)
    if name == EVERYWHERE and declared:
        return (here, *declared)
    found = tuple(one for one in (here, *declared) if one.name == name)
    if found:
        return found
    known = [one.name for one in declared]
    msg = f"there is no environment {name!r}{nearest(name, known)}"
    if not known:
        msg = "no environment is declared"
    remedy = "declare it in [tool.pytest_repro.environments.NAME]"
    raise PolicyError(msg, path=path, remedy=remedy)


def _read(own: Entry, name: str) -> DeclaredEnvironment:
    entry = subtable(own, "environments", name)
    if name in RESERVED:
        entry.refuse(f"the name {name!r} has a meaning of its own: choose another")
    if not _NAME.fullmatch(name):
        entry.refuse("a name has up to 40 of a-z, 0-9, - and _, and begins with a-z")
    entry.check_keys(_KEYS)
    return DeclaredEnvironment(
        name=name,
        python=_python(entry),
        packages=entry.texts("packages", is_needed=False),
        lock=_lock(entry),
        variables=_variables(entry),
        threads=entry.count("threads", most=MOST_THREADS),
        instruction_set=_one_of(entry, "instruction-set", INSTRUCTION_SETS),
        container=_container(entry),
        launcher=entry.text("launcher", default=""),
        requires=_requires(entry),
    )


def _one_of(entry: Entry, key: str, known: tuple[str, ...]) -> str:
    found = entry.text(key, default="")
    if found and found not in known:
        entry.refuse(f"{key} is {found!r}{nearest(found, known)}")
    return found


def _python(entry: Entry) -> str:
    found = entry.text("python", default="")
    if found and not _PYTHON.fullmatch(found):
        entry.refuse(f"python is a version such as '3.12', got {found!r}")
    return found


def _lock(entry: Entry) -> str:
    found = entry.text("lock", default="")
    if found.startswith(("/", "~")) or ".." in found.split("/"):
        entry.refuse(f"lock is a file of the project, from its root, got {found!r}")
    return found


def _container(entry: Entry) -> str:
    found = entry.text("container", default="")
    if found and entry.values.get("launcher", "local") == "local":
        entry.refuse("a container needs a launcher: write launcher = 'docker'")
    inside = [key for key in ("python", "packages", "lock") if key in entry.values]
    if found and inside:
        entry.refuse(f"a container has its own {inside[0]}: leave one of the two out")
    return found


def _requires(entry: Entry) -> Rung | None:
    if "requires" not in entry.values:
        return None
    known = tuple(rung.value for rung in _PASSING)
    return Rung(_one_of(entry, "requires", known))


def _variables(entry: Entry) -> Mapping[str, str]:
    found = entry.table("variables").values
    for name, value in found.items():
        if not _VARIABLE.fullmatch(name):
            entry.refuse(f"variables has {name!r}, which is no name of a variable")
        if not isinstance(value, str) or "\0" in value:
            entry.refuse(f"variables has {name} = {value!r}: write a text")
    return {name: str(value) for name, value in found.items()}
