"""What a name says of a number: a measure of quality, a reading of a clock, or neither.

A program that knows nothing of a run prints and returns all kinds of numbers. Those
that say how long something took differ in every run and would be no evidence, and those
that say how well it went are what people look at. Only names tell the two apart.
"""

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["is_clock", "is_measure", "pairs_in"]

CLOCKS: Final = frozenset(
    [
        "clock",
        "date",
        "duration",
        "elapsed",
        "eta",
        "finished",
        "fps",
        "latency",
        "mem",
        "memory",
        "ms",
        "now",
        "pid",
        "rss",
        "sec",
        "second",
        "seconds",
        "secs",
        "speed",
        "started",
        "throughput",
        "time",
        "times",
        "timestamp",
        "took",
        "runtime",
        "wall",
    ]
)
"""Words of numbers that another run cannot repeat."""

MEASURES: Final = frozenset(
    [
        "acc",
        "accuracy",
        "auc",
        "auroc",
        "bce",
        "bleu",
        "cer",
        "dice",
        "elbo",
        "err",
        "error",
        "errors",
        "f1",
        "fid",
        "iou",
        "kl",
        "likelihood",
        "loss",
        "losses",
        "mae",
        "map",
        "mape",
        "mse",
        "nll",
        "perplexity",
        "ppl",
        "precision",
        "psnr",
        "r2",
        "recall",
        "reward",
        "rewards",
        "rmse",
        "rouge",
        "score",
        "scores",
        "ssim",
        "top1",
        "top5",
        "wer",
    ]
)
"""Words of numbers by which people judge a training."""

_WORD: Final = re.compile(r"[A-Za-z][a-z]*\d*|[A-Z]+\d*")

_PAIR: Final = re.compile(
    r"""(?P<name>[A-Za-z_][\w/@-]*(?:[ ][A-Za-z_][\w/@-]*){0,2})
        ['"]?\s*(?:[:=]|\s)\s*['"]?
        (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)
        (?![\w.]|\s*(?:s|ms|sec|secs|seconds|it/s)\b)""",
    re.VERBOSE,
)


def is_clock(name: str) -> bool:
    """Tell whether a number is one that another run cannot repeat.

    Args:
        name: Such as ``train_runtime``.

    Returns:
        Whether a word of it says so.
    """
    return bool(CLOCKS & _words(name))


def is_measure(name: str) -> bool:
    """Tell whether a number says how well a training went.

    Args:
        name: Such as ``val_loss``.

    Returns:
        Whether a word of it says so, and none is of a clock.
    """
    words = _words(name)
    return bool(MEASURES & words) and not CLOCKS & words


def pairs_in(line: str) -> Iterator[tuple[str, float]]:
    """Read the measures that a printed line tells.

    A line that redraws itself, as progress bars do, comes as often as the clock lets
    it, and tells nothing.

    Args:
        line: Such as ``epoch 3: train loss 0.21, acc: 93.0%``.

    Yields:
        Each name with its number, in their order.
    """
    if "\r" in line or "it/s" in line or "s/it" in line:
        return
    for found in _PAIR.finditer(line):
        name = " ".join(found["name"].split()).lower()
        if is_measure(name):
            yield name, float(found["number"])


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
