"""How many planted near duplicates are found, what else is, and how long does it take?

    python -m benchmarks.near_duplicates --date 2026-11-27 --command "nox -s near"

Real images and texts are split by hash; copies of training samples, each changed in one
way, are put among the test samples. *Recall* is the share of copies for which their
original is told. A *false alarm* is a test sample that is no copy and is told all the
same: whatever it resembles in the training part was there before.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np

from benchmarks.machine import add_arguments, look
from benchmarks.near_data import (
    IMAGE_CHANGES,
    TEXT_CHANGES,
    digits,
    docstrings,
    made_images,
    made_texts,
    mnist,
    moved_images,
    paragraphs,
)
from benchmarks.near_duplicates_page import Figures, page, write
from pytest_repro.data import Manifest, Parts, Sample, Split, find_near
from pytest_repro.data.leakage import ARRAYS_FROM, TEXTS_FROM
from pytest_repro.digests import digest_of_bytes

__all__ = ["Study", "main", "measure", "studies", "time_it"]

Change = Callable[[Any, np.random.Generator], Any]

COPIES: Final = 200
WARM_UP: Final = 200
SIZES: Final = (6_000, 20_000, 60_000)
SPLIT: Final = Split(shares={"train": 0.8, "test": 0.2}, salt="near")

THRESHOLDS: Final = {
    "arrays_from": (0.95, 0.97, 0.98, ARRAYS_FROM, 0.995),
    "texts_from": (0.3, 0.4, TEXTS_FROM, 0.6, 0.7),
}


class Study:
    """One real data set, and the ways in which copies of it are changed."""

    def __init__(
        self, name: str, contents: Sequence[Any], changes: Mapping[str, Any], kind: str
    ) -> None:
        """Split the data set.

        Args:
            name: What it is.
            contents: Its images or texts.
            changes: What is done to copies, by name.
            kind: The threshold that counts.
        """
        self.name = name
        self.changes = changes
        self.kind = kind
        self.contents = {f"{n:06}": one for n, one in enumerate(contents)}
        self.parts = split_of(self.contents)


def studies() -> list[Study]:
    """List the real data sets.

    Returns:
        Two of images, two of texts.
    """
    return [
        Study("digits, 8 × 8", digits(), IMAGE_CHANGES, "arrays_from"),
        Study("MNIST-5k, 28 × 28", mnist(), IMAGE_CHANGES, "arrays_from"),
        Study("essay and decisions", paragraphs(), TEXT_CHANGES, "texts_from"),
        Study("docstrings of Python", docstrings(), TEXT_CHANGES, "texts_from"),
    ]


def split_of(contents: Mapping[str, Any]) -> Parts:
    """Split contents by hash of their ids."""
    return SPLIT.apply(Manifest.of(map(_sample, contents)))


def measure(
    study: Study, copies: int = COPIES, *, thresholds: Sequence[float] = ()
) -> dict[str, Any]:
    """Plant copies and count what is found.

    Args:
        study: The data set.
        copies: How many at most are planted of each kind.
        thresholds: From where on contents count as one; several if left out.

    Returns:
        The figures, by threshold.
    """
    used = {"arrays_from": ARRAYS_FROM, "texts_from": TEXTS_FROM}[study.kind]
    found: dict[str, Any] = {
        "used": f"{used:g}",
        "name": study.name,
        "samples": len(study.contents),
        "test samples": len(study.parts["test"]),
        "thresholds": {},
    }
    for threshold in thresholds or THRESHOLDS[study.kind]:
        limits = {study.kind: threshold}
        alarms = find_near(study.parts, study.contents, **limits)
        recalls = {
            name: _recall(study, change, limits, copies)
            for name, change in study.changes.items()
        }
        alarm_share = len(alarms) / len(study.parts["test"])
        found["thresholds"][f"{threshold:g}"] = {
            "recall": recalls,
            "false alarms": len(alarms),
            "false alarm share": alarm_share,
        }
    return found


def _recall(
    study: Study, change: Change, limits: Mapping[str, float], copies: int
) -> float:
    """Plant changed copies among the test samples; see whose originals are told."""
    draws = np.random.default_rng(24)
    train = study.parts["train"]
    chosen = draws.permutation(len(train))[:copies].tolist()
    contents = dict(study.contents)
    planted = []
    for place in chosen:
        name = f"copy of {train[place].id}"
        contents[name] = change(study.contents[train[place].id], draws)
        planted.append(_sample(name))
    members = {"train": train, "test": (*study.parts["test"], *planted)}
    leaks = find_near(members, contents, **limits)
    hits = sum(one.second == f"copy of {one.first}" for one in leaks)
    return hits / len(planted)


def time_it(make: Callable[[int], Sequence[Any]], sizes: Sequence[int]) -> list[Any]:
    """Time a search through made data sets of several sizes.

    Args:
        make: Makes so many contents.
        sizes: How many.

    Returns:
        Size, elapsed and processor time in seconds, and how much was found.
    """
    _search(make(WARM_UP))
    return [[size, *_search(make(size))] for size in sizes]


def _search(made: Sequence[Any]) -> tuple[float, float, int]:
    contents = {f"{n:06}": one for n, one in enumerate(made)}
    parts = split_of(contents)
    began, busy = perf_counter(), process_time()
    leaks = find_near(parts, contents)
    return perf_counter() - began, process_time() - busy, len(leaks)


def _sample(name: str) -> Sample:
    digest = digest_of_bytes(name.encode())
    return Sample(id=name, origin="here", preparation="none", digest=digest)


def main(argv: Sequence[str]) -> int:
    """Measure, write the figures and make the page.

    Args:
        argv: The command line.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser()
    add_arguments(parser, "near-duplicates.md")
    arguments = parser.parse_args(argv)
    occasion = look(arguments.date, arguments.command)
    figures = Figures(
        tuple(occasion.lines()),
        tuple(map(measure, studies())),
        {
            "images of 28 × 28, overlaid": time_it(made_images, SIZES),
            "images of 28 × 28, moved": time_it(moved_images, SIZES),
            "texts of 100 words": time_it(made_texts, SIZES),
        },
    )
    write(figures)
    arguments.write.write_text(page(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
