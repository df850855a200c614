"""How long a module's promises take, in a process of its own: prints figures as JSON.

    python -m benchmarks.contracts_time

The first module of a process pays for what is imported and compiled once, so order
matters and nothing may run before. Ten properties that draw all twenty examples are one
bar; all properties of a module are told beside it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from pytest_repro.contracts import Promise, promises_of, subject_of
from tests.contracts.corpus.correct_modules import CORRECT

__all__ = ["MODULES", "main", "time_module"]

MODULES: Final = (
    "Perceptron",
    "ResidualBlock",
    "GRU",
    "TransformerEncoderLayer",
    "SmallGPT",
    "Conv2d",
)
"""Of the corpus; the first is the first of the process."""

TEN: Final = (
    "shape_dtype",
    "finite",
    "eval_deterministic",
    "rng_isolation",
    "no_input_mutation",
    "no_aliasing",
    "batch_permutation",
    "batch_size_invariance",
    "state_dict_roundtrip",
    "non_contiguous",
)
"""Properties that draw as many examples as they are asked for: twenty."""


def time_module(name: str) -> dict[str, object]:
    """Judge ten properties of a module, then the others.

    Args:
        name: Of a module of the corpus.

    Returns:
        Its name, how many properties it has, and elapsed and processor seconds.
    """
    (part,) = (one for one in CORRECT if one.name == name)
    promises = promises_of(subject_of(part))
    ten = [one for one in promises if one.rule.name in TEN]
    others = [one for one in promises if one.rule.name not in TEN]
    ten_s, ten_cpu_s = _judge(ten)
    others_s, others_cpu_s = _judge(others)
    return {
        "name": name,
        "properties": len(promises),
        "ten_s": ten_s,
        "ten_cpu_s": ten_cpu_s,
        "all_s": ten_s + others_s,
        "all_cpu_s": ten_cpu_s + others_cpu_s,
    }


def _judge(promises: Sequence[Promise]) -> tuple[float, float]:
    began, busy = perf_counter(), process_time()
    for one in promises:
        one.judge(Path("nowhere"))
    return perf_counter() - began, process_time() - busy


def main() -> None:
    """Time the modules, and print what was measured."""
    print(json.dumps([time_module(name) for name in MODULES]))  # noqa: T201  # its output


if __name__ == "__main__":
    main()
