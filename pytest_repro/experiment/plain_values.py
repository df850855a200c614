"""What a recorder keeps, as plain values that a checkpoint can hold."""

from array import array
from collections.abc import Sequence
from typing import Any

from pytest_repro.experiment.numbers import Bits, Reading
from pytest_repro.records import Fingerprint

__all__ = ["fingerprint_of", "fingerprint_row", "read_now"]


def fingerprint_row(one: Fingerprint) -> tuple[object, ...]:
    """Write a fingerprint as plain values.

    Args:
        one: The fingerprint.

    Returns:
        Name, step, order, digest, whether it is evidence, and the sketch as bytes.
    """
    sketch = array("d", one.sketch).tobytes()
    return one.name, one.step, one.order, one.digest, one.is_evidence, sketch


def fingerprint_of(row: Sequence[Any]) -> Fingerprint:
    """Build a fingerprint again.

    Args:
        row: What `fingerprint_row` gave.

    Returns:
        The fingerprint.
    """
    name, step, order, digest, is_evidence, sketch = row
    return Fingerprint(
        name=name,
        step=step,
        order=order,
        digest=digest,
        is_evidence=is_evidence,
        sketch=tuple(array("d", sketch)),
    )


def read_now(value: Reading) -> Bits:
    """Read a number that may still be on a device.

    Args:
        value: What `read_value` gave.

    Returns:
        Its dtype and bits.
    """
    dtype, bits = value
    if isinstance(bits, bytes):
        return dtype, bits
    from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

    return torch_numbers.read_now(bits)
