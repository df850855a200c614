"""What a run cost."""

import subprocess
import sys
from pathlib import Path

import pytest

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


def show_energy(rapl: Path, name: str, counter: int) -> None:
    """Write a counter of energy as the kernel shows it."""
    (rapl / name).mkdir(exist_ok=True)
    (rapl / name / "energy_uj").write_text(f"{counter}\n", encoding="ascii")
    (rapl / name / "max_energy_range_uj").write_text("10000000\n", encoding="ascii")


def test_energy_of_all_processors_is_summed(tmp_path: Path) -> None:
    """Parts of a processor are not counted again, and a counter may start anew."""
    show_energy(tmp_path, "intel-rapl:0", 1_000_000)
    show_energy(tmp_path, "intel-rapl:1", 9_000_000)
    show_energy(tmp_path, "intel-rapl:0:0", 0)
    meter = Meter(tmp_path)

    show_energy(tmp_path, "intel-rapl:0", 3_000_000)
    show_energy(tmp_path, "intel-rapl:1", 500_000)
    show_energy(tmp_path, "intel-rapl:0:0", 7_000_000)

    assert meter.energy_j() == pytest.approx(3.5, rel=1e-12)


def test_energy_is_unknown_where_no_counter_is_read(tmp_path: Path) -> None:
    """In a container, and for users who may not."""
    assert Meter(tmp_path / "nowhere").energy_j() is None
