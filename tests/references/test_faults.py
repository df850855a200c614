"""Whatever fails while a reference is written, it is the old one or the new one."""

import errno
import os
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_repro.errors import StoreError, StoreFull, StoreReadOnly
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore, encode, reference_folder
from tests.references.crashes import leftovers, state_of
from tests.references.disks import unmeasured
from tests.references.faults import Fault, failing, no_space, striking
from tests.references.samples import EXPERIMENT, environment, small_record

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PYTEST_REPRO_KILLS", "200"))


Write = Callable[[ReferenceStore, RunRecord], object]


def outcomes(
    folder: Path, fault: Fault, *, is_rewrite: bool, write: Write = ReferenceStore.write
) -> Iterator[dict[str, str]]:
    """Write with the fault at the first call, the second, … until it comes too late."""
    number = 0
    struck = True
    while struck:
        number += 1
        store = ReferenceStore(folder / str(number))
        if is_rewrite:
            store.write(small_record(value=0.25))
        raised = "nothing"
        with striking(number, fault) as countdown:
            try:
                write(store, small_record(value=0.5))
            except OSError as error:
                raised = type(error).__name__
        struck = len(countdown.calls) >= number
        found = state_of(store)
        store.write(small_record(value=0.75))
        yield {
            "call": f"{number} {countdown.calls[number - 1] if struck else 'none'}",
            "raised": raised,
            "found": found,
            "then": " ".join([state_of(store), *leftovers(store)]),
        }


@pytest.mark.parametrize(
    ("fault", "kinds", "before"),
    [
        pytest.param(no_space(), {"StoreFull", "StoreError"}, "none", id="full, first"),
        pytest.param(
            no_space(), {"StoreFull", "StoreError"}, "0.25", id="full, rewrite"
        ),
        pytest.param(failing(errno.EIO), {"StoreError"}, "0.25", id="input/output"),
        pytest.param(
            failing(errno.EACCES), {"StoreReadOnly", "StoreError"}, "0.25", id="access"
        ),
    ],
)
def test_error_at_any_call_leaves_the_old_or_the_new_state(
    quick_disk: Path, fault: Fault, kinds: set[str], before: str
) -> None:
    """Each call of a write fails once; the next write then succeeds, and clears up."""
    found = list(outcomes(quick_disk, fault, is_rewrite=before != "none"))

    assert len(found) > 50
    assert {one["then"] for one in found} == {"0.75"}
    assert [one for one in found if one["found"] not in {before, "0.5"}] == []
    assert {one["raised"] for one in found} <= kinds | {"nothing"}
    # Success is told of the new state only, a full or closed disk of the old one only.
    assert {one["found"] for one in found if one["raised"] == "nothing"} == {"0.5"}
    refusals = {"StoreFull", "StoreReadOnly"}
    assert {one["found"] for one in found if one["raised"] in refusals} <= {before}


def write_in_place(store: ReferenceStore, record: RunRecord) -> None:
    """Write a reference as one would without thinking of failures."""
    key = record.identity.environment.key
    folder = reference_folder(record.identity.experiment, key)
    for name, data in encode(record).items():
        descriptor = os.open(store.root / folder / name, os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, data)
        os.close(descriptor)


def test_writer_that_mixes_states_would_be_caught(quick_disk: Path) -> None:
    """The search for torn states finds them in a writer that leaves some."""
    found = list(
        outcomes(quick_disk, no_space(), is_rewrite=True, write=write_in_place)
    )

    torn = [one for one in found if one["found"].startswith("unreadable")]
    assert len(torn) > 10


def crashes(*arguments: str) -> list[str]:
    """Run a study of dying writers and return what it printed."""
    command = [sys.executable, "-m", "tests.references.crashes", *arguments]
    return started(command).stdout.splitlines()


def started(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program from the root of the project, with nobody measuring it."""
    return subprocess.run(
        command, cwd=ROOT, env=unmeasured(), check=True, capture_output=True, text=True
    )


def test_death_at_any_call_leaves_the_old_or_the_new_state(quick_disk: Path) -> None:
    """A process that ends at its n-th call, for every n, leaves nothing mixed."""
    lines = crashes("each", str(quick_disk))

    assert [line for line in lines if line.startswith("VIOLATION")] == []
    states = {line.split()[0] for line in lines}
    assert states == {"none", "0.25", "0.5"}


def test_kill_at_any_moment_leaves_a_whole_state(tmp_path: Path) -> None:
    """`kill -9` while a reference is rewritten again and again."""
    lines = crashes("kill", str(tmp_path), "20")

    assert [line for line in lines if line.startswith("VIOLATION")] == []
    assert sum(int(line.split()[-1]) for line in lines) == 20


@pytest.mark.campaign
def test_many_kills_leave_a_whole_state(tmp_path: Path) -> None:
    """The same, `PYTEST_REPRO_KILLS` times."""
    lines = crashes("kill", str(tmp_path), str(KILLS))

    assert [line for line in lines if line.startswith("VIOLATION")] == []
    assert sum(int(line.split()[-1]) for line in lines) == KILLS


SWAPS = """
import os, sys
from pathlib import Path
from pytest_repro.references import ReferenceStore
from tests.references.samples import small_record
rename, seen = os.rename, []
def dying(*args, **kwargs):
    seen.append(args)
    if len(seen) == int(sys.argv[2]):
        os._exit(7)
    rename(*args, **kwargs)
os.rename = dying
ReferenceStore(Path(sys.argv[1])).write(small_record(value=0.5))
"""


def test_state_set_aside_is_found_and_put_back(tmp_path: Path) -> None:
    """Between the two renames the folder is missing, and still nothing is lost."""
    store = ReferenceStore(tmp_path / "store")
    folder = store.write(small_record(value=0.25))
    command = [sys.executable, "-c", SWAPS, str(store.root), "2"]

    died = subprocess.run(command, cwd=ROOT, env=unmeasured(), check=False)
    is_missing = not folder.exists()
    found = store.find(EXPERIMENT, environment()).record
    entries = store.entries()
    store.write(small_record("other.py::test"))
    store.write(small_record(value=0.25))

    assert died.returncode == 7
    assert is_missing
    assert found == store.read(folder) == small_record(value=0.25)
    assert [entry.folder for entry in entries] == [folder]
    assert folder.exists()


def test_leftovers_of_a_deleted_reference_do_not_bring_it_back(tmp_path: Path) -> None:
    """After a crash past the swap, only `old` is left: no state, but rubbish."""
    store = ReferenceStore(tmp_path / "store")
    folder = store.write(small_record(value=0.25))
    (area,) = (path for path in (store.root / ".staging").iterdir() if path.is_dir())
    folder.rename(area / "old")

    found = store.find(EXPERIMENT, environment())

    assert found.record is None
    assert store.entries() == ()


FULL = """
import resource, sys
from pathlib import Path
from pytest_repro.errors import StoreFull
from pytest_repro.references import ReferenceStore
from tests.references.samples import small_record
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    ReferenceStore(Path(sys.argv[1])).write(small_record(value=0.5))
except StoreFull as error:
    print(error)
"""


@pytest.mark.parametrize("size", [0, 1, 100, 500, 1000])
def test_real_full_disk_keeps_the_old_state(tmp_path: Path, size: int) -> None:
    """The kernel refuses to let any file grow past some size."""
    store = ReferenceStore(tmp_path / "store")
    store.write(small_record(value=0.25))
    before = sorted(path for path in store.root.rglob("*"))
    command = [sys.executable, "-c", FULL, str(store.root), str(size)]

    done = started(command)

    assert done.stdout.startswith("no space to write store/experiments/")
    assert "what it held before is untouched" in done.stdout
    assert state_of(store) == "0.25"
    assert sorted(path for path in store.root.rglob("*")) == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


READ_ONLY = """
import os, sys
from pathlib import Path
from pytest_repro.errors import StoreReadOnly
from pytest_repro.references import ReferenceStore
from tests.references.samples import EXPERIMENT, environment, small_record
small_record()  # everything is imported while it may be read
os.setgid(65534)
os.setuid(65534)
store = ReferenceStore(Path(sys.argv[1]))
print(store.find(EXPERIMENT, environment()).match)
store.write(small_record(value=0.25))
try:
    store.write(small_record(value=0.5))
except StoreReadOnly as error:
    print(error)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter; pytest closes its own at each session."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("mode", [0o555, 0o755])
def test_store_that_may_not_be_written_is_read(public: Path, mode: int) -> None:
    """Looking up and identical writes need no permission; others say what to do."""
    store = ReferenceStore(public / "store")
    store.write(small_record(value=0.25))
    for path in store.root.rglob("*"):
        if path.is_dir():
            path.chmod(path.stat().st_mode | 0o055)
    store.root.chmod(mode)
    command = [sys.executable, "-c", READ_ONLY, str(store.root)]

    done = started(command)

    match, message, remedy = done.stdout.splitlines()
    assert match == "EXACT"
    assert message.startswith("not allowed to write store/experiments/")
    assert "leave --repro-record and --repro-update out" in remedy
    assert state_of(store) == "0.25"


def test_file_system_that_cannot_rename_folders_is_written_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lower layer of a container image answers EXDEV; then sums go first."""
    store = ReferenceStore(tmp_path / "store")
    folder = store.write(small_record(value=0.25))
    (folder / "run.dsse.json").write_text("{}")
    monkeypatch.setattr(os, "rename", CrossDevice())

    store.write(small_record(value=0.5))

    assert state_of(store) == "0.5"
    assert leftovers(store) == []
    assert not (folder / "run.dsse.json").exists()


def test_interrupted_write_file_by_file_says_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where old-or-new cannot be had, a torn state says so and can be mended."""
    store = ReferenceStore(tmp_path / "store")
    store.write(small_record(value=0.25))
    monkeypatch.setattr(os, "rename", CrossDevice(fail_at=3))

    with pytest.raises(StoreError):
        store.write(small_record(value=0.5))
    torn = state_of(store)
    store.write(small_record(value=0.5))

    assert "there is no SHA256SUMS: a write did not finish" in torn
    assert state_of(store) == "0.5"


class CrossDevice:
    """`os.rename` that refuses folders, and one file."""

    def __init__(self, *, fail_at: int = 0) -> None:
        """Keep the real one.

        Args:
            fail_at: Which file is refused; 0 for none.
        """
        self._rename = os.rename
        self._files = 0
        self._fail_at = fail_at

    def __call__(
        self, name: str, new_name: str, *, src_dir_fd: int, dst_dir_fd: int
    ) -> None:
        """Rename a file; refuse as the lower layer of a container image does."""
        if new_name == "old":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        self._files += 1
        if self._files == self._fail_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._rename(name, new_name, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)


def test_power_failure_after_the_swap_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state that is written but not durable is no full disk and no old state."""
    store = ReferenceStore(tmp_path / "store")
    store.write(small_record(value=0.25))
    fsync = os.fsync
    folder = store.entries()[0].folder
    before = folder.stat().st_ino

    def failing_late(descriptor: int) -> None:
        if folder.exists() and folder.stat().st_ino != before:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing_late)

    with pytest.raises(
        StoreError, match="is written whole, but may not outlast"
    ) as caught:
        store.write(small_record(value=0.5))
    assert not isinstance(caught.value, StoreFull | StoreReadOnly)
    assert state_of(store) == "0.5"


def test_file_system_that_cannot_sync_folders_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems answer EINVAL; files are synced all the same."""
    store = ReferenceStore(tmp_path / "store")
    fsync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)

    store.write(small_record(value=0.5))

    assert state_of(store) == "0.5"
