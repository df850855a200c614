"""What a worker changes in itself under a variation, and puts back."""

import copy
import datetime as dt
import glob
import multiprocessing
import multiprocessing.connection
import os
import random
import secrets
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_repro.determinism import LOADERS, Probes
from pytest_repro.determinism.clock import shifted_clock, still_clock
from pytest_repro.determinism.entropy import still_entropy
from pytest_repro.determinism.listing import listing_order
from pytest_repro.determinism.patches import guarded
from pytest_repro.determinism.processors import other_processors
from pytest_repro.errors import ReproUsageError
from pytest_repro.provenance.hardware import collect_cores
from pytest_repro.records import Variation
from tests.determinism.process import run_python


def probes(folder: Path, *names: str) -> Probes:
    """Make the probes of a variation."""
    return Probes(Variation(name="+".join(names), axis="x", probes=names), folder)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with five files."""
    for name in "dbeac":
        (tmp_path / name).touch()
    return tmp_path


def looks(folder: Path) -> list[list[str]]:
    """List a folder in every way there is."""
    with os.scandir(folder) as entries:
        scanned = [entry.name for entry in entries]
    return [
        os.listdir(folder),  # noqa: PTH208  # as people write it
        scanned,
        [path.name for path in folder.iterdir()],
        [Path(path).name for path in glob.glob(str(folder / "*"))],  # noqa: PTH207  # as above
        next(os.walk(folder))[2],
    ]


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_every_way_to_list_a_folder_gives_another_order(
    files: Path, order: str
) -> None:
    """The same entries in an order that is the same every time, then as before."""
    before = looks(files)

    with listing_order(order):
        first, second = looks(files), looks(files)

    assert looks(files) == before
    assert first == second
    for listed, known in zip(first, before, strict=True):
        assert sorted(listed) == sorted(known)
        assert listed != known


def times() -> list[float]:
    """Ask for the time of day in every way there is."""
    return [
        time.time(),
        time.time_ns() / 1e9,
        time.mktime(time.localtime()),
        dt.datetime.now().timestamp(),  # noqa: DTZ005  # as people write it
        dt.datetime.now(dt.UTC).timestamp(),
        dt.datetime.today().timestamp(),  # noqa: DTZ002  # as above
        time.clock_gettime(time.CLOCK_REALTIME),
        time.clock_gettime_ns(time.CLOCK_REALTIME) / 1e9,
    ]


def test_clock_is_shifted_in_every_way_to_read_it() -> None:
    """A day later all over, and afterwards as before."""
    before = times()

    with shifted_clock(86400):
        day, shifted = dt.date.today(), times()  # noqa: DTZ011  # as people write it

    assert [later - one for one, later in zip(before, shifted, strict=True)] == (
        pytest.approx([86400] * len(before), abs=30)
    )
    assert day > dt.date.today()  # noqa: DTZ011  # as above
    assert times() == pytest.approx(before, abs=30)


def test_still_clock_gives_the_same_times_again() -> None:
    """It ticks a little, so that a loop that waits for it comes to an end."""

    def read() -> list[float]:
        with still_clock():
            return [*times(), time.perf_counter(), float(time.perf_counter_ns())]

    first = read()

    assert first == read()
    assert first[0] < first[1] < first[0] + 1


MEASURING = ("monotonic", "perf_counter", "process_time", "thread_time")


def durations() -> list[float]:
    """Ask every clock that only measures."""
    own = [getattr(time, name)() for name in MEASURING]
    return [*own, *(getattr(time, f"{name}_ns")() / 1e9 for name in MEASURING)]


def test_still_clock_holds_what_measures_too() -> None:
    """A program that stops after a while stops at the same step."""

    def read() -> list[float]:
        with still_clock():
            return durations()

    first = read()

    assert first == read()
    assert durations() != first


def test_waiting_ends_under_a_still_clock() -> None:
    """What libraries wait by goes on: nothing comes, and the wait is over in time."""
    ours, _theirs = multiprocessing.Pipe()
    began = time.monotonic()

    with still_clock():
        assert not multiprocessing.connection.wait([ours], timeout=0.05)

    assert time.monotonic() - began < 5


def test_number_of_processors_is_another_for_who_asks() -> None:
    """In every way to ask, and afterwards as before."""

    def asked() -> list[int]:
        return [
            os.cpu_count() or 0,
            multiprocessing.cpu_count(),
            len(os.sched_getaffinity(0)),
        ]

    before = asked()

    with other_processors(77):
        assert asked() == [77, 77, 77]
        assert collect_cores() == before[2]

    assert asked() == before


def test_true_dates_are_dates_under_another_clock() -> None:
    """Programs that ask for the class, or copy, see no difference."""
    true = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    with shifted_clock(1):
        found = dt.datetime.now(dt.UTC)
        assert isinstance(true, dt.datetime)
        assert isinstance(found, dt.date)
        assert not isinstance("2026", dt.datetime)
        assert copy.deepcopy(found) == found

    assert found > true


def draws() -> list[object]:
    """Draw from the system's entropy in every way there is."""
    random.seed()
    return [
        os.urandom(5),
        secrets.token_hex(8),
        uuid.uuid4(),
        random.SystemRandom().random(),
        random.Random().random(),  # noqa: S311  # as people write it
        random.random(),  # noqa: S311  # as above
        np.random.default_rng().random(),
    ]


def test_still_entropy_gives_the_same_bytes_again() -> None:
    """In every way to draw it, and afterwards it is entropy again."""
    draws()  # numpy draws once more when its generators are imported

    def read() -> list[object]:
        with still_entropy():
            return draws()

    first = read()

    assert first == read()
    assert len({*map(str, first)}) == len(first)
    assert all(one != other for one, other in zip(draws(), draws(), strict=True))


def test_still_entropy_seeds_a_generator_whose_draws_are_guarded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a loader's worker, where a guard stands in for `random.random`."""
    monkeypatch.setattr(random, "random", guarded(random.random, lambda *_: None))

    def draw() -> float:
        with still_entropy():
            random.seed()
            return random.random()  # noqa: S311  # no secret

    assert draw() == draw()


def test_folder_and_home_are_empty_until_the_run_is_over(tmp_path: Path) -> None:
    """Both lie in the job's folder."""
    before = Path.cwd(), Path.home()
    changed = probes(tmp_path, "cwd=empty", "home=empty")

    changed.begin()
    changed.enter()
    inside = Path.cwd(), Path.home()
    changed.close()

    assert inside == (tmp_path / "cwd", tmp_path / "home")
    assert [list(folder.iterdir()) for folder in inside] == [[], []]
    assert (Path.cwd(), Path.home()) == before


def test_neighbours_are_gone_when_the_run_is_over(tmp_path: Path) -> None:
    """Contention is of this run alone."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    busy = probes(tmp_path, "contention=1")
    before = len(children.read_text().split())

    busy.begin()
    during = len(children.read_text().split())
    busy.close()

    assert (during - before, len(children.read_text().split())) == (1, before)


def test_unknown_change_is_refused(tmp_path: Path) -> None:
    """An older worker must not run plainly what was to be varied."""
    with pytest.raises(ReproUsageError, match="variation moon is not known"):
        probes(tmp_path, "moon=full")


def test_run_without_a_variation_has_no_facts(tmp_path: Path) -> None:
    """Records of plain runs stay as they were."""
    assert Probes(None, tmp_path).facts() == {}


LOADER = """
import json
from pathlib import Path
from pytest_repro.determinism import Probes
from pytest_repro.records import Variation

one = Variation(name="w", axis="loader workers", probes=("loader-workers=WORKERS",))
probes = Probes(one, Path("."))
probes.pin()
import torch
from torch.utils.data import DataLoader
before = probes.facts()
loader = DataLoader(list(range(5)), batch_size=2, num_workers=1, timeout=9,
                    prefetch_factor=3, persistent_workers=True)
plain = DataLoader(list(range(5)), 2)
batches = [batch.tolist() for batch in plain]
facts = probes.facts()
probes.close()
after = DataLoader(list(range(5)), num_workers=1).num_workers
sizes = [loader.num_workers, plain.num_workers]
print(json.dumps([*sizes, batches, before, facts, after]))
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_every_loader_has_so_many_workers(workers: int) -> None:
    """Whatever it asked for; how many there were is a fact of the record."""
    found: list[Any] = run_python(LOADER.replace("WORKERS", str(workers)))

    assert found == [
        workers,
        workers,
        [[0, 1], [2, 3], [4]],
        {"variation": "w", LOADERS: 0},
        {"variation": "w", LOADERS: 2},
        1,
    ]


FLAGS = """
import json
from pathlib import Path
from pytest_repro.determinism import Probes
from pytest_repro.records import Variation

Probes(Variation(name="f", axis="f", probes=("onednn=off", "denormals=flushed")),
       Path(".")).pin()
import torch
tiny = torch.tensor([1e-310], dtype=torch.float64)
print(json.dumps([torch.backends.mkldnn.enabled, (tiny * 1.0).item()]))
"""


def test_flags_of_torch_wait_for_torch() -> None:
    """OneDNN is off and denormals are flushed as soon as it is imported."""
    assert run_python(FLAGS) == [False, 0.0]


FLAG = """
import json
from pathlib import Path
from pytest_repro.determinism import Probes
from pytest_repro.records import Variation

names = ("flag:mkldnn.enabled=False", "flag:deterministic_debug_mode=1",
         "flag:default_dtype=torch.float64")
Probes(Variation(name="f", axis="f", probes=names), Path(".")).pin()
import torch
print(json.dumps([torch.backends.mkldnn.enabled, torch.get_deterministic_debug_mode(),
                  str(torch.get_default_dtype())]))
"""


def test_any_flag_is_set_as_a_record_tells_it() -> None:
    """Truth, number or type: as soon as torch is imported."""
    assert run_python(FLAG) == [False, 1, "torch.float64"]
