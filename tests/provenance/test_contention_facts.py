"""How much a run shared its machine: counters before and after, or nothing."""

from pathlib import Path

from pytest_repro.provenance.contention_facts import ContentionMeter

LINE = "some avg10=1.00 avg60=0.50 avg300=0.10 total={}\nfull avg10=0.00 total=0\n"


def test_stalls_are_the_share_of_the_time_in_between(tmp_path: Path) -> None:
    """More than the time itself is all of it; what did not move is nothing."""
    (tmp_path / "cpu").write_text(LINE.format(1000))
    (tmp_path / "io").write_text(LINE.format(500))
    meter = ContentionMeter(tmp_path)
    (tmp_path / "cpu").write_text(LINE.format(10**12))

    found = meter.read()

    assert (found.cpu_stalled, found.io_stalled) == (1.0, 0.0)


def test_system_that_tells_nothing_is_no_fault(tmp_path: Path) -> None:
    """Other kernels have no such counters, and some hide them."""
    (tmp_path / "memory").write_text("nonsense")

    found = ContentionMeter(tmp_path).read()

    assert (found.cpu_stalled, found.memory_stalled, found.io_stalled) == (None,) * 3
    assert found.cpus >= 1
