"""Make tensors of a draw: from its seed by one generator, never element by element."""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor

from pytest_repro.contracts.annotations import TensorSpec
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Draw, Subject
from pytest_repro.contracts.shapes import shape_of
from pytest_repro.records.module_contracts import ModuleContract

__all__ = ["make_inputs", "make_tensor"]

_LARGE: Final = 1e3
_TINY: Final = 1e-6
_CONSTANT: Final = 0.5
_DTYPES: Final = {
    "float": torch.float32,
    "int": torch.int64,
    "bool": torch.bool,
    "complex": torch.complex64,
}
_NAMES: Final = {"uint": "uint8", "long": "int64", "bfloat16": "bfloat16"}
_INTEGERS: Final = (0, 9)

Range = tuple[float, float]


def make_inputs(subject: Subject, draw: Draw) -> dict[str, Tensor]:
    """Make every tensor that a part takes.

    Args:
        subject: The part.
        draw: Seed, sizes and kind of values.

    Returns:
        Tensors by argument, the same for the same draw.
    """
    interface = interface_of(subject)
    generator = torch.Generator().manual_seed(draw.seed)
    contract = subject.contract
    declared = contract if isinstance(contract, ModuleContract) else ModuleContract()
    made: dict[str, Tensor] = {}
    for spec in interface.arguments:
        if spec.name == declared.mask.lstrip("!"):
            made[spec.name] = _padding(spec, draw, declared)
        else:
            given = interface.ranges.get(spec.name)
            made[spec.name] = make_tensor(spec, draw, given=given, generator=generator)
    return made


def make_tensor(
    spec: TensorSpec,
    draw: Draw,
    *,
    given: Range | None,
    generator: torch.Generator,
) -> Tensor:
    """Make one tensor.

    Args:
        spec: What it must be.
        draw: Sizes and kind of values.
        given: Its least and greatest value; None if not declared.
        generator: Where random numbers come from.

    Returns:
        The tensor.
    """
    shape = shape_of(spec, draw.sizes)
    dtype = _dtype(spec)
    match spec.kind:
        case "float":
            plain = _floats(shape, draw.values, given=given, generator=generator)
        case "complex":
            parts = [
                _floats(shape, draw.values, given=given, generator=generator)
                for _ in range(2)
            ]
            plain = torch.complex(*parts)
        case _:
            bounds = (0, 1) if spec.kind == "bool" else given or _INTEGERS
            plain = _integers(shape, draw.values, bounds=bounds, generator=generator)
    plain = plain.to(dtype)
    is_repeated = draw.values == "duplicates" and plain.dim() > 0
    return plain[:1].expand_as(plain).clone() if is_repeated else plain


def _dtype(spec: TensorSpec) -> torch.dtype:
    found = getattr(torch, _NAMES.get(spec.dtype, spec.dtype), None)
    return found if isinstance(found, torch.dtype) else _DTYPES[spec.kind]


def _floats(
    shape: tuple[int, ...],
    values: str,
    *,
    given: Range | None,
    generator: torch.Generator,
) -> Tensor:
    normal = torch.randn(shape, generator=generator)
    low, high = given or (-_LARGE, _LARGE)
    makers: Mapping[str, Callable[[], Tensor]] = {
        "zeros": lambda: torch.zeros(shape),
        "constant": lambda: torch.full(shape, _CONSTANT),
        "one_hot": lambda: _one_hot(torch.zeros(shape), 1.0),
        "tiny": lambda: normal * _TINY,
        "large": lambda: normal * max(abs(low), abs(high)),
        "lowest": lambda: torch.full(shape, low),
        "highest": lambda: torch.full(shape, high),
    }
    if values in makers:
        return makers[values]().clamp(low, high)
    is_tied = values == "ties"
    if given is not None and not low < 0 < high:
        share = torch.sigmoid(normal)
        return low + (high - low) * ((2 * share).round() / 2 if is_tied else share)
    return (normal.round() if is_tied else normal).clamp(low, high)


def _integers(
    shape: tuple[int, ...],
    values: str,
    *,
    bounds: Range,
    generator: torch.Generator,
) -> Tensor:
    low, high = int(bounds[0]), int(bounds[1])
    match values:
        case "zeros" | "lowest" | "tiny":
            return torch.full(shape, low)
        case "highest" | "large":
            return torch.full(shape, high)
        case "constant":
            return torch.full(shape, (low + high) // 2)
        case "one_hot":
            return _one_hot(torch.full(shape, low), high)
        case _:
            return torch.randint(low, high + 1, shape, generator=generator)


def _one_hot(plain: Tensor, value: float) -> Tensor:
    if plain.dim() and plain.numel():
        plain[..., 0] = value
    return plain


def _padding(spec: TensorSpec, draw: Draw, declared: ModuleContract) -> Tensor:
    """Mark the end of each row as padding; the first place is always real."""
    found = spec.axis(declared.time)
    axis = -1 if found is None else found
    shape = list(shape_of(spec, draw.sizes))
    shape.append(shape.pop(axis))
    place = torch.arange(shape[-1]).expand(shape)
    lengths = torch.full(shape, shape[-1])
    if draw.values == "normal" and len(shape) > 1:
        row = torch.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))
        lengths = 1 + (row + draw.seed).expand(shape) % shape[-1]
    padded = (place >= lengths).movedim(-1, axis).contiguous()
    return (~padded if declared.mask.startswith("!") else padded).to(_dtype(spec))
