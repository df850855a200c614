"""Compare what modules return, leaf by leaf, and name the first index that differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

import torch
from torch import Tensor

from pytest_repro.contracts.properties import Finding
from pytest_repro.records.module_contracts import Level

__all__ = ["compare", "compare_tensors", "leaves", "ulps_apart"]

_INTEGERS: Final = {
    torch.float32: (torch.int32, 31),
    torch.float64: (torch.int64, 63),
    torch.float16: (torch.int16, 15),
    torch.bfloat16: (torch.int16, 15),
}


def leaves(value: object, path: str = "output") -> Iterator[tuple[str, Tensor]]:
    """Walk through whatever a module returns.

    Args:
        value: A tensor, or mappings, sequences and dataclasses of them.
        path: How the value is called.

    Yields:
        Paths such as ``output[0].logits``, and tensors.
    """
    if isinstance(value, Tensor):
        yield path, value
    elif isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], f"{path}[{key!r}]")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, one in enumerate(value):
            yield from leaves(one, f"{path}[{place}]")
    elif is_dataclass(value):
        for one in fields(value):
            yield from leaves(getattr(value, one.name), f"{path}.{one.name}")


def compare(
    obtained: object, reference: object, *, level: Level, suspicion: str
) -> Finding | None:
    """Compare two results.

    Args:
        obtained: One result.
        reference: The other.
        level: How nearly they must agree.
        suspicion: What is likely wrong if they do not.

    Returns:
        The first difference; None if they agree.
    """
    mine, its = list(leaves(obtained)), list(leaves(reference))
    if [path for path, _ in mine] != [path for path, _ in its]:
        return Finding(
            suspicion=suspicion,
            where="output",
            obtained=f"tensors {', '.join(path for path, _ in mine)}",
            reference=f"tensors {', '.join(path for path, _ in its)}",
        )
    for (path, one), (_, other) in zip(mine, its, strict=True):
        found = compare_tensors(one, other, level=level, where=path)
        if found is not None:
            return Finding(suspicion=suspicion, **found)
    return None


def compare_tensors(
    obtained: Tensor, reference: Tensor, *, level: Level, where: str
) -> dict[str, Any] | None:
    """Compare two tensors, and describe the first element that is too far away.

    Args:
        obtained: One tensor.
        reference: The other.
        level: How nearly they must agree.
        where: How the tensor is called.

    Returns:
        Fields of a `Finding` beside the suspicion; None if they agree.
    """
    obtained, reference = obtained.detach(), reference.detach()
    if obtained.shape != reference.shape or obtained.dtype != reference.dtype:
        return {
            "where": where,
            "obtained": f"{obtained.dtype} {tuple(obtained.shape)}",
            "reference": f"{reference.dtype} {tuple(reference.shape)}",
        }
    wrong = _too_far(obtained, reference, level)
    if not bool(wrong.any()):
        return None
    flat = int(wrong.flatten().to(torch.uint8).argmax())
    index = tuple(int(n) for n in torch.unravel_index(torch.tensor(flat), wrong.shape))
    mine, its = obtained[index], reference[index]
    return {
        "where": where,
        "index": index,
        "obtained": repr(mine.item()),
        "reference": repr(its.item()),
        "ulps": ulps_apart(mine, its),
    }


def ulps_apart(obtained: Tensor, reference: Tensor) -> int | None:
    """Count the numbers between two scalars; None if that has no sense."""
    if obtained.dtype not in _INTEGERS:
        return None
    if not bool(torch.isfinite(obtained) & torch.isfinite(reference)):
        return None
    return abs(int(_ordered(obtained)) - int(_ordered(reference)))


def _too_far(obtained: Tensor, reference: Tensor, level: Level) -> Tensor:
    if obtained.is_complex():
        obtained, reference = (
            torch.view_as_real(obtained),
            torch.view_as_real(reference),
        )
        return _too_far(obtained, reference, level).any(-1)
    both_nan = obtained.isnan() & reference.isnan()
    if level.kind == "bitwise" or not obtained.is_floating_point():
        return (obtained != reference) & ~both_nan
    same = (obtained == reference) | both_nan
    if level.kind == "ulp":
        apart = (_ordered(obtained) - _ordered(reference)).abs()
        is_number = obtained.isfinite() & reference.isfinite()
        return ~same & ~(is_number & (apart <= level.bound))
    finite = reference[reference.isfinite()]
    scale = finite.abs().max() if finite.numel() else reference.new_zeros(())
    return ~same & ~((obtained - reference).abs() <= level.bound * scale)


def _ordered(numbers: Tensor) -> Tensor:
    """Take floating-point numbers to integers in the same order, without gaps."""
    integer, sign = _INTEGERS[numbers.dtype]
    bits = numbers.contiguous().view(integer).to(torch.int64)
    lowest = -(2**sign)
    return torch.where(bits < 0, lowest - bits, bits)
