"""How often does the matrix name an axis that has nothing to do with the bits?

    python -m benchmarks.separation

Groups are dealt to runs at random, and whatever is explained then is wrong. Causes are
planted, and it is counted what is named of them, and what else. The tables are written
into the page of the matrix, between its two marks. Nothing here depends on the machine.
"""

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pytest_repro.verdicts.separation import (
    LEVEL,
    Member,
    Separation,
    Told,
    separate,
)

__all__ = [
    "NIGHTLY",
    "binary",
    "is_claimed",
    "main",
    "null_row",
    "planted_row",
    "tables",
]

CASES: Final = 300

PAGE: Final = Path(__file__).parents[1] / "docs" / "explanation" / "matrix.md"
FIRST: Final = "<!-- rates: written by python -m benchmarks.separation -->"
LAST: Final = "<!-- end of rates -->"

_KERNELS: Final = ("MKL branch", "OpenBLAS", "libm", "oneDNN ISA")
_NATIVE: Final = dict.fromkeys(("ATen ISA", *_KERNELS), "native")
_NEW_TORCH: Final = {"torch": "new", "packages": "new"}
_FAR: Final = ("torch", "packages", "Python", "commit", "container", "C library")

NIGHTLY: Final[Mapping[str, Mapping[str, str]]] = {
    "reference": {"commit": "old"},
    "here": {},
    "threads-2": {"threads": "2"},
    "aten-avx2": {"ATen ISA": "avx2"},
    "avx2": dict.fromkeys(("ATen ISA", *_KERNELS), "avx2"),
    "native": _NATIVE,
    "native-threads-2": {**_NATIVE, "threads": "2"},
    "native-mkl-compatible": {**_NATIVE, "MKL branch": "base"},
    "native-onednn-sse41": {**_NATIVE, "oneDNN ISA": "base"},
    "torch-2-14": _NEW_TORCH,
    "other-python": {**_NEW_TORCH, "Python": "new"},
    "container": dict.fromkeys(_FAR, "far"),
}
"""The witnesses of this project's own nightly, each by what it has otherwise."""

AXES: Final = tuple(sorted({name for one in NIGHTLY.values() for name in one}))
SIZES: Final = {
    "in twos": (6, 6),
    "as those of digits_cnn": (4, *[1] * 8),
    "as those of logistic": (5, 2, 2, 1, 1, 1),
}
"""How many runs of the nightly have the same bits, in groups dealt at random."""

Deal = Callable[[random.Random], Sequence[Member]]


def is_claimed(found: Separation) -> bool:
    """Tell whether axes are named without a proviso.

    Args:
        found: What was said.

    Returns:
        Whether chance would hardly explain the groups as well.
    """
    is_named = found.told in {Told.EXPLAINED, Told.PARTLY} or found.is_proven
    return is_named and found.chance is not None and found.chance <= LEVEL


def null_row(name: str, deal: Deal, *, cases: int) -> tuple[str, ...]:
    """Count what is said of groups that have nothing to do with any axis.

    Args:
        name: Of the row.
        deal: Makes the runs of one case.
        cases: How many.

    Returns:
        The name; cases claimed, named with the proviso, and left unexplained.
    """
    found = [separate(deal(random.Random(seed))) for seed in range(cases)]  # noqa: S311  # no secret
    claimed = sum(map(is_claimed, found))
    proviso = sum(one.is_proven and not is_claimed(one) for one in found)
    return name, *map(str, (claimed, proviso, cases - claimed - proviso))


def planted_row(count: int, *, cases: int) -> tuple[str, ...]:
    """Count what is named of planted causes, in the design of the nightly.

    Args:
        count: Axes of a cause.
        cases: How many causes are planted.

    Returns:
        The number of axes; how many are proven in all; proven and not planted; cases in
        which all are proven; others claimed without proof; causes lost from sight.
    """
    proven = wrong = whole = fits = lost = 0
    for seed in range(cases):
        cause = set(random.Random(seed).sample(AXES, count))  # noqa: S311
        found = separate(_caused(cause))
        named = found.choices[0] if found.is_proven else ()
        proven += len(named)
        wrong += sum(cause.isdisjoint(names) for names in named)
        whole += all(any(axis in names for names in named) for axis in cause)
        fits += found.told is Told.EXPLAINED and not found.is_proven
        lost += found.told is not Told.SAME and not cause & _told_of(found)
    return tuple(map(str, (count, proven, wrong, whole, fits, lost)))


def _told_of(found: Separation) -> set[str]:
    rests = (choice for rest in found.rest for choice in rest.choices)
    sets = (*found.choices, *rests)
    return {name for choice in sets for names in choice for name in names}


def _caused(cause: set[str]) -> list[Member]:
    """Give each run of the nightly the bits that follow from a few axes."""
    bits = [
        tuple(moved.get(axis, "base") for axis in sorted(cause))
        for moved in NIGHTLY.values()
    ]
    return _nightly([bits.index(one) for one in bits])


def _nightly(groups: Sequence[int]) -> list[Member]:
    return [
        Member(
            name=name,
            group=group,
            axes={axis: moved.get(axis, "base") for axis in AXES},
        )
        for (name, moved), group in zip(NIGHTLY.items(), groups, strict=True)
    ]


def _dealt(sizes: Sequence[int]) -> Deal:
    groups = [place for place, size in enumerate(sizes) for _ in range(size)]
    return lambda source: _nightly(source.sample(groups, len(groups)))


def binary(runs: int, axes: int) -> Deal:
    """Make runs with axes of two values each, all of them and two groups at random.

    Args:
        runs: How many.
        axes: How many.

    Returns:
        Draws such runs from a generator.
    """

    def deal(source: random.Random) -> list[Member]:
        return [
            Member(
                name=f"run {number:02}",
                group=source.randrange(2),
                axes={f"axis {axis}": str(source.randrange(2)) for axis in range(axes)},
            )
            for number in range(runs)
        ]

    return deal


def tables(cases: int = CASES) -> Iterator[str]:
    """Write both tables.

    Args:
        cases: Of each row.

    Yields:
        Lines of Markdown.
    """
    heads = f"of {cases} groupings at random", "claimed", "with the proviso", "neither"
    yield _line(heads)
    yield "|---|---:|---:|---:|"
    for runs in (6, 8, 12, 16, 24):
        for axes in (3, 5, 8):
            name = f"{runs} runs, {axes} axes"
            yield _line(null_row(name, binary(runs, axes), cases=cases))
    for name, sizes in SIZES.items():
        row = null_row(f"the nightly, groups {name}", _dealt(sizes), cases=cases)
        yield _line(row)
    yield ""
    yield (
        f"| axes of the cause, {cases} causes each | proven axes | of them not planted"
        " | all proven | another claimed without proof | cause not told at all |"
    )
    yield "|---:|---:|---:|---:|---:|---:|"
    for count in (1, 2, 3, 4):
        yield _line(planted_row(count, cases=cases))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Write the tables into the page.

    Returns:
        0.
    """
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(FIRST)
    _, _, after = rest.partition(LAST)
    text = "\n".join([FIRST, "", *tables(), "", LAST])
    PAGE.write_text(f"{before}{text}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
