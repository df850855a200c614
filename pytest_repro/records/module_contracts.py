"""What a module, loader, augmentation, optimizer or metric promises, as frozen nouns.

A person writes one of these down beside the code, and `pytest_repro.contracts` makes
tests of it. It lives on the lowest floor because training parts declare contracts and
must not import what tests them. Nothing here looks at a tensor.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from pytest_repro.errors import ContractError

__all__ = [
    "BITWISE",
    "NONE",
    "AugmentationContract",
    "Level",
    "LoaderContract",
    "MetricContract",
    "ModuleContract",
    "OptimizerContract",
    "PartContract",
    "contract",
    "contract_on",
    "rtol",
    "ulp",
]

_PATTERN: Final = re.compile(r"(bitwise|none)|(ulp|rtol)\(([^()]+)\)")
_STRENGTH: Final = ("bitwise", "ulp", "rtol", "none")
_ATTRIBUTE: Final = "__repro_contract__"

Range: TypeAlias = tuple[float, float]
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How nearly two results agree: ``bitwise``, ``ulp(k)``, ``rtol(x)`` or ``none``.

    ``none`` promises nothing, and the property is not tried. A relative bound is
    relative to the largest magnitude of the reference, not to each element: a sum that
    cancels would otherwise fail for rounding alone.

    Attributes:
        kind: One of the four words.
        bound: Units in the last place, or a relative bound; 0 for the other two.
    """

    kind: str
    bound: float = 0.0

    def __post_init__(self) -> None:
        """Refuse words and bounds without meaning."""
        has_bound = self.kind in {"ulp", "rtol"}
        is_meaningful = self.bound > 0 if has_bound else self.bound == 0
        if self.kind not in _STRENGTH or not is_meaningful:
            msg = f"no level of agreement: {self.kind!r} with bound {self.bound}"
            raise ContractError(msg)

    @classmethod
    def of(cls, level: "Level | str") -> "Level":
        """Read a level as people write it.

        Args:
            level: A level, or such as ``rtol(1e-5)``.

        Returns:
            The level.

        Raises:
            ContractError: If that names no level.

        Example:
            >>> Level.of("ulp(4)")
            Level(kind='ulp', bound=4.0)
        """
        if isinstance(level, Level):
            return level
        found = _PATTERN.fullmatch(level.replace(" ", ""))
        try:
            if found is not None:
                return cls(kind=found[1] or found[2], bound=float(found[3] or 0))
        except ValueError:
            pass
        remedy = "write bitwise, ulp(4), rtol(1e-5) or none"
        msg = f"no level of agreement: {level!r}\n  {remedy}"
        raise ContractError(msg)

    def is_weaker_than(self, other: "Level") -> bool:
        """Tell whether this promises less than another.

        Args:
            other: What was promised before.

        Returns:
            Whether somebody who relied on `other` can now be disappointed.
        """
        mine, its = _STRENGTH.index(self.kind), _STRENGTH.index(other.kind)
        return (mine, self.bound) > (its, other.bound)

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.kind}({self.bound:g})" if self.bound else self.kind


BITWISE: Final = Level(kind="bitwise")
NONE: Final = Level(kind="none")


def ulp(bound: float) -> Level:
    """Agree within so many units in the last place, element by element."""
    return Level(kind="ulp", bound=bound)


def rtol(bound: float) -> Level:
    """Agree within so much of the largest magnitude of the reference."""
    return Level(kind="rtol", bound=bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartContract:
    """What the contracts of all kinds of parts declare.

    Attributes:
        name: What its tests are called after; empty for the name of the class.
        levels: Levels that differ from the defaults, by property.
        expected_failures: Properties that do not hold, each with the reason. One that
            holds after all is an error, too.
    """

    name: str = ""
    levels: Mapping[str, Level | str] = field(default_factory=dict)
    expected_failures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse levels that cannot be read, and exceptions without a reason."""
        for level in self.levels.values():
            Level.of(level)
        for name, reason in self.expected_failures.items():
            if not reason.strip():
                msg = f"the expected failure of {name} needs a reason"
                raise ContractError(msg)

    def level_of(self, name: str, default: Level) -> Level:
        """Say how nearly results must agree in one property."""
        return Level.of(self.levels.get(name, default))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleContract(PartContract):
    """What a module promises, beyond the annotations of its `forward`.

    Attributes:
        build: Makes a fresh module; None to call the class without arguments.
        arguments: Shapes of the arguments of `forward` that carry no annotation, such
            as ``{"x": "Float batch 3 h w"}``.
        returns: The shape of what it returns; empty to take the annotation, and
            ``"?"`` where it is not promised.
        constants: Further arguments of `forward`, passed by name as they are.
        sizes: The sizes that a symbol may have, such as ``{"h": range(8, 33)}``.
        ranges: Least and greatest value, by argument; of the result under ``return``.
        batch: The symbol along which samples are stacked; empty for no batch.
        time: The symbol along which a sequence may be padded; empty for none.
        mask: The argument that is true for padding; its ``~`` with a leading ``!``.
        causal: Whether padding on the right changes nothing even without a mask.
        select: Takes the result to compare out of what `forward` returns.
        loss: Takes a result to one number to learn from; None for a mean square.
        unused: Patterns of parameters that rightly receive no gradient.
        overfit: Steps, learning rate and the factor by which the loss must fall.
    """

    build: Callable[[], Any] | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    returns: str = ""
    constants: Mapping[str, object] = field(default_factory=dict)
    sizes: Mapping[str, Collection[int]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    batch: str = "batch"
    time: str = ""
    mask: str = ""
    causal: bool = False
    select: Callable[[Any], Any] | None = None
    loss: Callable[[Any], Any] | None = None
    unused: Sequence[str] = ()
    overfit: tuple[int, float, float] = (60, 0.01, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoaderContract(PartContract):
    """What a loader promises.

    Attributes:
        build: Called as ``build(seed, epoch, workers=…, shard=(k, n), start=…)``; gives
            pairs of sample ids and batch. `start` is the batch to resume at.
        size: How many samples an epoch has.
        fields: Names that each batch must have, with shapes such as ``Float b 3 h w``.
        batch_size: Samples a batch, the last one aside; 0 if it varies.
        drops_last: Whether an incomplete last batch is left out.
        workers: The numbers of workers to compare.
        shards: The numbers of shards to compare.
        parts: Ids of each part of a split that must not share any.
    """

    build: Callable[..., Iterator[tuple[Sequence[Any], Any]]]
    size: int
    fields: Mapping[str, str] = field(default_factory=dict)
    batch_size: int = 0
    drops_last: bool = False
    workers: Sequence[int] = (0, 1, 4)
    shards: Sequence[int] = (1, 2, 3)
    parts: Mapping[str, Collection[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationContract(PartContract):
    """What an augmentation promises.

    Attributes:
        apply: Called as ``apply(batch, seed=…, ids=…, strength=…)``; gives a batch.
        arguments: Shape of a batch, such as ``Float batch 3 h w``.
        sizes: The sizes that a symbol may have.
        draw: Called as ``draw(seed, ids)``; gives the parameters drawn; None if the
            augmentation does not tell.
        replay: Called as ``replay(batch, parameters)``; gives the batch that `apply`
            gave; None if it cannot.
        changed: Tells, from parameters, which samples were changed; None to compare.
        probability: Of changing a sample; None if not promised.
        bounds: Least and greatest value of what comes out; None if not promised.
        preserves_label: Whether a label stays true.
    """

    apply: Callable[..., Any]
    arguments: str = "Float batch 3 h w"
    sizes: Mapping[str, Collection[int]] = field(default_factory=dict)
    draw: Callable[..., Any] | None = None
    replay: Callable[[Any, Any], Any] | None = None
    changed: Callable[[Any], Sequence[bool]] | None = None
    probability: float | None = None
    bounds: Range | None = None
    preserves_label: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerContract(PartContract):
    """What an optimizer promises.

    Attributes:
        build: Takes parameters to an optimizer as torch has them.
        learning_rate: The key of the learning rate in a parameter group.
        learns_from_scale: Whether a gradient scaled by two makes another step.
    """

    build: Callable[[Any], Any]
    learning_rate: str = "lr"
    learns_from_scale: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricContract(PartContract):
    """What a metric promises.

    Attributes:
        compute: Takes the arguments to a number.
        arguments: Shapes by argument, such as ``{"logits": "Float batch 5"}``.
        sizes: The sizes that a symbol may have.
        ranges: Least and greatest value, by argument.
        range: Least and greatest value of the metric; None if not promised.
        known: Arguments and the value that they have.
        merge: Takes pairs of a number of samples and a value to the value of all; None
            if parts cannot be merged.
        batch: The symbol along which samples are stacked.
    """

    compute: Callable[..., Any]
    arguments: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, Collection[int]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    range: Range | None = None
    known: Sequence[tuple[Mapping[str, Any], float]] = ()
    merge: Callable[[Sequence[tuple[int, Any]]], Any] | None = None
    batch: str = "batch"


def contract(
    declared: PartContract | None = None,
    /,
    **promises: Any,  # noqa: ANN401  # the fields of a contract, checked there
) -> Callable[[_Part], _Part]:
    """Declare what a class, or a function, promises.

    Args:
        declared: A contract; None for that of a module.
        **promises: Fields of `ModuleContract`, if none was given.

    Returns:
        A decorator that keeps the contract beside the part and changes nothing else.

    Example:
        >>> @contract(levels={"batch_size_invariance": "rtol(1e-5)"})
        ... class Model:
        ...     pass
        >>> contract_on(Model).levels
        {'batch_size_invariance': 'rtol(1e-5)'}
    """
    kept = declared if declared is not None else ModuleContract(**promises)

    def declare(part: _Part) -> _Part:
        setattr(part, _ATTRIBUTE, kept)
        return part

    return declare


def contract_on(part: object) -> PartContract | None:
    """Find the contract that was declared on a part itself, not on a base of it.

    Args:
        part: A class or function.

    Returns:
        Its contract; None if it has none of its own.
    """
    found = getattr(part, "__dict__", {}).get(_ATTRIBUTE)
    return found if isinstance(found, PartContract) else None
