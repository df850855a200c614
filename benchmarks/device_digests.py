"""Is the quick digest right on a device, how fast is it, and does a step wait for it?

For a machine that is lent for minutes: one command, under 90 seconds, every part on its
own. A part that fails leaves its traceback in the figures and the next one begins; the
figures are written after each part, so that a time limit loses only what is left.

    python -m benchmarks.device_digests --write device.json

Without a CUDA device the same parts run small on the CPU, as far as they go.
"""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch

from benchmarks import device_equality, device_speed, device_steps

__all__ = ["PARTS", "main", "measure"]

Part = Callable[[str], dict[str, Any]]

# What matters most comes first.
PARTS: Final[dict[str, Part]] = {
    "machine": device_speed.machine,
    "equality": device_equality.small,
    "no synchronisation": device_steps.no_synchronisation,
    "bandwidth": device_speed.bandwidth,
    "small tensors": device_speed.small_tensors,
    "step, large": device_steps.large_step,
    "step, small": device_steps.small_step,
    "equality, large": device_equality.large,
    "plain operations": device_speed.plain_operations,
    "hash_tensor": device_speed.hash_tensor,
    "sha256 on the host": device_speed.sha256_on_host,
    "launches": device_speed.launches,
}


def measure(device: str, path: Path) -> dict[str, Any]:
    """Run all parts.

    Args:
        device: ``cuda`` or ``cpu``.
        path: Where the figures go, after each part.

    Returns:
        For each part its figures, or its error; and how long it took [s].
    """
    found: dict[str, Any] = {}
    if device == "cpu":
        torch.set_num_threads(1)
    for name, part in PARTS.items():
        began = time.perf_counter()
        try:
            figures = part(device)
        except Exception:  # noqa: BLE001  # the other parts go on
            figures = {"error": traceback.format_exc()}
        figures["seconds"] = round(time.perf_counter() - began, 2)
        found[name] = figures
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        sys.stderr.write(f"{name}: {json.dumps(figures)}\n")
        if device == "cuda":
            torch.cuda.empty_cache()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0 if every part has figures, else 1.
    """
    parser = argparse.ArgumentParser(description="quick digests on a device")
    parser.add_argument("--write", type=Path, required=True, metavar="PATH")
    default = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=("cuda", "cpu"), default=default)
    options = parser.parse_args(arguments)
    found = measure(options.device, options.write)
    return int(any("error" in figures for figures in found.values()))


if __name__ == "__main__":
    sys.exit(main())
