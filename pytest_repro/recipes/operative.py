"""The operative configuration: a recipe that notes which of its fields are read.

What the run gets looks like its config and is one: of a class derived from that of the
config, equal to it, and with its `build()`. Only reading a field leaves a mark. Marks
lie in memory that forked processes share, and what is pickled, and read where nobody
sees it, counts as read: a knob is called dead only if it surely is.
"""

import dataclasses
import mmap
import sys
from collections.abc import Callable
from typing import Any, Final

from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.trees import leaves
from pytest_repro.recipes.wording import joined

__all__ = ["Operative"]

_SPARED: Final = frozenset(
    {"dataclasses", "copy", "pprint", "pytest_repro.recipes.trees"}
)
"""Modules whose reading of a field is a copy of the whole, and says nothing."""

_PLACE: Final = "_repro_place"
_NOTES: Final = "_repro_notes"


class Operative:
    """A recipe under way, and what was read of it.

    Attributes:
        config: What the run is given: reads like the recipe, and takes notes.
    """

    config: Any

    def __init__(self, config: object) -> None:
        """Wrap a recipe.

        Args:
            config: A recipe, or a frozen dataclass.
        """
        self._places = [place for place, _ in leaves(config)]
        self._index = {place: number for number, place in enumerate(self._places)}
        self._marks = mmap.mmap(-1, max(1, len(self._places)))
        self.config = self._wrap(config, "")

    @property
    def unread(self) -> tuple[str, ...]:
        """The places that nobody has read so far, sorted."""
        places = [place for place, at in self._index.items() if not self._marks[at]]
        return tuple(sorted(places))

    def note(self, place: str) -> None:
        """Note that a field was read.

        Args:
            place: Which one; of a whole part nothing is noted.
        """
        at = self._index.get(place)
        if at is not None:
            self._marks[at] = 1

    def note_all(self, place: str) -> None:
        """Note that a whole part went where reads are not seen.

        Args:
            place: The part.
        """
        for known in self._places:
            if not place or known.startswith((f"{place}.", f"{place}[")):
                self.note(known)

    def _wrap(self, value: Any, place: str) -> Any:  # noqa: ANN401  # like what it wraps
        if isinstance(value, Recipe):
            return _ReadRecipe(
                self, value, {k: self._wrap(v, k) for k, v in value.parts}
            )
        if dataclasses.is_dataclass(value):
            return self._reader(value, place)
        if isinstance(value, tuple):
            items = enumerate(value)
            return tuple(self._wrap(one, f"{place}[{i}]") for i, one in items)
        return value

    def _reader(self, config: Any, place: str) -> Any:  # noqa: ANN401  # a dataclass
        reader: Any = object.__new__(_reading(type(config)))
        for one in dataclasses.fields(config):
            value = self._wrap(getattr(config, one.name), joined(place, one.name))
            object.__setattr__(reader, one.name, value)
        object.__setattr__(reader, _PLACE, place)
        object.__setattr__(reader, _NOTES, self)
        return reader


class _ReadRecipe(Recipe):
    """A recipe whose parts take notes, and whose plain values are noted here."""

    __slots__ = ("_notes", "_plain")

    _notes: Operative
    _plain: Recipe

    def __init__(self, notes: Operative, plain: Recipe, parts: dict[str, Any]) -> None:
        super().__init__(**parts)
        object.__setattr__(self, "_notes", notes)
        object.__setattr__(self, "_plain", plain)

    def __getattr__(self, role: str) -> Any:  # noqa: ANN401  # any part
        found = super().__getattr__(role)
        self._notes.note(role)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        self._notes.note_all("")
        return self._plain.__reduce__()


_READING: Final[dict[Any, type]] = {}


def _reading(kind: Any) -> type:  # noqa: ANN401  # a dataclass
    """Derive the class that takes notes from the class of a config, once."""
    if kind not in _READING:
        members = {
            "__slots__": (_PLACE, _NOTES),
            "__module__": kind.__module__,
            "__qualname__": kind.__qualname__,
            "__getattribute__": _reader_of(
                frozenset(f.name for f in dataclasses.fields(kind))
            ),
            "__class__": property(lambda _: kind),
            "__eq__": lambda self, other: _plain(self) == _plain(other),
            "__hash__": lambda self: hash(_plain(self)),
            "__repr__": lambda self: repr(_plain(self)),
            "__copy__": lambda self: self,
            "__deepcopy__": lambda self, _: self,
            "__reduce_ex__": _handed_over,
        }
        _READING[kind] = type(kind.__name__, (kind,), members)
    return _READING[kind]


def _reader_of(names: frozenset[str]) -> Callable[[Any, str], Any]:
    def read(self: Any, name: str) -> Any:  # noqa: ANN401  # any config, any value
        value = object.__getattribute__(self, name)
        if name in names:
            caller = sys._getframe(1).f_globals.get("__name__")  # noqa: SLF001  # public in all but name
            if caller not in _SPARED:
                notes = object.__getattribute__(self, _NOTES)
                place = object.__getattribute__(self, _PLACE)
                notes.note(joined(place, name))
        return value

    return read


def _handed_over(self: Any, _: object) -> tuple[Any, ...]:  # noqa: ANN401  # any config
    """Travel to another process as the plain config: what is read there is not seen."""
    notes = object.__getattribute__(self, _NOTES)
    notes.note_all(object.__getattribute__(self, _PLACE))
    return _itself, (_plain(self),)


def _itself(config: object) -> object:
    return config


def _plain(value: Any) -> Any:  # noqa: ANN401  # like what it wraps
    """Return what a config was before it took notes."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    kind = _READING.get(value.__class__)
    if kind is None or type(value) is not kind:
        return value
    plain: Any = object.__new__(value.__class__)
    for one in dataclasses.fields(plain):
        inner = _plain(object.__getattribute__(value, one.name))
        object.__setattr__(plain, one.name, inner)
    return plain
