"""States of every kind that a kernel could get wrong, and their digest on a device.

Run as a program under Triton's interpreter, which needs no device:
``TRITON_INTERPRET=1 python -m tests.fingerprints.quick_states``.
"""

import sys
from collections.abc import Sequence
from typing import Final

import torch

from pytest_repro.fingerprints.quick import text
from pytest_repro.fingerprints.quick_layout import layout_of
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_quick import quick_torch_digest
from pytest_repro.fingerprints.torch_quick_launch import launch

SIZES: Final = (1, 7, 8, 9, 8191, 8192, 8193, 8200, 20_000, 3, 40_961, 65_536)
PROGRAMS: Final = (1, 2, 3, 5, 100)


def every_dtype(device: str) -> list[torch.Tensor]:
    """Make tensors of all dtypes, some transposed, empty, 0-dimensional or lazy."""
    generator = torch.Generator().manual_seed(1)
    found = []
    for number, dtype in enumerate(sorted(WORDS)):
        raw = torch.randint(0, 256, (48 * 16,), generator=generator, dtype=torch.uint8)
        row = (raw & 1 if dtype == "bool" else raw).view(getattr(torch, dtype))
        moved = row.to(device)
        found += [moved, moved[1:], moved[:0], moved[number]]
        found.append(moved[:40].view(5, 8).T)
    lazy = torch.view_as_complex(torch.arange(8.0).view(4, 2)).to(device).conj()
    return [*found, lazy, lazy.imag]


def every_size(device: str) -> list[torch.Tensor]:
    """Make tensors with whole and broken words, chunks and shares."""
    generator = torch.Generator().manual_seed(2)
    return [
        torch.randint(0, 256, (size,), generator=generator, dtype=torch.uint8).to(
            device
        )
        for size in SIZES
    ]


def by_kernel(tensors: Sequence[torch.Tensor], programs: int) -> str:
    """Compute the digest by the Triton kernel with so many programs."""
    headers = tuple((str(one.dtype)[6:], tuple(one.shape)) for one in tensors)
    layout = layout_of(headers, (False,) * len(tensors))
    located = [(tensors[index], layout.firsts[index]) for index in layout.remote]
    return text(layout.header + int(launch(located, programs=programs, warps=4)))


def main() -> int:
    """Compare the kernel with the digest on the host."""
    tensors = every_size("cpu")
    expected = quick_torch_digest(tensors).result()
    for programs in PROGRAMS:
        sys.stdout.write(f"{by_kernel(tensors, programs) == expected}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
