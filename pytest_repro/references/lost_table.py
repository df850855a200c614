"""`lost.tsv`: which lanes of the step ledger the anchor's run could not follow.

Whoever explains a divergence from a ledger must see what was not in it, and why::

    #pytest-repro/lost/1
    lane  step  why
    data/batch  3  FingerprintError: no bytes

The step is the first one without a digest. Nearly every run lacks this file.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.records import BEFORE, LostLane
from pytest_repro.references.cells import check_name, check_names, read_integers
from pytest_repro.references.ledger_table import MAX_LANES
from pytest_repro.references.tables import columns_of, read_lines, write_lines

__all__ = ["check_lost", "fit_lost", "read_lost", "write_lost"]

TITLE: Final = "#pytest-repro/lost/1"
COLUMNS: Final = ("lane", "step", "why")
MAX_WHY: Final = 300
MAX_NUMBER: Final = 2**63 - 1


def write_lost(lost: Sequence[LostLane]) -> bytes:
    """Write what could not be followed.

    Args:
        lost: What `check_lost` accepts.

    Returns:
        The bytes of the file.
    """
    rows = [(one.name, str(one.step), one.why) for one in lost]
    return write_lines(TITLE, [COLUMNS, *rows])


def fit_lost(lost: Sequence[LostLane], max_bytes: int | None) -> tuple[LostLane, ...]:
    """Keep all of it: half of what is unknown would pass for the whole.

    Args:
        lost: The lanes.
        max_bytes: Not looked at; their number and length are bounded.

    Returns:
        The same.
    """
    del max_bytes
    return tuple(lost)


def read_lost(data: bytes) -> tuple[LostLane, ...]:
    """Read what could not be followed, strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The lanes, sorted by name.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_lost` could have written.
    """
    header, *lines = read_lines(data, TITLE) or [""]
    if header != "\t".join(COLUMNS):
        msg = f"the header line is {header[:80]!a}"
        raise ValueError(msg)
    names, steps, whys = columns_of(lines, len(COLUMNS), first_line=3)
    lost = tuple(
        LostLane(name=name, step=step, why=why)
        for name, step, why in zip(names, read_integers(steps), whys, strict=True)
    )
    check_lost(lost)
    return lost


def check_lost(lost: Sequence[LostLane]) -> None:
    """Check what no file may contradict.

    Args:
        lost: All lost lanes of a record, at least one.

    Raises:
        ValueError: If names repeat or are unsorted, a step is none, or a reason is no
            line.
    """
    if not lost:
        msg = "a record that lost no lane has no such file"
        raise ValueError(msg)
    check_names([one.name for one in lost], limit=MAX_LANES)
    for one in lost:
        check_name(one.why, longest=MAX_WHY)
        if not BEFORE <= one.step <= MAX_NUMBER:
            msg = f"lane {one.name!r} is lost at step {one.step}, which is none"
            raise ValueError(msg)
