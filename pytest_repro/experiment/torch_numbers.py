"""The bits of 0-dim tensors: at once where that is free, later where it would wait.

Reading a CUDA scalar stops the host until the device has caught up. So such tensors
are copied on the device and read in batches, one transfer for each dtype.
The CUDA path is unmeasured here; the same code runs on CPU tensors in the tests.
"""

from collections.abc import Sequence
from typing import Final

import torch

from pytest_repro.errors import MetricError
from pytest_repro.experiment.numbers import Bits

__all__ = ["read_many", "read_now", "snapshot"]

# dtype -> (its name in records, the integer type with the same bits, bytes)
_VIEWS: Final = {
    torch.float64: ("float64", torch.int64, 8),
    torch.float32: ("float32", torch.int32, 4),
    torch.float16: ("float16", torch.int16, 2),
    torch.bfloat16: ("bfloat16", torch.int16, 2),
    torch.int64: ("int64", torch.int64, 8),
    torch.int32: ("int32", torch.int32, 4),
    torch.int16: ("int16", torch.int16, 2),
    torch.int8: ("int8", torch.int8, 1),
    torch.uint8: ("uint8", torch.uint8, 1),
    torch.bool: ("bool", torch.uint8, 1),
}


def snapshot(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Check a logged tensor, and copy it where it would have to be waited for.

    Args:
        name: The metric's name, for the message.
        tensor: A 0-dim tensor of any device.

    Returns:
        The tensor without its graph; a copy on the device unless it is on the CPU.

    Raises:
        MetricError: If it is not 0-dim, or its dtype is no real number we record.
    """
    if tensor.dim() != 0:
        msg = f"metric {name!r} is one number, got a tensor of {tuple(tensor.shape)}"
        raise MetricError(msg)
    if tensor.dtype not in _VIEWS:
        msg = f"metric {name!r} has dtype {tensor.dtype}, which we do not record"
        raise MetricError(msg)
    detached = tensor.detach()
    return detached if tensor.device.type == "cpu" else detached.clone()


def read_now(tensor: torch.Tensor) -> Bits:
    """Read one tensor; on a device this waits.

    Args:
        tensor: What `snapshot` gave.

    Returns:
        Its dtype and bits.
    """
    name, view, width = _VIEWS[tensor.dtype]
    return name, _to_bytes(tensor.view(view).item(), width)


def read_many(tensors: Sequence[torch.Tensor]) -> list[Bits]:
    """Read tensors of any mixture, with one transfer for each dtype and device.

    Args:
        tensors: What `snapshot` gave.

    Returns:
        Their dtypes and bits, in the same order.
    """
    found: dict[int, Bits] = {}
    for group in dict.fromkeys((tensor.dtype, tensor.device) for tensor in tensors):
        name, view, width = _VIEWS[group[0]]
        chosen = [i for i, t in enumerate(tensors) if (t.dtype, t.device) == group]
        stacked = torch.stack([tensors[i] for i in chosen]).view(view).tolist()
        found |= {
            index: (name, _to_bytes(number, width))
            for index, number in zip(chosen, stacked, strict=True)
        }
    return [found[index] for index in range(len(tensors))]


def _to_bytes(number: float, width: int) -> bytes:
    return (int(number) & ((1 << (8 * width)) - 1)).to_bytes(width, "big")
