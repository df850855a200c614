"""The table `[tool.pytest_repro]` of a project's pyproject.toml, strictly read.

What the plugin's ini keys cannot say, because it has parts: launchers with their
options, environments. Pure: the bytes are passed in.
"""

from collections.abc import Mapping
from typing import Final

from pytest_repro.errors import PolicyError
from pytest_repro.policy.toml_entries import Entry, read_file

__all__ = ["FILE", "launcher_options", "read_own_table", "subtable"]

FILE: Final = "pyproject.toml"
MAX_BYTES: Final = 16 * 1024 * 1024

_KEYS: Final = ("launchers", "environments")


def read_own_table(data: bytes, *, path: str = FILE) -> Entry:
    """Read the project's own table.

    Args:
        data: The file.
        path: The file, as it should be shown.

    Returns:
        What stands in it; nothing where there is no such table.

    Raises:
        PolicyError: If the file is no TOML, or a key has no meaning.
    """
    whole = read_file(data, path=path, max_bytes=MAX_BYTES)
    tools = _table(whole.values.get("tool", {}), "[tool]", path)
    place = "[tool.pytest_repro]"
    values = _table(tools.get("pytest_repro", {}), place, path)
    entry = Entry(values=values, place=place, path=path)
    entry.check_keys(_KEYS)
    return entry


def launcher_options(own: Entry, name: str) -> Mapping[str, object]:
    """Return what a project declares for a launcher, as it stands.

    Args:
        own: The project's own table.
        name: The launcher.

    Returns:
        Its options; each launcher knows which there are.

    Raises:
        PolicyError: If they are no table.
    """
    return subtable(own, "launchers", name).values


def subtable(own: Entry, *names: str) -> Entry:
    """Return a table within a project's own one.

    Args:
        own: The project's own table.
        names: Of the tables that lead there.

    Returns:
        The table; an empty one if there is none.

    Raises:
        PolicyError: If something else stands in its place.
    """
    entry = own
    for name in names:
        place = f"{entry.place.removesuffix(']')}.{name}]"
        values = _table(entry.values.get(name, {}), place, own.path)
        entry = Entry(values=values, place=place, path=own.path)
    return entry


def _table(value: object, place: str, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        msg = f"{place} is a table, got {value!r}"
        raise PolicyError(msg, path=path)
    return value
