"""Read tables of a TOML file strictly: known keys, required keys, exact types.

A policy that is misspelt and silently ignored is worse than none. So a key that nobody
knows is an error that names the nearest one, and a value of another type is never
converted. This knows nothing of what the keys mean.
"""

import datetime as dt
import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Never, TypeVar

from pytest_repro.errors import PolicyError

__all__ = ["Entry", "nearest", "read_tables"]

T = TypeVar("T")


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

    def texts(self, key: str) -> tuple[str, ...]:
        """Return several texts, at least one, each once.

        Args:
            key: Their name.

        Returns:
            The texts, in order.

        Raises:
            PolicyError: If there are none, or one is no text.
        """
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

    def count(self, key: str) -> int | None:
        """Return a whole number from 1 on; None if there is none.

        Args:
            key: Its name.

        Returns:
            The number.

        Raises:
            PolicyError: If it is anything else.
        """
        if key not in self.values:
            return None
        found = self._typed(key, int, "a whole number")
        if isinstance(found, bool) or found < 1:
            self.refuse(f"{key} is a whole number from 1 on, got {found!r}")
        return found

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
    whole = _parsed(data, path, max_bytes)
    top = {k: v for k, v in whole.items() if not isinstance(v, list | dict)}
    for key in whole.keys() - top.keys():
        if key not in names:
            msg = f"unknown table [[{key}]]{nearest(key, names)}"
            raise PolicyError(msg, path=path)
    lists = {name: _tables(name, whole.get(name, []), path) for name in names}
    return Entry(values=top, place="at the top", path=path), lists


def _parsed(data: bytes, path: str, max_bytes: int) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  # only where there is such a file

    if len(data) > max_bytes:
        msg = f"{len(data)} bytes are over the limit of {max_bytes}"
        raise PolicyError(msg, path=path)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        remedy = "mend the file, or restore it with 'git restore'"
        msg = f"no TOML: {error}"
        raise PolicyError(msg, path=path, remedy=remedy) from error


def _tables(name: str, found: object, path: str) -> tuple[Entry, ...]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        msg = f"{name} is a list of tables: write [[{name}]] above each"
        raise PolicyError(msg, path=path)
    return tuple(
        Entry(values=one, place=f"[[{name}]] {number}", path=path)
        for number, one in enumerate(found, 1)
    )
