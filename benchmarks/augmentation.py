"""How fast a policy augments batches: all samples at once, or one after the other.

Run with ``python -m benchmarks.augmentation``. Both ways give the same bits; that is
checked before anything is timed. Times are of this machine.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from pytest_repro.augmentation import (
    Affine,
    Brightness,
    Contrast,
    Cutout,
    Flip,
    GaussianNoise,
    Policy,
    Translate,
)

SAMPLES = 256
ROUNDS = 5

POLICY = Policy.Config(
    operations=(
        Flip.Config(),
        Translate.Config(),
        Affine.Config(),
        Brightness.Config(),
        Contrast.Config(),
        GaussianNoise.Config(),
        Cutout.Config(),
    )
)


def seconds(work: Callable[[], object]) -> float:
    """Take the median time of a few calls, after one that is not counted."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def main() -> None:
    """Print samples a second of each way."""
    policy, ids = POLICY.build(), list(range(SAMPLES))
    batch = torch.rand(SAMPLES, 3, 32, 32, generator=torch.Generator().manual_seed(0))

    def whole() -> Any:  # noqa: ANN401  # a tensor
        return policy.apply(batch, policy.draw(0, 0, ids), note=None)

    def looked_at() -> Any:  # noqa: ANN401  # a tensor
        return policy.apply(batch, policy.draw(0, 0, ids))

    def one_by_one() -> torch.Tensor:
        return torch.cat(
            [
                policy.apply(batch[i : i + 1], policy.draw(0, 0, [i]), note=None)
                for i in ids
            ]
        )

    lines = [f"same bits          {torch.equal(whole(), one_by_one())}"]
    for name, work in (
        ("drawing alone", lambda: policy.draw(0, 0, ids)),
        ("whole batch", whole),
        ("troubles looked for", looked_at),
        ("one by one", one_by_one),
    ):
        lines.append(f"{name:20}{SAMPLES / seconds(work):8.0f} samples/s")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
