"""Choose sizes for all symbols at once, so that every shape of a part can exist.

Constraints are merged before anything is drawn. Symbols that meet in an expression,
such as ``h//2``, form a group; the sizes that a group may have are a table, smallest
first, and drawing is picking a row. Nothing is drawn and then thrown away.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.contracts.annotations import Dimension, TensorSpec
from pytest_repro.errors import ContractError

__all__ = ["SIZES", "Group", "roomy_sizes", "shape_of", "solve"]

SIZES: Final = (1, 2, 3, 5, 4, 7, 8, 11)
"""Sizes of a symbol if nothing is declared: one, primes, and two powers of two."""

_RANKS: Final = (1, 0, 2)
"""How many dimensions a variadic one may stand for."""

_ROWS: Final = 4096
_ROOMY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Symbols that constrain each other.

    Attributes:
        symbols: Their names.
        rows: The sizes that they may have together, the plainest first.
    """

    symbols: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]


def solve(
    specs: Sequence[TensorSpec], sizes: Mapping[str, Collection[int]]
) -> tuple[Group, ...]:
    """Find which sizes symbols may have.

    Args:
        specs: All tensors that go in and come out.
        sizes: What was declared, by symbol.

    Returns:
        Groups of symbols; rows of different groups can be combined at will.

    Raises:
        ContractError: If some shape cannot exist, or a declared symbol is nowhere.
    """
    dimensions = [one for spec in specs for one in spec.dimensions]
    domains = _domains(specs, sizes)
    unknown = sorted(set(sizes) - set(domains))
    if unknown:
        msg = f"sizes are declared of symbols that no shape has: {', '.join(unknown)}"
        raise ContractError(msg)
    expressions = [d for d in dimensions if not d.is_symbol and d.symbols]
    return tuple(
        _group(names, domains, expressions) for names in _connect(domains, expressions)
    )


def roomy_sizes(groups: Sequence[Group]) -> dict[str, int]:
    """Choose sizes at which nothing degenerates, such as a sequence of one token.

    Args:
        groups: Of an interface.

    Returns:
        One of the sizes that each symbol may have, neither least nor greatest.
    """
    rows = [group.rows[min(_ROOMY, len(group.rows) - 1)] for group in groups]
    return {
        name: size
        for group, row in zip(groups, rows, strict=True)
        for name, size in zip(group.symbols, row, strict=True)
    }


def shape_of(spec: TensorSpec, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Compute the shape of one tensor.

    Args:
        spec: What it must be.
        sizes: The size of each symbol.

    Returns:
        Its shape.
    """
    shape: list[int] = []
    for place, one in enumerate(spec.dimensions):
        if one.is_variadic:
            rank = sizes[f"*{one.text}"]
            shape += [sizes[f"*{one.text}.{n}"] for n in range(rank)]
        elif one.is_broadcast and sizes.get(_choice(spec, place)):
            shape.append(1)
        else:
            shape.append(one.size(sizes))
    return tuple(shape)


def _choice(spec: TensorSpec, place: int) -> str:
    return f"#{spec.name}.{place}"


def _domains(
    specs: Sequence[TensorSpec], sizes: Mapping[str, Collection[int]]
) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for spec in specs:
        for place, one in enumerate(spec.dimensions):
            if one.is_variadic:
                found[f"*{one.text}"] = _RANKS
                found |= {f"*{one.text}.{n}": SIZES[:4] for n in range(max(_RANKS))}
            else:
                found |= {name: _declared(name, sizes) for name in one.symbols}
                if one.is_broadcast and spec.name != "return":
                    found[_choice(spec, place)] = (0, 1)
    return found


def _declared(name: str, sizes: Mapping[str, Collection[int]]) -> tuple[int, ...]:
    if name not in sizes:
        return SIZES
    return tuple(sorted(set(sizes[name])))


def _connect(
    domains: Mapping[str, tuple[int, ...]], expressions: Sequence[Dimension]
) -> list[tuple[str, ...]]:
    groups = [{name} for name in domains]
    for one in expressions:
        touched = [group for group in groups if group & set(one.symbols)]
        groups = [group for group in groups if group not in touched]
        groups.append(set().union(*touched))
    return sorted(tuple(sorted(group)) for group in groups)


def _group(
    names: tuple[str, ...],
    domains: Mapping[str, tuple[int, ...]],
    expressions: Sequence[Dimension],
) -> Group:
    mine = [one for one in expressions if set(one.symbols) <= set(names)]
    rows = tuple(
        row
        for row in itertools.islice(itertools.product(*map(domains.get, names)), _ROWS)  # type: ignore[arg-type]  # each name has one
        if _can_exist(dict(zip(names, row, strict=True)), mine)
    )
    if not rows:
        texts = ", ".join(one.text for one in mine) or ", ".join(names)
        msg = f"no sizes make these dimensions at least 1: {texts}"
        raise ContractError(msg)
    return Group(symbols=names, rows=tuple(sorted(rows, key=sum) if mine else rows))


def _can_exist(sizes: Mapping[str, int], expressions: Sequence[Dimension]) -> bool:
    return all(one.size(sizes) >= 1 for one in expressions)
