"""The bits of 0-dim tensors: at once where that is free, later where it would wait.

Reading a CUDA scalar stops the host until the device has caught up. So such tensors
are copied on the device and read in batches, one transfer for each dtype.
The CUDA path is unmeasured here; the same code runs on CPU tensors in the tests.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple, NoReturn

import torch

from pytest_repro.errors import MetricError
from pytest_repro.experiment.numbers import Bits, Reading

__all__ = ["read", "read_many", "read_now"]


class _Kind(NamedTuple):
    """How numbers of one dtype are read.

    Attributes:
        name: What the dtype is called in records.
        view: The integer dtype with the same bits.
        width: Bytes of a number.
        pack: From a Python number that has this dtype to big-endian bytes.
        safe: From this magnitude on, a Python number has the same bits. NaN may lose
            its payload on the way, and a subnormal number may be flushed to zero.
    """

    name: str
    view: torch.dtype
    width: int
    pack: Struct
    safe: float


def _float(dtype: torch.dtype, name: str, view: torch.dtype, pack: str) -> _Kind:
    return _Kind(name, view, view.itemsize, Struct(pack), torch.finfo(dtype).tiny)


def _integer(name: str, view: torch.dtype, pack: str) -> _Kind:
    return _Kind(name, view, view.itemsize, Struct(pack), 0)


_KINDS: Final = {
    torch.float64: _float(torch.float64, "float64", torch.int64, ">d"),
    torch.float32: _float(torch.float32, "float32", torch.int32, ">f"),
    torch.float16: _float(torch.float16, "float16", torch.int16, ">e"),
    torch.bfloat16: _float(torch.bfloat16, "bfloat16", torch.int16, ">f"),
    torch.int64: _integer("int64", torch.int64, ">q"),
    torch.int32: _integer("int32", torch.int32, ">i"),
    torch.int16: _integer("int16", torch.int16, ">h"),
    torch.int8: _integer("int8", torch.int8, ">b"),
    torch.uint8: _integer("uint8", torch.uint8, ">B"),
    torch.bool: _integer("bool", torch.uint8, ">?"),
}


def read(name: str, tensor: torch.Tensor) -> Reading:
    """Read a logged tensor, or copy it where it would have to be waited for.

    Args:
        name: The metric's name, for the message.
        tensor: A 0-dim tensor of any device.

    Returns:
        Its dtype, and its bits if it is on the CPU; else a copy on the device, without
        its graph.

    Raises:
        MetricError: If it is not 0-dim, or its dtype is no real number we record.
    """
    kind = _KINDS.get(tensor.dtype)
    if kind is None or tensor.dim() != 0:
        _refuse(name, tensor)
    if tensor.is_cpu:
        return read_now(tensor)
    return kind.name, tensor.detach().clone()


def read_now(tensor: torch.Tensor) -> Bits:
    """Read one tensor; on a device this waits.

    Args:
        tensor: A 0-dim tensor of a dtype that we record.

    Returns:
        Its dtype and bits.
    """
    name, view, width, pack, safe = _KINDS[tensor.dtype]
    number = tensor.item()
    if abs(number) >= safe:
        return name, pack.pack(number)[:width]
    return name, _to_bytes(tensor.detach().view(view).item(), width)


def read_many(tensors: Sequence[torch.Tensor]) -> list[bytes]:
    """Read tensors of any mixture, with one transfer for each dtype and device.

    Args:
        tensors: 0-dim tensors of dtypes that we record, without their graphs.

    Returns:
        Their bits, in the same order.
    """
    found: dict[int, bytes] = {}
    for group in dict.fromkeys((tensor.dtype, tensor.device) for tensor in tensors):
        kind = _KINDS[group[0]]
        chosen = [i for i, t in enumerate(tensors) if (t.dtype, t.device) == group]
        stacked = torch.stack([tensors[i] for i in chosen]).view(kind.view).tolist()
        found |= {
            index: _to_bytes(number, kind.width)
            for index, number in zip(chosen, stacked, strict=True)
        }
    return [found[index] for index in range(len(tensors))]


def _refuse(name: str, tensor: torch.Tensor) -> NoReturn:
    if tensor.dim() != 0:
        msg = f"metric {name!r} is one number, got a tensor of {tuple(tensor.shape)}"
    else:
        msg = f"metric {name!r} has dtype {tensor.dtype}, which we do not record"
    raise MetricError(msg)


def _to_bytes(number: float, width: int) -> bytes:
    return (int(number) & ((1 << (8 * width)) - 1)).to_bytes(width, "big")
