"""From the interface of a part to one compiled Hypothesis strategy of draws.

A draw is a seed, sizes and a word for the kind of values; tensors are made from it by a
generator. Elements are never drawn one by one, which is what makes twenty examples of
ten properties take a second, and what makes a shrunk draw one readable line.
"""

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Draw, Property, Subject, extra_of
from pytest_repro.contracts.shapes import Group

__all__ = ["VALUES", "draws"]

VALUES: Final = (
    "normal",
    "zeros",
    "constant",
    "duplicates",
    "one_hot",
    "tiny",
    "large",
    "lowest",
    "highest",
)
"""Kinds of values, the plainest first. Metrics know another one, ``ties``: few values,
each of which many rows have by chance."""

_SEEDS: Final = 2**16 - 1


def draws(subject: Subject, rule: Property) -> st.SearchStrategy[Draw]:
    """Compile the strategy that draws for one property of one part.

    Args:
        subject: The part.
        rule: The property.

    Returns:
        A strategy; it shrinks to seed 0, the plainest sizes and normal values.
    """
    groups = interface_of(subject).groups
    extra = extra_of(subject.kind)
    values = rule.values or VALUES
    return st.builds(
        _draw,
        st.integers(0, _SEEDS),
        st.tuples(*(st.sampled_from(group.rows) for group in groups)),
        st.sampled_from(tuple(values)),
        st.fixed_dictionaries({n: st.sampled_from(c) for n, c in extra.items()}),
        st.just(groups),
    )


def _draw(
    seed: int,
    rows: tuple[tuple[int, ...], ...],
    values: str,
    extra: Mapping[str, int | float | str | bool],
    groups: tuple[Group, ...],
) -> Draw:
    sizes = {
        name: size
        for group, row in zip(groups, rows, strict=True)
        for name, size in zip(group.symbols, row, strict=True)
    }
    return Draw(seed=seed, sizes=sizes, values=values, extra=extra)
