"""How fast does a policy augment batches: all samples at once, or one after the other?

    python -m benchmarks.augmentation --date 2026-11-27 --command "nox -s augmentation"

Every way gives the same bits; that is checked before anything is timed, and the study
stops if it is not so.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import torch

from benchmarks.augmentation_page import WAYS, page
from benchmarks.machine import add_arguments, look
from benchmarks.pairs import Pairs, alternate
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

__all__ = ["main", "measure"]

SAMPLES: Final = 256
FEWEST: Final = 5

OPERATIONS: Final[Mapping[str, tuple[Any, ...]]] = {
    "flip": (Flip.Config(),),
    "affine": (Affine.Config(),),
    "noise": (GaussianNoise.Config(),),
    "seven operations": (
        Flip.Config(),
        Translate.Config(),
        Affine.Config(),
        Brightness.Config(),
        Contrast.Config(),
        GaussianNoise.Config(),
        Cutout.Config(),
    ),
}

Work = Callable[[], object]


def measure(operations: tuple[Any, ...], pairs: int) -> dict[str, Pairs]:
    """Augment a batch in every way, next to the whole batch at once.

    Args:
        operations: Of the policy.
        pairs: How often each.

    Returns:
        Processor time by way; the whole batch at once is what others are set beside.

    Raises:
        RuntimeError: If one by one gives other bits.
    """
    policy, ids = Policy.Config(operations=operations).build(), list(range(SAMPLES))
    batch = torch.rand(SAMPLES, 3, 32, 32, generator=torch.Generator().manual_seed(0))

    def whole() -> Any:  # noqa: ANN401  # a tensor
        return policy.apply(batch, policy.draw(0, 0, ids), note=None)

    def looked_at() -> Any:  # noqa: ANN401  # a tensor
        return policy.apply(batch, policy.draw(0, 0, ids))

    def one_by_one() -> torch.Tensor:
        parts = [
            policy.apply(batch[i : i + 1], policy.draw(0, 0, [i]), note=None)
            for i in ids
        ]
        return torch.cat(parts)

    if not torch.equal(whole(), one_by_one()):
        msg = "one by one, samples have other bits than in a batch"
        raise RuntimeError(msg)
    others: Sequence[Work] = (partial(policy.draw, 0, 0, ids), looked_at, one_by_one)
    return {
        name: _paired(name, whole, other, pairs)
        for name, other in zip(WAYS, others, strict=True)
    }


def _paired(name: str, whole: Work, other: Work, pairs: int) -> Pairs:
    plain, ours = alternate(partial(seconds, whole), partial(seconds, other), pairs)
    return Pairs(label=name, plain=tuple(plain), ours=tuple(ours))


def seconds(work: Work) -> float:
    """Measure processor time.

    Args:
        work: What is done.

    Returns:
        How much it took [s].
    """
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a speed is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="speed of augmentation")
    add_arguments(parser, "augmentation.md")
    parser.add_argument("--pairs", type=int, default=FEWEST, metavar="N")
    options = parser.parse_args(arguments)
    occasion = look(options.date, options.command)
    torch.set_num_threads(1)
    pairs = max(options.pairs, FEWEST)
    found = {name: measure(one, pairs) for name, one in OPERATIONS.items()}
    text = page(found, SAMPLES, occasion)
    options.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
