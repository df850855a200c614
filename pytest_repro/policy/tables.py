"""Read a table of a policy file strictly: every key known, every value of its type.

A misspelt key would silently rule nothing, so it is refused and the nearest key named.
What the keys mean is said by who reads them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Never

from pytest_repro.errors import ReproUsageError

__all__ = ["Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a TOML file, and where it stands.

    Attributes:
        content: Its keys and values.
        place: Where it stands, as messages should show it.
    """

    content: Mapping[str, object]
    place: str

    def check_keys(self, *known: str) -> None:
        """Refuse keys without a meaning.

        Args:
            *known: Those that have one.

        Raises:
            ReproUsageError: If there is another.
        """
        from difflib import get_close_matches  # noqa: PLC0415  # only for rules

        for key in sorted(self.content.keys() - set(known)):
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self.refuse(f"unknown key {key!a}{hint}")

    def text_list(self, key: str) -> tuple[str, ...]:
        """Read a list of texts.

        Args:
            key: Its key.

        Returns:
            The texts; none if there is no such key.

        Raises:
            ReproUsageError: If it is something else, or a text is empty or twice there.
        """
        value = self.content.get(key, [])
        texts = value if isinstance(value, list) else [None]
        if not all(isinstance(one, str) and one.strip() for one in texts):
            self.refuse(f"{key} is a list of texts, got {value!r}")
        if len(set(texts)) != len(texts):
            self.refuse(f"{key} names one of {value!r} twice")
        return tuple(texts)

    def count(self, key: str, *, default: int, least: int, most: int) -> int:
        """Read a whole number.

        Args:
            key: Its key.
            default: What it is without the key.
            least: The smallest allowed.
            most: The largest allowed.

        Returns:
            The number.

        Raises:
            ReproUsageError: If it is something else, or outside.
        """
        value = self.content.get(key, default)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not (is_number and isinstance(value, int) and least <= value <= most):
            self.refuse(
                f"{key} is a whole number from {least} to {most}, got {value!r}"
            )
        return value

    def truth(self, key: str) -> bool:
        """Read a truth value.

        Args:
            key: Its key.

        Returns:
            The value; False if there is no such key.

        Raises:
            ReproUsageError: If it is something else.
        """
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key} is true or false, got {value!r}")
        return value

    def numbers(self, key: str) -> tuple[tuple[str, float], ...]:
        """Read a table of numbers by name.

        Args:
            key: Its key.

        Returns:
            Names and numbers, in the order of the file.

        Raises:
            ReproUsageError: If one is no number, or negative, or not finite.
        """
        value = self.content.get(key, {})
        if not isinstance(value, dict):
            self.refuse(f"{key} is a table of numbers, got {value!r}")
        return tuple(
            (name, self._number(key, name, one)) for name, one in value.items()
        )

    def tables(self, key: str) -> tuple["Table", ...]:
        """Read a list of tables.

        Args:
            key: Its key.

        Returns:
            The tables; none if there is no such key.

        Raises:
            ReproUsageError: If it is something else.
        """
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.refuse(f"{key} is a list of tables: write [[{key}]]")
        return tuple(
            Table(one, f"{self.place}, {key} {number}")
            for number, one in enumerate(value, 1)
        )

    def table(self, key: str) -> "Table":
        """Read a table.

        Args:
            key: Its key.

        Returns:
            The table; an empty one if there is no such key.

        Raises:
            ReproUsageError: If it is something else.
        """
        value = self.content.get(key, {})
        if not isinstance(value, dict):
            self.refuse(f"{key} is a table: write [{key}]")
        return Table(value, f"{self.place}, {key}")

    def refuse(self, message: str) -> Never:
        """Refuse the table.

        Args:
            message: What is wrong.

        Raises:
            ReproUsageError: Always, with the place in front.
        """
        msg = f"{self.place}: {message}"
        raise ReproUsageError(msg)

    def _number(self, key: str, name: str, value: object) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number and isinstance(value, int | float)):
            self.refuse(f"{key} of {name!r} is a number, got {value!r}")
        if not (math.isfinite(value) and value >= 0):
            self.refuse(f"{key} of {name!r} is finite and not negative")
        return float(value)
