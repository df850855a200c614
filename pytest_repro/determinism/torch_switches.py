"""Switches of torch that no experiment is pinned to, thrown by a variation alone.

`torch_flags` puts them back when a run is over, with all other flags.
"""

import torch

__all__ = ["flush_denormals", "switch_onednn_off"]


def switch_onednn_off() -> None:
    """Compute on the CPU without oneDNN."""
    torch.backends.mkldnn.enabled = False  # type: ignore[assignment]  # a property of the module


def flush_denormals() -> None:
    """Take denormal numbers for zero, as some programs and GPUs do."""
    torch.set_flush_denormal(True)
