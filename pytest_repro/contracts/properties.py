"""What a property is, and where those of each kind of part are found.

A property is a claim with a check. The check is a plain function of three things::

    def order_repeats(subject: Subject, draw: Draw, level: Level) -> Finding | None:
        loader = subject.contract                  # a LoaderContract
        ...draw.seed, draw.sizes["batch"], draw.extra["epoch"]...
        return None                                # it holds, or
        return Finding(suspicion="order depends on the clock?", index=(3,), ...)

and is made known by ``register(Property(name=…, kind="loader", claim=…, check=…))``.
What is drawn for a kind beyond a seed and sizes is a table, ``register_extra("loader",
{"epoch": range(4)})``. The rest, drawing, shrinking, replaying, the five-line script
and the report, is the same for all kinds and stands elsewhere. Packages add properties
by an entry point of the group ``pytest_repro.properties`` that names a function without
arguments, which registers them. No check may import Hypothesis or pytest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, TypeAlias

from pytest_repro.errors import ContractError
from pytest_repro.records.module_contracts import BITWISE, Level, PartContract

__all__ = [
    "GROUP",
    "KINDS",
    "Draw",
    "Finding",
    "Inapplicable",
    "Property",
    "Subject",
    "extra_of",
    "properties_of",
    "register",
    "register_extra",
]

GROUP: Final = "pytest_repro.properties"

KINDS: Final = ("module", "loader", "augmentation", "optimizer", "metric", "recipe")
"""Kinds of parts; each may have a module `<kind>_properties` here."""

Simple: TypeAlias = int | float | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One point at which a property is tried; everything else follows from it.

    Attributes:
        seed: Of the part and of its inputs.
        sizes: The size of each symbol of the shapes.
        values: The kind of values that tensors hold, such as ``normal``.
        extra: What a kind draws besides.
    """

    seed: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    values: str = "normal"
    extra: Mapping[str, Simple] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One part under test.

    Attributes:
        name: What its tests are called after.
        kind: One of `KINDS`.
        contract: What it promises.
        build: Makes a fresh one.
        part: The class, function or contract that was declared.
    """

    name: str
    kind: str
    contract: PartContract
    build: Callable[[], object]
    part: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a property does not hold at one draw; a check returns it, and knows no more.

    Attributes:
        suspicion: The likely fault, named, as a question.
        where: The part of the result, such as ``output[0]`` or a parameter's name.
        index: The first index that differs; empty for none.
        obtained: What was found there.
        reference: What should have been there.
        ulps: How far apart they are in units in the last place; None if that says
            nothing.
    """

    suspicion: str
    where: str = ""
    index: tuple[int, ...] = ()
    obtained: str = ""
    reference: str = ""
    ulps: int | None = None


class Inapplicable(Exception):  # no error: this part has no such promise
    """A property says nothing about this part; the text says why."""


Check: TypeAlias = Callable[[Subject, Draw, Level], Finding | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One thing that parts of a kind promise.

    Attributes:
        name: A word for ``-k`` and for contracts.
        kind: One of `KINDS`.
        claim: One sentence that is true where the property holds.
        check: Tries it at one draw; raises `Inapplicable` where it says nothing.
        level: How nearly results must agree if the contract says nothing.
        examples: At most so many draws; None for as many as were asked for.
        values: Only these kinds of values; empty for all.
        is_leveled: Whether the level matters, so that it is shown in the item's id.
    """

    name: str
    kind: str
    claim: str
    check: Check
    level: Level = BITWISE
    examples: int | None = None
    values: Sequence[str] = ()
    is_leveled: bool = False


_registry: Final[dict[tuple[str, str], Property]] = {}
_extras: Final[dict[str, Mapping[str, Sequence[Simple]]]] = {}
_loaded: Final[set[str]] = set()


def register(rule: Property) -> Property:
    """Make a property known.

    Args:
        rule: The property.

    Returns:
        The same.

    Raises:
        ContractError: If the kind is unknown, or another property has its name.
    """
    if rule.kind not in KINDS:
        kinds = ", ".join(KINDS)
        msg = (
            f"property {rule.name} has the unknown kind {rule.kind!r}, not of: {kinds}"
        )
        raise ContractError(msg)
    known = _registry.setdefault((rule.kind, rule.name), rule)
    if known is not rule:
        msg = f"two properties of the kind {rule.kind} are called {rule.name}"
        raise ContractError(msg)
    return rule


def register_extra(kind: str, choices: Mapping[str, Sequence[Simple]]) -> None:
    """Say what is drawn for a kind besides seed, sizes and values.

    Args:
        kind: One of `KINDS`.
        choices: What each may be, the plainest first: examples shrink towards it.
    """
    _extras[kind] = {**_extras.get(kind, {}), **choices}


def properties_of(kind: str) -> tuple[Property, ...]:
    """List the properties of one kind, in the order in which they were registered.

    Args:
        kind: One of `KINDS`.

    Returns:
        Ours first, then those of entry points by name.
    """
    _load(kind)
    return tuple(rule for (its, _), rule in _registry.items() if its == kind)


def extra_of(kind: str) -> Mapping[str, Sequence[Simple]]:
    """Say what is drawn for a kind besides seed, sizes and values."""
    _load(kind)
    return _extras.get(kind, {})


def _load(kind: str) -> None:
    if kind not in _loaded:
        _loaded.add(kind)
        own = f"pytest_repro.contracts.{kind}_properties"
        try:
            import_module(own)
        except ModuleNotFoundError as error:
            if error.name != own:
                raise
    if "" not in _loaded:
        _loaded.add("")
        for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
            entry.load()()
