"""What whole sessions cost: loading the plugin, and an experiment under it.

An experiment is trained by `pytest --repro` and by `benchmarks.plain`, in turn. A pair
counts only if both gave the same bits, else two different trainings were timed.
"""

import json
import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.pairs import BothClocks, Clocks, Pairs, alternate
from benchmarks.plain import show_bits
from benchmarks.processes import PLUGIN, PYTEST, make_project, python
from benchmarks.variants import EXPERIMENTS
from pytest_repro.records import Metric, Series
from pytest_repro.references import read_record

__all__ = [
    "Experiment",
    "Session",
    "experiment_costs",
    "numbers_of",
    "start_costs",
]

TEST: Final = "def test_nothing():\n    pass\n"

CONFTEST: Final = '''\
"""Times the test function itself, in the worker."""

import json
import time
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pyfunc_call(pyfuncitem):
    wall, processor = time.perf_counter(), time.process_time()
    result = yield
    spent = (time.perf_counter() - wall, time.process_time() - processor)
    if pyfuncitem.config.getoption("repro_worker"):
        Path("trained.json").write_text(json.dumps(spent))
    return result
'''

Numbers = frozenset[tuple[str, int | None, str]]
"""What was logged: the metric, its step, its exact value."""


class Session(NamedTuple):
    """One training, from a command line to its end.

    Attributes:
        whole: The whole session, with every process that it starts.
        trained: The test function alone.
        numbers: What it logged.
    """

    whole: Clocks
    trained: Clocks
    numbers: Numbers


class Experiment(NamedTuple):
    """What an experiment costs both ways.

    Attributes:
        whole: Whole sessions.
        trained: The test function alone.
    """

    whole: BothClocks
    trained: BothClocks


def start_costs(folder: Path, pairs: int) -> BothClocks:
    """Measure what loading the plugin costs a project without experiments.

    Args:
        folder: An empty folder, or none.
        pairs: How many pairs.

    Returns:
        Sessions of ``pytest --collect-only`` without the plugin, and with it.
    """
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_nothing.py").write_text(TEST, encoding="utf-8")

    def collect(*plugin: str) -> Callable[[], Clocks]:
        return lambda: _timed([*PYTEST, *plugin, "--collect-only"], folder)

    plain, ours = alternate(collect(), collect(*PLUGIN), pairs)
    return Pairs.by_clock("collect one test", plain, ours)


def experiment_costs(folder: Path, name: str, pairs: int) -> Experiment:
    """Measure what an experiment costs as a plain script, and under the plugin.

    Args:
        folder: Must not exist.
        name: A key of `EXPERIMENTS`.
        pairs: How many pairs.

    Returns:
        Its cost.

    Raises:
        RuntimeError: If the two do not give the same bits.
    """
    make_project(folder)
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    node = EXPERIMENTS[name].node
    _timed([*PYTEST, *PLUGIN, "--repro-record", node], folder)
    plain, ours = alternate(
        lambda: _run_plain(name, folder), lambda: _run_ours(node, folder), pairs
    )
    if len({session.numbers for session in (*plain, *ours)}) != 1:
        msg = f"{name}: plain script and plugin gave other bits, so nothing is compared"
        raise RuntimeError(msg)
    return Experiment(
        Pairs.by_clock(name, [one.whole for one in plain], [one.whole for one in ours]),
        Pairs.by_clock(
            name, [one.trained for one in plain], [one.trained for one in ours]
        ),
    )


def _timed(arguments: list[str], folder: Path) -> Clocks:
    """Run a process to its good end, and measure it with all that it starts."""
    return _run(arguments, folder)[0]


def _run(arguments: list[str], folder: Path) -> tuple[Clocks, str]:
    before, started = _children_s(), time.perf_counter()
    ended = python(arguments, folder)
    spent = Clocks(time.perf_counter() - started, _children_s() - before)
    if ended.returncode != 0:
        msg = f"{arguments} failed\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        raise RuntimeError(msg)
    return spent, ended.stdout


def _children_s() -> float:
    """Return the processor time of every process that has ended under this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run_plain(name: str, folder: Path) -> Session:
    whole, output = _run(["-m", "benchmarks.plain", *EXPERIMENTS[name].call], folder)
    told = json.loads(output)
    numbers = frozenset((metric, step, bits) for metric, step, bits in told["numbers"])
    return Session(whole, Clocks(*told["trained"]), numbers)


def _run_ours(node: str, folder: Path) -> Session:
    whole = _timed([*PYTEST, *PLUGIN, "--repro", node], folder)
    trained = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
    (place,) = (folder / ".repro" / "runs").rglob("record")
    record = read_record(place)
    numbers = numbers_of(record.series, record.anchor.metrics)
    return Session(whole, Clocks(*trained), numbers)


def numbers_of(series: Iterable[Series], metrics: Iterable[Metric]) -> Numbers:
    """List what a run recorded as `benchmarks.plain` would.

    Args:
        series: Its traces.
        metrics: Its final metrics.

    Returns:
        Every number, with its exact bits.
    """
    traces = {
        (one.name, step, show_bits(one.scalar(index).value))
        for one in series
        for index, step in enumerate(one.steps)
    }
    finals = {(one.name, None, show_bits(one.scalar.value)) for one in metrics}
    return frozenset(traces | finals)
