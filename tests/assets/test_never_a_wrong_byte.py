"""Whatever fails, and whoever dies: a store holds the declared bytes or none."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore, fetch
from pytest_repro.errors import StoreBusy, StoreFull
from pytest_repro.records import DeclaredAsset
from tests.assets.crashes import CALLS, SMALL
from tests.assets.samples import DATA, Server, declared, stored
from tests.references import faults
from tests.references.disks import memory_folder, unmeasured

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PYTEST_REPRO_KILLS", "500"))


@pytest.fixture
def quick_disk() -> Iterator[Path]:
    """Provide a folder in memory, where thousands of fsync calls cost nothing."""
    with memory_folder() as folder:
        yield Path(folder)


def study(*arguments: str) -> list[str]:
    """Run a study of dying fetches and return what it printed."""
    command = [sys.executable, "-m", "tests.assets.crashes", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=unmeasured(), check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def wrong(lines: list[str]) -> list[str]:
    """Keep what must not be."""
    return [line for line in lines if line.startswith("VIOLATION")]


def counted(lines: list[str], beginning: str) -> int:
    """Add up what was found."""
    return sum(int(line.split()[-1]) for line in lines if line.startswith(beginning))


def test_death_at_any_call_leaves_nothing_or_all(quick_disk: Path) -> None:
    """From an empty store, a beginning, a wrong beginning and a damaged object."""
    lines = study("each", str(quick_disk))

    assert wrong(lines) == []
    assert counted(lines, "") > 100
    assert counted(lines, "whole, then whole") >= 4


def test_store_that_is_written_in_place_would_be_caught(quick_disk: Path) -> None:
    """The search for wrong bytes finds them in a store that leaves some."""
    assert wrong(study("each", str(quick_disk), "careless")) != []


def test_eight_writers_that_are_killed_serve_no_wrong_byte(quick_disk: Path) -> None:
    """They fetch from corrupt, cut, slow and good mirrors, and discard, all at once."""
    lines = study("storm", str(quick_disk), "30")

    assert wrong(lines) == []
    assert counted(lines, "served whole") > 10
    assert counted(lines, "in the end whole") == 6


def test_fetch_that_believes_its_mirrors_would_be_caught(quick_disk: Path) -> None:
    """The same storm finds wrong bytes where nothing is hashed."""
    assert wrong(study("storm", str(quick_disk), "30", "careless")) != []


@pytest.mark.campaign
def test_many_kills_serve_no_wrong_byte(tmp_path: Path) -> None:
    """The same on a real disk, `PYTEST_REPRO_KILLS` times."""
    lines = study("storm", str(tmp_path), str(KILLS))

    assert wrong(lines) == []
    assert counted(lines, "in the end whole") == 6


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_error_at_any_call_leaves_nothing_or_all(
    quick_disk: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Each call fails once; the next fetch then succeeds."""
    monkeypatch.setattr(faults, "CALLS", CALLS)
    (quick_disk / "mirror").write_bytes(SMALL)
    asset = declared((quick_disk / "mirror").as_uri(), data=SMALL)

    found = list(outcomes(quick_disk, asset, number))

    assert len(found) > 20
    assert {one.split(", ")[1] for one in found} <= {"nothing", "whole"}
    assert {one.split(", ")[2] for one in found} == {"then whole"}
    assert {one.split(", ")[1] for one in found if one.startswith("told whole")} == {
        "whole"
    }


def outcomes(folder: Path, asset: DeclaredAsset, number: int) -> Iterator[str]:
    """Fetch with an error at the first call, the second, … until it is too late."""
    count, struck = 0, True
    while struck:
        count += 1
        store = AssetStore(folder / f"{number}-{count}")
        told = "whole"
        with faults.striking(count, faults.failing(number)) as countdown:
            try:
                fetch(asset, store, root=folder)
            except (OSError, LookupError) as error:
                told = type(error).__name__
        struck = len(countdown.calls) >= count
        digest = asset.digest
        found = stored(store, digest)
        fetch(asset, store, root=folder)
        yield f"told {told}, {found}, then {stored(store, digest)}"


FULL = """
import resource, sys
from pathlib import Path
from pytest_repro.assets import AssetStore, fetch
from pytest_repro.errors import StoreFull
from tests.assets.samples import DATA, declared
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
folder = Path(sys.argv[1])
try:
    asset = declared((folder / "mirror").as_uri())
    fetch(asset, AssetStore(folder / "store"), root=folder)
except StoreFull as error:
    print(error)
"""


@pytest.mark.parametrize("size", [2, 100, 1_000_000, len(DATA) - 1])
def test_real_full_disk_keeps_what_has_come(tmp_path: Path, size: int) -> None:
    """The kernel refuses to let any file grow; with more space the fetch goes on."""
    (tmp_path / "mirror").write_bytes(DATA)
    store = AssetStore(tmp_path / "store")
    asset = declared((tmp_path / "mirror").as_uri())
    command = [sys.executable, "-c", FULL, str(tmp_path), str(size)]

    done = subprocess.run(
        command, cwd=ROOT, env=unmeasured(), check=True, capture_output=True, text=True
    )
    found = stored(store, asset.digest)
    kept = store.partial(asset.digest).stat().st_size
    resumed = fetch(asset, store, root=tmp_path)

    assert done.stdout.startswith(f"no space to keep {asset.digest}: File too large")
    assert "then fetch again" in done.stdout
    assert found == "nothing"
    assert resumed.resumed_at == kept == size
    assert stored(store, asset.digest) == "whole"


def test_full_disk_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: AssetStore, server: Server
) -> None:
    """No other mirror is asked when it is our own disk that is full."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)

    with pytest.raises(StoreFull, match="No space left on device"):
        fetch(declared(server.url("whole"), server.url("ranged")), store, root=tmp_path)
    assert [behaviour for behaviour, _ in server.asked] == ["whole"]


def test_lock_of_an_asset_is_held_once(store: AssetStore) -> None:
    """Who waits in vain is told; another asset can be fetched all the while."""
    asset, other = declared(), declared(data=SMALL)

    with ExitStack() as stack:
        stack.enter_context(store.locked(asset.digest))
        stack.enter_context(store.locked(other.digest, timeout_s=0))
        with pytest.raises(StoreBusy, match=f"is fetching {asset.digest}"):
            stack.enter_context(store.locked(asset.digest, timeout_s=0.05))
