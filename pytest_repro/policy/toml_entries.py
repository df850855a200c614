"""Read tables of a TOML file strictly: known keys, required keys, exact types.

A policy that is misspelt and silently ignored is worse than none. So a key that nobody
knows is an error that names the nearest one, and a value of another type is never
converted. This knows nothing of what the keys mean.
"""

import datetime as dt
import difflib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Never, TypeVar

from pytest_repro.errors import PolicyError

__all__ = ["Entry", "nearest", "read_file", "read_tables"]

T = TypeVar("T")

MOST: Final = 2**63 - 1
"""As large as a number in TOML may be: no limit."""


def nearest(word: str, known: Collection[str]) -> str:
    """Suggest the nearest word that exists.

    Args:
        word: What was written.
        known: What exists.

    Returns:
        ``; did you mean X?``, else all that exists.
    """
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else f" (known: {', '.join(known)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One table of a file.

    Attributes:
        values: What stands in it.
        place: Where it stands, for messages, such as ``[[golden]] 2``.
        path: The file, as it should be shown.
    """

    values: Mapping[str, object]
    place: str
    path: str

    def check_keys(self, known: Collection[str]) -> None:
        """Refuse a key that has no meaning.

        Args:
            known: Those that have one.

        Raises:
            PolicyError: If there is another.
        """
        for key in self.values:
            if key not in known:
                self.refuse(f"unknown key {key!r}{nearest(key, known)}")

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text that is not empty, on one line.

        Args:
            key: Its name.
            default: What it is where it is missing; None if it is required.

        Returns:
            The text.

        Raises:
            PolicyError: If it is missing, or no such text.
        """
        if key not in self.values and default is not None:
            return default
        found = self._typed(key, str, "a text")
        if not found.strip() or not found.isprintable():
            self.refuse(f"{key} is one printable line, got {found!a}")
        return found

    def texts(self, key: str, *, is_needed: bool = True) -> tuple[str, ...]:
        """Return several texts, each once.

        Args:
            key: Their name.
            is_needed: Whether there has to be at least one.

        Returns:
            The texts, in order.

        Raises:
            PolicyError: If there are none but should be, or one is no text.
        """
        if not is_needed and self.values.get(key, []) == []:
            return ()
        found = self._typed(key, list, "a list of texts")
        texts = tuple(one for one in found if isinstance(one, str) and one.strip())
        if not texts or len(texts) != len(found) or len(set(texts)) != len(texts):
            self.refuse(f"{key} is a list of different texts, got {found!r}")
        return texts

    def date(self, key: str) -> dt.date:
        """Return a day.

        Args:
            key: Its name.

        Returns:
            The day.

        Raises:
            PolicyError: If it is missing, or anything but a day.
        """
        shown = "a day, without quotes and without a time: 2026-12-31"
        found = self._typed(key, dt.date, shown)
        if isinstance(found, dt.datetime):
            self.refuse(f"{key} is {shown}, got {found}")
        return found

    def count(self, key: str, *, least: int = 1, most: int = MOST) -> int | None:
        """Return a whole number; None if there is none.

        Args:
            key: Its name.
            least: The smallest allowed.
            most: The largest allowed.

        Returns:
            The number.

        Raises:
            PolicyError: If it is anything else.
        """
        if key not in self.values:
            return None
        end = "on" if most == MOST else f"to {most}"
        shown = f"a whole number from {least} {end}"
        found = self._typed(key, int, shown)
        if isinstance(found, bool) or not least <= found <= most:
            self.refuse(f"{key} is {shown}, got {found!r}")
        return found

    def truth(self, key: str) -> bool:
        """Return a truth value; False if there is none.

        Args:
            key: Its name.

        Returns:
            The value.

        Raises:
            PolicyError: If it is anything else.
        """
        return key in self.values and self._typed(key, bool, "true or false")

    def numbers(self, key: str) -> tuple[tuple[str, float], ...]:
        """Return numbers by name; none if there is no such table.

        Args:
            key: The name of the table.

        Returns:
            Names and numbers, in the order of the file.

        Raises:
            PolicyError: If one is no number, or negative, or not finite.
        """
        if key not in self.values:
            return ()
        found = self._typed(key, dict, "a table of numbers")
        return tuple(
            (name, self._number(key, name, one)) for name, one in found.items()
        )

    def table(self, key: str) -> "Entry":
        """Return a table; an empty one if there is none.

        Args:
            key: Its name.

        Returns:
            The table.

        Raises:
            PolicyError: If it is anything else.
        """
        found = self.values.get(key, {})
        if not isinstance(found, dict):
            self.refuse(f"{key} is a table: write [{key}]")
        return Entry(values=found, place=f"[{key}]", path=self.path)

    def tables(self, key: str) -> tuple["Entry", ...]:
        """Return a list of tables; none if there is none.

        Args:
            key: Its name.

        Returns:
            The tables.

        Raises:
            PolicyError: If it is anything else.
        """
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(
            isinstance(one, dict) for one in found
        ):
            self.refuse(f"{key} is a list of tables: write [[{key}]] above each")
        return tuple(
            Entry(values=one, place=f"[[{key}]] {number}", path=self.path)
            for number, one in enumerate(found, 1)
        )

    def refuse(self, message: str) -> Never:
        """Tell what is wrong here.

        Args:
            message: What is wrong.

        Raises:
            PolicyError: Always.
        """
        msg = f"{self.place}: {message}"
        raise PolicyError(msg, path=self.path)

    def _typed(self, key: str, kind: type[T], shown: str) -> T:
        found = self.values.get(key)
        if found is None:
            self.refuse(f"{key} is missing")
        if not isinstance(found, kind):
            self.refuse(f"{key} is {shown}, got {found!r}")
        return found

    def _number(self, key: str, name: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(f"{key} of {name!r} is a number, got {value!r}")
        if not (math.isfinite(value) and value >= 0):
            self.refuse(f"{key} of {name!r} is finite and not negative")
        return float(value)


def read_file(data: bytes, *, path: str, max_bytes: int) -> Entry:
    """Read a file.

    Args:
        data: Its bytes.
        path: The file, as it should be shown.
        max_bytes: No larger file is read.

    Returns:
        Everything that stands in it.

    Raises:
        PolicyError: If it is no TOML.
    """
    import tomllib  # noqa: PLC0415  # only where there is such a file

    if len(data) > max_bytes:
        msg = f"{len(data)} bytes are over the limit of {max_bytes}"
        raise PolicyError(msg, path=path)
    try:
        found = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        remedy = "mend the file, or restore it with 'git restore'"
        msg = f"no TOML: {error}"
        raise PolicyError(msg, path=path, remedy=remedy) from error
    return Entry(values=found, place="at the top", path=path)


def read_tables(
    data: bytes, *, path: str, names: Collection[str], max_bytes: int
) -> tuple[Entry, dict[str, tuple[Entry, ...]]]:
    """Read a file that consists of lists of tables.

    Args:
        data: Its bytes.
        path: The file, as it should be shown.
        names: What the lists may be called.
        max_bytes: No larger file is read.

    Returns:
        What stands above all tables, and the tables of each list.

    Raises:
        PolicyError: If it is no such file.
    """
    whole = read_file(data, path=path, max_bytes=max_bytes)
    top = {k: v for k, v in whole.values.items() if not isinstance(v, list | dict)}
    for key in whole.values.keys() - top.keys():
        if key not in names:
            msg = f"unknown table [[{key}]]{nearest(key, names)}"
            raise PolicyError(msg, path=path)
    return replace(whole, values=top), {name: whole.tables(name) for name in names}
