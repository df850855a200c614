"""Is a digest on a device that of the specification? Every dtype, stride and size.

The other side is always NumPy on the host, never another device.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import torch

from pytest_repro.fingerprints.quick import header_sum, text, word_sum
from pytest_repro.fingerprints.quick_layout import layout_of
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_quick import quick_torch_digest
from pytest_repro.fingerprints.torch_quick_device import device_sum, in_order

__all__ = ["large", "small"]

SIZES: Final = (0, 1, 3, 7, 8, 9, 8191, 8192, 8193, 20_000, 65_536, 1_000_003)
ROUNDS: Final = 20
LARGE: Final = {"cuda": (1 << 31) + 12_345, "cpu": (1 << 22) + 12_345}


def small(device: str) -> dict[str, Any]:
    """Compare states of all dtypes and layouts, each alone and all at once.

    Args:
        device: Where the digest is computed.

    Returns:
        How many were compared, and the names of those that differ.
    """
    together: list[torch.Tensor] = []
    wrong: list[str] = []
    failed: dict[str, str] = {}
    for name, tensor in _cases():
        try:
            views = list(_views(tensor.to(device)))
            wrong += [f"{name}, {how}" for view in views for how in _differing(view)]
            together += views
        except Exception as error:  # noqa: BLE001  # the other dtypes go on
            failed[name] = repr(error)
    rounds = {quick_torch_digest(together).result() for _ in range(ROUNDS)}
    return {
        "compared": 2 * len(together) + 1,
        "different": wrong,
        "failed": failed,
        "all at once": rounds == {_expected(together)},
    }


def large(device: str) -> dict[str, Any]:
    """Compare a tensor of more than 2³¹ elements, between two small ones.

    Args:
        device: Where the digest is computed.

    Returns:
        Its size, and whether the digests are equal.
    """
    size = LARGE[device]
    row = torch.randint(0, 256, (size,), dtype=torch.uint8, device=device)
    state = [row[:5], row, row[:77]]
    obtained = quick_torch_digest(state).result()
    expected = _expected(state)
    row[-1] += 1
    changed = quick_torch_digest(state).result()
    return {
        "elements": size,
        "equal": obtained == expected,
        "last byte counts": changed != obtained,
    }


def _cases() -> Iterator[tuple[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(7)
    for dtype in sorted(WORDS):
        raw = torch.randint(0, 256, (60 * 16,), generator=generator, dtype=torch.uint8)
        row = raw & 1 if dtype == "bool" else raw
        yield dtype, row.view(getattr(torch, dtype))[:60].clone()
    for size in SIZES:
        raw = torch.randint(0, 256, (size,), generator=generator, dtype=torch.uint8)
        yield f"uint8, {size} bytes", raw


def _views(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    """Look at a tensor in every way that is harder than as a plain row."""
    yield tensor
    yield tensor[1:]
    yield tensor[::2]
    yield tensor[:1].expand(5) if len(tensor) else tensor
    if len(tensor) == 60:  # noqa: PLR2004
        yield tensor[0]
        yield tensor.view(3, 20).T
        image = tensor.view(1, 3, 4, 5)
        yield image.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        if tensor.dtype in (torch.complex64, torch.complex128):
            yield tensor.conj()
            yield tensor.conj().imag


def _differing(view: torch.Tensor) -> Iterator[str]:
    expected = _expected([view])
    if quick_torch_digest([view]).result() != expected:
        yield f"digest of {list(view.shape)} {list(view.stride())}"
    if view.numel() and _plain(view) != expected:
        yield f"plain operations on {list(view.shape)} {list(view.stride())}"


def _expected(views: list[torch.Tensor]) -> str:
    """Compute the digest by the specification, from bytes alone."""
    headers = tuple((str(view.dtype)[6:], tuple(view.shape)) for view in views)
    layout = layout_of(headers, (True,) * len(views))
    total = header_sum(headers)
    for view, first in zip(views, layout.firsts, strict=True):
        packed = in_order(_resolved(view.cpu() if _is_lazy(view) else view)).cpu()
        row = packed.as_strided((packed.numel(),), (1,)).view(torch.uint8)
        total += word_sum(np.asarray(row), first)
    return text(total)


def _plain(view: torch.Tensor) -> str:
    packed = in_order(_resolved(view))
    headers = ((str(packed.dtype)[6:], tuple(packed.shape)),)
    return text(layout_of(headers, (False,)).header + int(device_sum([(packed, 0)])))


def _is_lazy(view: torch.Tensor) -> bool:
    return view.is_conj() or view.is_neg()


def _resolved(view: torch.Tensor) -> torch.Tensor:
    return view.resolve_conj().resolve_neg()
