"""A variation: circumstances that are not supposed to matter, changed on purpose.

The same words serve two questions. Before anything differs: which circumstances do an
experiment's bits depend on? And after: which circumstance explains a difference?
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_repro.records.contracts import Rung

__all__ = ["Variation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One changed circumstance.

    Attributes:
        name: Of this value of it, such as ``threads=2``.
        axis: Of the circumstance, such as ``threads``.
        required: The rung that a run under it is to reach, held against one without.
        variables: Environment variables that are set before the worker starts; one
            with an empty value is taken away.
        determinism: Fields of `Determinism` that take another value.
        probes: Changes that the worker makes in itself, by name.
    """

    name: str
    axis: str
    required: Rung = Rung.IDENTICAL
    variables: Mapping[str, str] = field(default_factory=dict)
    determinism: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    probes: tuple[str, ...] = ()
