"""What metrics are computed from, read strictly: no row is dropped, no value mended.

Lists, arrays and tensors on any device become float64 or int64 arrays; whatever has no
meaning is an error that says which value of which row. torch is never imported: a
tensor knows how to move itself.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pytest_repro.errors import MetricError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = [
    "SUM_TOLERANCE",
    "check_rows",
    "read_binary",
    "read_classes",
    "read_groups",
    "read_probabilities",
    "read_values",
]

SUM_TOLERANCE: Final = 1e-3
"""How far the probabilities of a row may sum from 1, as a softmax in float32 does."""


def read_values(name: str, value: object, *, least: int = 1) -> "Floats":
    """Read one number for each row.

    Args:
        name: What it is, for messages.
        value: A sequence, an array or a tensor.
        least: How many there must be.

    Returns:
        float64[rows].

    Raises:
        MetricError: If it has another shape, too few rows, or NaN or an infinity.
    """
    array = _floats(name, value)
    if array.ndim != 1:
        msg = f"{name}: one number for each row, got the shape {array.shape}"
        raise MetricError(msg)
    if len(array) < least:
        msg = f"{name}: {len(array)} rows, and at least {least} are needed"
        raise MetricError(msg)
    _check_finite(name, array)
    return array


def read_probabilities(value: object) -> "Floats":
    """Read the probabilities of each class.

    Args:
        value: float[rows, classes] with rows that sum to 1; or float[rows], the
            probability of class 1 of two.

    Returns:
        float64[rows, classes], with at least two classes.

    Raises:
        MetricError: If it is empty, of another shape, or holds a row that is no
            distribution.
    """
    import numpy as np  # noqa: PLC0415  # loading a test stays cheap

    name = "probabilities"
    array = _floats(name, value)
    if array.ndim == 1:
        _check_unit(name, array)
        array = np.stack([1.0 - array, array], axis=1)
    if array.ndim != 2 or array.shape[1] < 2:  # noqa: PLR2004  # rows × classes
        msg = (
            f"{name}: rows × classes, or the probability of class 1 for each row; got"
            f" the shape {array.shape}"
        )
        raise MetricError(msg)
    if not len(array):
        msg = f"{name}: no rows, so there is nothing to measure"
        raise MetricError(msg)
    _check_unit(name, array)
    sums = array.sum(axis=1)
    wrong = np.flatnonzero(np.abs(sums - 1.0) > SUM_TOLERANCE)
    if len(wrong):
        row = int(wrong[0])
        msg = (
            f"{name}: row {row} sums to {sums[row]:.6g}, not to 1 ({len(wrong)} of"
            f" {len(array)} rows)\n  remedy  normalise them, such as by a softmax in"
            " float32"
        )
        raise MetricError(msg)
    return array


def read_classes(name: str, value: object, *, rows: int, classes: int) -> "Integers":
    """Read the class of each row.

    Args:
        name: What it is, for messages.
        value: Whole numbers in [0, classes), of any dtype.
        rows: How many there must be.
        classes: How many classes there are.

    Returns:
        int64[rows].

    Raises:
        MetricError: If there are more or fewer rows, or a value is no class.
    """
    import numpy as np  # noqa: PLC0415  # as above

    array = read_values(name, value)
    check_rows(name, len(array), rows)
    is_class = (array == np.floor(array)) & (array >= 0) & (array < classes)
    wrong = np.flatnonzero(~is_class)
    if len(wrong):
        row = int(wrong[0])
        msg = (
            f"{name}: row {row} is {array[row]:g}, and classes are the whole numbers"
            f" from 0 to {classes - 1}"
        )
        raise MetricError(msg)
    return array.astype(np.int64)


def read_binary(name: str, value: object, *, rows: int | None = None) -> "Integers":
    """Read a yes or no for each row.

    Args:
        name: What it is, for messages.
        value: Zeros and ones, or booleans.
        rows: How many there must be, if that is known.

    Returns:
        int64[rows].

    Raises:
        MetricError: If there are no rows, other rows, or other values.
    """
    array = read_values(name, value)
    expected = len(array) if rows is None else rows
    return read_classes(name, value, rows=expected, classes=2)


def read_groups(value: object, *, rows: int) -> list[str]:
    """Read the group of each row.

    Args:
        value: A name or a number for each row.
        rows: How many there must be.

    Returns:
        The groups as text, row by row.

    Raises:
        MetricError: If there are more or fewer rows, or a row has no group.
    """
    found = _on_host(value)
    items = found.tolist() if hasattr(found, "tolist") else list(found)
    check_rows("groups", len(items), rows)
    for row, item in enumerate(items):
        if item is None or item != item or isinstance(item, (list, tuple)):  # noqa: PLR0124  # NaN
            msg = f"groups: row {row} is {item!r}, and every row belongs to a group"
            raise MetricError(msg)
    return [str(item) for item in items]


def check_rows(name: str, rows: int, expected: int) -> None:
    """Refuse two columns of unequal length.

    Args:
        name: Of the one.
        rows: How many rows it has.
        expected: How many the other has.

    Raises:
        MetricError: If they differ.
    """
    if rows != expected:
        msg = f"{name}: {rows} rows, and {expected} in what it belongs to"
        raise MetricError(msg)


def _floats(name: str, value: object) -> "Floats":
    import numpy as np  # noqa: PLC0415  # as above

    try:
        return np.asarray(_on_host(value), dtype=np.float64)
    except (TypeError, ValueError) as error:
        msg = f"{name}: numbers are needed, got {type(value).__name__}: {error}"
        raise MetricError(msg) from error


def _on_host(value: Any) -> Any:  # noqa: ANN401  # whatever people hold
    """Bring a tensor into main memory, in a type that NumPy knows."""
    if not hasattr(value, "detach"):
        return value
    value = value.detach()
    return (value.double() if value.is_floating_point() else value).cpu().numpy()


def _check_finite(name: str, array: "Floats") -> None:
    import numpy as np  # noqa: PLC0415  # as above

    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        place = _place(wrong[0].tolist())
        msg = (
            f"{name}: {place} is {array[tuple(wrong[0])]} ({len(wrong)} of"
            f" {array.size} values are not finite)"
        )
        raise MetricError(msg)


def _check_unit(name: str, array: "Floats") -> None:
    """Refuse what is no probability; a rounding error beyond 1 is none either."""
    import numpy as np  # noqa: PLC0415  # as above

    _check_finite(name, array)
    wrong = np.argwhere((array < 0) | (array > 1))
    if len(wrong):
        place = _place(wrong[0].tolist())
        msg = (
            f"{name}: {place} is {array[tuple(wrong[0])]:.6g}, outside of [0, 1]\n"
            "  remedy  scores and logits are no probabilities: apply a softmax first"
        )
        raise MetricError(msg)


def _place(index: Sequence[int]) -> str:
    return ", ".join(
        f"{word} {number}"
        for word, number in zip(("row", "class"), index, strict=False)
    )
