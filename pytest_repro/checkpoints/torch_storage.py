"""Tensors as views of blocks: every dtype, layout and shared memory as it was.

A block is a whole storage, and a tensor says which part of it is his and how. So tied
tensors stay tied, and channels-last stays channels-last, which kernels look at. The
graph of a tensor is left behind: a checkpoint is made between steps.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from pytest_repro.errors import CheckpointError

if TYPE_CHECKING:
    from pytest_repro.checkpoints.encoding import Blocks, Node

__all__ = ["Pool"]


class Pool:
    """The storages of one checkpoint, each known by its block."""

    def __init__(self, blocks: "Blocks") -> None:
        """Know none yet.

        Args:
            blocks: Where they go, or lie.
        """
        self._blocks = blocks
        self._numbers: dict[tuple[str, int], int] = {}
        self._alive: list[torch.UntypedStorage] = []
        self._built: dict[tuple[int, str], torch.Tensor] = {}

    def encode(self, value: object, path: str) -> "Node | None":
        """Write a tensor, size, dtype or device as a node.

        Args:
            value: Something of torch.
            path: What messages call it.

        Returns:
            The node; None for what cannot be kept.

        Raises:
            CheckpointError: If it is a tensor of a kind that cannot be kept.
        """
        match value:
            case torch.Tensor():
                return ["torch", "tensor", *self._tensor(value, path)]
            case torch.Size():
                return ["torch", "size", list(value)]
            case torch.dtype():
                return ["torch", "dtype", str(value).removeprefix("torch.")]
            case torch.device():
                return ["torch", "device", str(value)]
            case _:
                return None

    def decode(self, parts: Sequence[Any]) -> object:
        """Build what `encode` kept.

        Args:
            parts: Of its node.

        Returns:
            The tensor, size, dtype or device.
        """
        kind, *rest = parts
        match kind:
            case "size":
                return torch.Size(rest[0])
            case "dtype":
                return _dtype(rest[0])
            case "device":
                return torch.device(rest[0])
            case _:
                return self._build(rest)

    def _tensor(self, value: torch.Tensor, path: str) -> list[Any]:
        _check(value, path)
        plain = value.detach().resolve_conj().resolve_neg()
        return [
            str(plain.dtype).removeprefix("torch."),
            str(plain.device),
            self._number(plain),
            plain.storage_offset(),
            list(plain.shape),
            list(plain.stride()),
            int(value.requires_grad and value.is_leaf),
            int(isinstance(value, torch.nn.Parameter)),
        ]

    def _number(self, tensor: torch.Tensor) -> int:
        storage = tensor.untyped_storage()
        key = (str(storage.device), storage.data_ptr() or id(storage))
        if key not in self._numbers:
            self._alive.append(storage)  # its address must not be given to another
            flat = torch.empty(0, dtype=torch.uint8, device=tensor.device)
            flat = flat.set_(storage).cpu()
            self._numbers[key] = self._blocks.add(flat.numpy().data)
        return self._numbers[key]

    def _build(self, parts: Sequence[Any]) -> torch.Tensor:
        name, device, number, offset, shape, stride, needs_grad, is_parameter = parts
        key = (number, device)
        if key not in self._built:
            data = bytearray(self._blocks.data[number])
            flat = torch.frombuffer(data, dtype=torch.uint8) if data else torch.empty(0)
            # A copy lies where torch puts tensors: kernels may look at the address.
            self._built[key] = flat.clone().to(device)
        storage = self._built[key].untyped_storage()
        tensor = torch.empty(0, dtype=_dtype(name), device=device)
        tensor.set_(storage, offset, shape, stride)
        if is_parameter:
            return torch.nn.Parameter(tensor, requires_grad=bool(needs_grad))
        return tensor.requires_grad_(bool(needs_grad))


def _check(value: torch.Tensor, path: str) -> None:
    is_plain = type(value) in {torch.Tensor, torch.nn.Parameter, torch.nn.Buffer}
    is_strided = value.layout is torch.strided and not value.is_quantized
    if is_plain and is_strided and value.device.type != "meta":
        return
    kind = type(value).__name__ if is_plain is False else str(value.layout)
    msg = (
        f"{path}: a checkpoint cannot hold this tensor ({kind}, {value.device})\n"
        "  remedy  keep the dense tensors that it is made of"
    )
    raise CheckpointError(msg)


def _dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype):
        msg = f"a checkpoint holds dtype {name!r}, which this torch does not know"
        raise CheckpointError(msg)
    return dtype
