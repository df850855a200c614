"""What a run cost."""

import subprocess
import sys

from pytest_repro.provenance import Meter

BUSY = "sum(i * i for i in range(2_000_000)); x = bytearray({size})"
MIB = 2**20


def test_meter_counts_from_its_making() -> None:
    """Time before the meter was made is not counted, steps are passed through."""
    first = Meter()
    _ = sum(i * i for i in range(500_000))
    second = Meter()

    early, late = first.read(steps=7), second.read()

    assert early.wall_s > late.wall_s >= 0
    assert early.cpu_s >= late.cpu_s >= 0
    assert (early.steps, late.steps) == (7, 0)


def test_children_count() -> None:
    """Processor time and memory of a finished child belong to the run."""
    meter = Meter()
    size = 300 * MIB

    subprocess.run([sys.executable, "-c", BUSY.format(size=size)], check=True)

    spent = meter.read()
    assert spent.cpu_s > 0.05
    assert spent.peak_rss_bytes > size // 2


def test_peak_is_a_number_of_bytes() -> None:
    """An interpreter takes more than a megabyte and less than a terabyte."""
    assert MIB < Meter().read().peak_rss_bytes < MIB * MIB
