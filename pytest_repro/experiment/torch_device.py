"""The device on which an experiment trains, and generators on it."""

import torch

from pytest_repro.determinism import torch_generators

__all__ = ["default_device", "make_generator"]

make_generator = torch_generators.make_generator


def default_device() -> torch.device:
    """Return the current accelerator, or the CPU where there is none."""
    if torch.accelerator.is_available():
        return torch.device(torch.accelerator.current_accelerator() or "cpu")
    return torch.device("cpu")
