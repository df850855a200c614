"""Move and resample images: where each pixel comes from, for each sample another place.

Every coordinate is computed element by element, from numbers that the host rounded, so
that a sample in a batch has the bits of the sample alone.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional

from pytest_repro.augmentation.operations import Values
from pytest_repro.errors import ReproUsageError

__all__ = [
    "Matrix",
    "check_images",
    "column",
    "cosine_and_sine",
    "rectangle",
    "shift",
    "warp",
]

_GRAIN = 2.0**30
_IMAGE_AXES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """From where a pixel comes, relative to the middle of the image, in pixels.

    ::

        source = ( xx  xy ) · target + ( x )
                 ( yx  yy )            ( y )

    Attributes:
        xx: float64[samples], as all others.
        xy: See above.
        yx: See above.
        yy: See above.
        x: To the right.
        y: Down.
    """

    xx: torch.Tensor
    xy: torch.Tensor
    yx: torch.Tensor
    yy: torch.Tensor
    x: torch.Tensor
    y: torch.Tensor


def check_images(batch: torch.Tensor, name: str) -> tuple[int, int]:
    """Refuse what is no batch of images in floats.

    Args:
        batch: What may be one.
        name: Of the operation.

    Returns:
        Height and width.

    Raises:
        ReproUsageError: If it is none.
    """
    if batch.ndim != _IMAGE_AXES or not batch.is_floating_point():
        msg = (
            f"{name} takes float[batch, channels, height, width], got"
            f" {str(batch.dtype).removeprefix('torch.')}{list(batch.shape)}\n"
            "  bytes become floats with batch.float() / 255"
        )
        raise ReproUsageError(msg)
    return batch.shape[2], batch.shape[3]


def column(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Shape one number for each sample so that it meets every element of it.

    Args:
        values: float64[samples].
        like: The batch; its dtype is taken, too.

    Returns:
        A view with as many axes.
    """
    return values.to(like.dtype).reshape(-1, *[1] * (like.ndim - 1))


def cosine_and_sine(degrees: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute both, rounded to 2⁻³⁰, so that no platform's last bits get in.

    Args:
        degrees: float64[samples].

    Returns:
        Both.
    """
    angle = torch.deg2rad(degrees)
    return tuple(
        torch.round(f(angle) * _GRAIN) / _GRAIN for f in (torch.cos, torch.sin)
    )  # type: ignore[return-value]  # two


def warp(batch: torch.Tensor, matrix: Matrix) -> torch.Tensor:
    """Resample images bilinearly; what comes from outside is 0.

    Args:
        batch: float[batch, channels, height, width].
        matrix: From where each pixel comes.

    Returns:
        A new batch.

    Source:
        Jaderberg, Simonyan, Zisserman and Kavukcuoglu 2015, "Spatial transformer
        networks".
    """
    height, width = batch.shape[2:]
    options = {"dtype": torch.float64, "device": batch.device}
    right = torch.arange(width, **options) - (width - 1) / 2  # type: ignore[call-overload]  # options
    down = torch.arange(height, **options) - (height - 1) / 2  # type: ignore[call-overload]  # options
    xx, xy, yx, yy, x, y = (
        getattr(matrix, name).reshape(-1, 1, 1)
        for name in ("xx", "xy", "yx", "yy", "x", "y")
    )
    rows = down.reshape(1, -1, 1)
    source_x = xx * right + xy * rows + x  # [batch, height, width]
    source_y = yx * right + yy * rows + y
    grid = torch.stack([source_x * (2 / width), source_y * (2 / height)], dim=-1)
    return functional.grid_sample(batch, grid.to(batch.dtype), align_corners=False)


def shift(batch: torch.Tensor, down: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Move images by whole pixels; what comes from outside is 0. No value is computed.

    Args:
        batch: [batch, channels, height, width].
        down: float64[samples], whole numbers.
        right: Likewise.

    Returns:
        A new batch.
    """
    height, width = batch.shape[2:]
    rows = torch.arange(height, device=batch.device) - down.long()[:, None]
    columns = torch.arange(width, device=batch.device) - right.long()[:, None]
    samples = torch.arange(len(batch), device=batch.device)[:, None, None]
    # [batch, height, width, channels], a channel at a time otherwise.
    found = batch.movedim(1, -1)[
        samples,
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ].movedim(-1, 1)
    is_row = ((rows >= 0) & (rows < height))[:, None, :, None]
    is_column = ((columns >= 0) & (columns < width))[:, None, None, :]
    return torch.where(is_row & is_column, found, torch.zeros_like(found))


def rectangle(
    extent: tuple[int, int],
    size: tuple[torch.Tensor, torch.Tensor],
    place: Values,
) -> torch.Tensor:
    """Mark a rectangle in each image; it lies inside.

    Args:
        extent: Height and width of the images.
        size: Shares of both, float64[samples].
        place: Has ``down`` and ``right`` in [0, 1): where between both ends.

    Returns:
        bool[batch, height, width].
    """
    axes = []
    for whole, share, name in zip(extent, size, ("down", "right"), strict=True):
        length = torch.floor(share * whole)
        start = torch.floor(place[name] * (whole - length + 1))
        at = torch.arange(whole, device=share.device)
        axes.append((at >= start[:, None]) & (at < (start + length)[:, None]))
    return axes[0][:, :, None] & axes[1][:, None, :]
