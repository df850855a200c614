"""Record what a program returned or left behind: numbers, arrays, models.

Whoever wrote the program did not think of a run, so names decide: a number that says
how long something took is left out, and of the many names of a script those are kept
that say how well it went, and every model.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from pytest_repro.errors import FingerprintError
from pytest_repro.experiment.measured import is_clock, is_measure
from pytest_repro.experiment.names import MAX_LENGTH

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run

__all__ = ["record_left", "record_result"]

DEPTH: Final = 4
MOST_ITEMS: Final = 10_000


def record_result(run: "Run", name: str, value: object) -> int:
    """Record a result.

    Args:
        run: The run.
        name: What it is called.
        value: A number, an array or tensor, a model, or containers of such; anything
            else is left out.

    Returns:
        How many things were recorded.
    """
    return sum(_record(run, path, leaf) for path, leaf in _leaves(name, value, 0))


def record_left(run: "Run", namespace: Mapping[str, object]) -> int:
    """Record what a script left under its names.

    Args:
        run: The run.
        namespace: The names of its module.

    Returns:
        How many things were recorded.
    """
    kept = [
        (name, value)
        for name, value in sorted(namespace.items())
        if not name.startswith("_") and (is_measure(name) or _is_model(value))
    ]
    return sum(record_result(run, f"left/{name}", value) for name, value in kept)


def _leaves(name: str, value: object, depth: int) -> Iterator[tuple[str, object]]:
    if is_clock(name) or depth > DEPTH or len(name) > MAX_LENGTH:
        return
    if _is_estimator(value):
        yield name, _fitted(value)
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _leaves(f"{name}/{key}", value[key], depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if _is_series(value):
            yield name, np.asarray([float(one) for one in value])
            return
        for number, item in enumerate(value[:MOST_ITEMS]):
            yield from _leaves(f"{name}/{number}", item, depth + 1)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _leaves(name, _fields(value), depth + 1)
    else:
        yield name, value


def _record(run: "Run", name: str, value: object) -> int:
    """Record one number or one state; answers how many that were."""
    number = _number(value)
    if number is not None:
        run.log(name, number)
        return 1
    if not (_is_model(value) or _is_array(value) or isinstance(value, dict)):
        return 0
    try:
        run.fingerprint(name, value)
    except FingerprintError:
        return 0
    return 1


def _number(value: object) -> object | None:
    """Return a single real number as it is; None for whatever else."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | float | np.number):
        return value
    size = getattr(value, "numel", None) or (lambda: getattr(value, "size", 0))
    if _is_array(value) and getattr(value, "ndim", 1) == 0 and size() == 1:
        return value.detach() if hasattr(value, "detach") else value
    return None


def _is_series(value: Sequence[object]) -> bool:
    """Tell whether it is a list of numbers, such as the losses of all epochs."""
    return len(value) > 1 and all(
        isinstance(one, int | float | np.number) and math.isfinite(float(one))
        for one in value
    )


def _is_array(value: object) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape")


def _is_model(value: object) -> bool:
    """Tell whether it is an instance of a model: of torch, or with fitted state."""
    if isinstance(value, type):
        return False
    return hasattr(value, "named_parameters") or _is_estimator(value)


def _is_estimator(value: object) -> bool:
    is_like = hasattr(value, "get_params") and hasattr(value, "fit")
    return is_like and not isinstance(value, type)


def _fitted(value: object, depth: int = 0) -> dict[str, object]:
    """Return the arrays and numbers that fitting left, by scikit-learn's custom."""
    found: dict[str, object] = {}
    for name, state in sorted(vars(value).items()):
        if not name.endswith("_") or name.startswith("_") or is_clock(name):
            continue
        parts = state if isinstance(state, list | tuple) else [state]
        if depth < DEPTH and any(_is_estimator(one) for one in parts):
            nested = [_fitted(one, depth + 1) for one in parts if _is_estimator(one)]
            found[name] = nested
        elif hasattr(state, "__getstate__") and hasattr(state, "node_count"):
            found[name] = {"nodes": state.node_count, "values": np.asarray(state.value)}
        elif (_is_array(state) and _is_numeric(state)) or _number(state) is not None:
            found[name] = state
    return found


def _is_numeric(value: object) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    return kind in "biufc"


def _fields(value: object) -> dict[str, object]:
    names = getattr(value, "__dataclass_fields__", {})
    return {name: getattr(value, name) for name in names}
