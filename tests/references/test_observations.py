"""The history: what is appended is there, whatever else happens."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.errors import (
    RecordError,
    StoreBusy,
    StoreFull,
    StoreReadOnly,
    UnsafePath,
)
from pytest_repro.records import Metric, Observation, Rung, Tier
from pytest_repro.references import Chronicle, History
from pytest_repro.references.observation_lines import (
    read_observation,
    write_observation,
)
from tests.record_strategies import record
from tests.references.chronicles import KEY, observation
from tests.references.disks import unmeasured
from tests.references.faults import failing, striking
from tests.references.strategies import NAME_SETS, scalars

ROOT = Path(__file__).parents[2]

TIMES = st.integers(1, 28).map("2026-02-{:02}T03:04:05Z".format)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Draw anything that a session may observe."""
    metrics = [Metric(name=name, scalar=draw(scalars())) for name in draw(NAME_SETS)]
    drawn: Observation = draw(record(Observation))
    return replace(
        drawn,
        experiment=draw(st.sampled_from(["a.py::a", "B.py::b[1/2]", "", "../x"])),
        observed_utc=draw(TIMES),
        metrics=tuple(metrics),
        seeds=draw(st.integers(0, 9)),
        seeds_allowed=draw(st.integers(0, 9)),
        peak_rss_bytes=draw(st.integers(0, 2**63)),
    )


LISTS = st.lists(observations(), max_size=4)


def fresh(folder: Path) -> History:
    """Start a history in a folder that no other example uses."""
    number = len(list(folder.iterdir()))
    return History(folder / str(number))


def file_of(history: History) -> Path:
    """Return the only file of observations."""
    (path,) = history.root.rglob("*.jsonl")
    return path


def lines_of(observed: Sequence[Observation]) -> set[bytes]:
    """Return what is written of each."""
    return {write_observation(one) for one in observed}


@given(observations())
def test_what_is_written_is_read_again(observed: Observation) -> None:
    """read(write(observation)) = observation, bit for bit."""
    line = write_observation(observed)

    assert read_observation(line) == observed
    assert write_observation(read_observation(line)) == line


@settings(max_examples=40)
@given(LISTS)
def test_what_is_appended_is_there(
    tmp_path_factory: pytest.TempPathFactory, observed: list[Observation]
) -> None:
    """Read after append = the set of what was appended, by time."""
    history = fresh(tmp_path_factory.mktemp("history"))

    history.append(observed)

    found = history.read()
    assert lines_of(found.observations) == lines_of(observed)
    assert found.blemishes == ()
    times = [one.observed_utc for one in found.observations]
    assert times == sorted(times)


@settings(max_examples=30)
@given(LISTS, LISTS)
def test_merging_is_the_union(
    tmp_path_factory: pytest.TempPathFactory,
    here: list[Observation],
    there: list[Observation],
) -> None:
    """merge(a, b) = merge(b, a), and merging again adds nothing."""
    folder = tmp_path_factory.mktemp("histories")
    one, other = History(folder / "one"), History(folder / "other")
    one.append(here)
    other.append(there)

    before = one.read()
    added = one.merge(other)
    other.merge(one)

    assert one.read() == other.read()
    assert lines_of(one.read().observations) == lines_of(here) | lines_of(there)
    assert added == len(one.read().observations) - len(before.observations)
    assert one.merge(other) == 0


@given(st.permutations([observation(night) for night in (1, 2, 3)]))
def test_the_order_of_appending_does_not_count(
    tmp_path_factory: pytest.TempPathFactory, observed: list[Observation]
) -> None:
    """A night that arrives late stands where its time says."""
    history = fresh(tmp_path_factory.mktemp("history"))

    for one in observed:
        history.append([one])

    nights = [one.observed_utc[:10] for one in history.read().observations]
    assert nights == ["2026-11-01", "2026-11-02", "2026-11-03"]


def test_the_same_twice_counts_once(tmp_path: Path) -> None:
    """A line is in the set or is not."""
    history = History(tmp_path / "history")

    counts = [history.append([observation(1)]) for _ in range(2)]

    assert counts == [1, 0]
    assert history.read().observations == (observation(1),)


def test_no_history_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first session there is nothing, and that is no error."""
    assert History(tmp_path / "none").read() == Chronicle(observations=())


@pytest.mark.parametrize("length", range(2, 400, 23))
def test_a_torn_end_costs_one_observation_and_is_told(
    tmp_path: Path, length: int
) -> None:
    """Cut anywhere in its last line, the rest of a file is there, and more fits in."""
    history = History(tmp_path / "history")
    history.append([observation(1), observation(2)])
    path = file_of(history)
    path.write_bytes(path.read_bytes()[:-length])

    history.append([observation(3)])

    found = history.read()
    assert [one.observed_utc[8:10] for one in found.observations] == ["01", "03"]
    (blemish,) = found.blemishes
    assert (blemish.line, blemish.is_torn) == (2, True)
    assert "one observation is lost" in blemish.message
    assert found.is_intact


def test_a_whole_line_without_its_newline_is_no_loss(tmp_path: Path) -> None:
    """A write that lacked only the last byte said everything."""
    history = History(tmp_path / "history")
    history.append([observation(1)])
    path = file_of(history)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))

    history.append([observation(2)])

    assert history.read() == Chronicle(observations=(observation(1), observation(2)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(b'"decimal":"0.5"', b'"decimal":"0.9"', "say 0.5", id="decimal"),
        pytest.param(b'"seeds":1', b'"seeds": 1', "not as one is written", id="blank"),
        pytest.param(b'"seeds":1', b'"seeds":"x"', "seeds", id="type"),
        pytest.param(b'"owner":""', b'"extra":"","owner":""', "not as", id="unknown"),
        pytest.param(b'"format":1', b'"format":2', "upgrade it", id="later format"),
        pytest.param(b'"format":1', b'"format":0', "has format 0", id="no format"),
        pytest.param(b"2026-11-01T", b"2026-11-1T", "observed_utc", id="time"),
        pytest.param(b"{", b"[{", "no observation", id="no object"),
        pytest.param(b"\n", b"\r\n", "not as one is written", id="line ending"),
        pytest.param(b"test_digits_cnn", b"test_other", "another file", id="moved"),
    ],
)
def test_a_damaged_line_is_told_and_hides_no_other(
    tmp_path: Path, old: bytes, new: bytes, told: str
) -> None:
    """What no session wrote is not believed; what stands beside it is."""
    history = History(tmp_path / "history")
    history.append([observation(1)])
    path = file_of(history)
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    history.append([observation(2)])

    found = history.read()

    assert found.observations == (observation(2),)
    (blemish,) = found.blemishes
    assert told in blemish.message
    assert not blemish.is_torn


def test_a_damaged_history_is_not_merged(tmp_path: Path) -> None:
    """Half of another machine's nights would look like all of them."""
    one, other = History(tmp_path / "one"), History(tmp_path / "other")
    other.append([observation(1)])
    file_of(other).write_bytes(b"nonsense\n")

    with pytest.raises(RecordError, match=r"cnn/linux.*jsonl:1: no observation"):
        one.merge(other)


def test_an_observation_that_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    """A time without meaning is refused before anything is touched."""
    history = History(tmp_path / "history")

    with pytest.raises(ValueError, match="observed_utc"):
        history.append([replace(observation(1), observed_utc="yesterday")])

    assert not history.root.exists()


def test_git_keeps_both_sides_and_ignores_the_lock(tmp_path: Path) -> None:
    """Two machines that push to one branch lose no night."""
    history = History(tmp_path / "history")
    history.append([observation(1)])

    assert "merge=union" in (history.root / ".gitattributes").read_text()
    assert ".lock" in (history.root / ".gitignore").read_text().splitlines()


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Wherever space runs out, the earlier nights stay and no half line remains."""
    history = History(tmp_path / "history")
    history.append([observation(1)])
    before = file_of(history).read_bytes()
    with striking(0, failing(errno.ENOSPC)) as calls:
        History(tmp_path / "other").append([observation(1)])
    failures = 0

    for number in range(1, len(calls.calls) + 1):
        try:
            with striking(number, failing(errno.ENOSPC)):
                history.append([observation(2)])
        except (StoreFull, RecordError, OSError):
            failures += 1
        found = history.read()
        assert found.blemishes == ()
        assert found.observations[0] == observation(1)
        file_of(history).write_bytes(before)

    assert failures > 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    """Read-only is its own error."""
    history = History(tmp_path / "history")
    history.root.mkdir(mode=0o500)

    with pytest.raises((StoreReadOnly, OSError)):
        history.append([observation(1)])


def test_a_link_in_the_history_is_refused(tmp_path: Path) -> None:
    """Nothing is written through a link."""
    history = History(tmp_path / "history")
    history.append([observation(1)])
    path = file_of(history)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UnsafePath):
        history.append([observation(2)])
    with pytest.raises(UnsafePath):
        history.read()


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    """A lock that another holds is told by its folder."""
    history = History(tmp_path / "history", lock_timeout_s=0.05)
    history.append([observation(1)])

    with (
        history._locked(),
        pytest.raises(StoreBusy, match="another process is writing history"),
    ):
        History(history.root, lock_timeout_s=0.05).append([observation(2)])


def test_sessions_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Four processes append fifteen nights each: all sixty are there, and whole."""
    root = tmp_path / "history"
    command = [sys.executable, "-m", "tests.references.chronicles", "append", str(root)]

    writers = [
        subprocess.Popen([*command, str(worker), "15"], cwd=ROOT, env=unmeasured())
        for worker in range(4)
    ]
    codes = [writer.wait() for writer in writers]

    found = History(root).read()
    assert codes == [0] * 4
    assert len(found.observations) == 60
    assert found.blemishes == ()


def test_a_death_at_any_call_keeps_what_was_there(tmp_path: Path) -> None:
    """After each death the earlier night is read and the next append works."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.references.chronicles", "die", str(tmp_path)],
        cwd=ROOT,
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "VIOLATION" not in done.stdout
    assert int(done.stdout.split()[-1]) > 10


def test_a_line_is_what_the_docs_show() -> None:
    """Numbers stand as bits and as decimals; there is no float in the line."""
    line = json.loads(write_observation(observation(1)))

    assert line["format"] == 1
    assert line["metrics"] == [
        {"name": "accuracy", "bits": "float32:3f000000", "decimal": "0.5"}
    ]
    assert (line["wall_s"], line["rung"]) == ("4.5", Rung.IDENTICAL)
    assert (line["environment_key"], line["tier"]) == (KEY, Tier.NIGHTLY)


def test_git_merges_two_branches_without_a_conflict(tmp_path: Path) -> None:
    """Two machines add a night each to the same file: after a merge both are there."""
    history = History(tmp_path / "history")
    history.append([observation(1)])
    git(history.root, "init", "--initial-branch=main")
    commit(history.root)
    git(history.root, "checkout", "-b", "gpu")
    history.append([observation(2)])
    commit(history.root)
    git(history.root, "checkout", "main")
    history.append([observation(3)])
    commit(history.root)

    git(history.root, "merge", "gpu")

    nights = [one.observed_utc[8:10] for one in history.read().observations]
    assert nights == ["01", "02", "03"]


def git(folder: Path, *words: str) -> None:
    """Run git as somebody without settings of his own."""
    who = ("-c", "user.name=us", "-c", "user.email=us@example.com")
    command = [str(shutil.which("git")), *who, *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    """Commit everything."""
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "a night")
