"""`pytest-repro gc`: what is needed stays, whatever needs it."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore
from pytest_repro.cli import main
from pytest_repro.digests import Digest, digest_of_bytes
from tests.cli.samples import (
    Facts,
    obtained_run,
    write_candidate,
    write_obtained,
    write_reference,
)
from tests.cli.test_fetch import declare
from tests.cli.test_golden import commit, rewrite

NEEDED = b"digits"
"""What the sample runs read."""

LEFT = digest_of_bytes(b"left over")


def keep(project: Path, data: bytes) -> Path:
    """Put bytes into the store of the project."""
    store = AssetStore(project / ".repro" / "assets")
    digest = digest_of_bytes(data)
    with store.locked(digest):
        store.partial(digest).write_bytes(data)
        store.adopt(digest)
    return store.path(digest)


def by_reference(project: Path) -> None:
    """Let a reference need the asset."""
    write_reference(project, obtained_run(Facts()))


def by_candidate(project: Path) -> None:
    """Let a candidate need it."""
    write_candidate(project, obtained_run(Facts()))


def by_run(project: Path) -> None:
    """Let a run need it."""
    write_obtained(project, obtained_run(Facts()))


def by_declaration(project: Path) -> None:
    """Let `assets.toml` need it."""
    like = project / "digits.csv"
    like.write_bytes(NEEDED)
    declare(project, "digits", like)
    like.unlink()


def by_resolution(project: Path) -> None:
    """Let what a run noted beside its record need it."""
    folder = project / ".repro" / "runs" / "x" / "seed-0"
    folder.mkdir(parents=True)
    found = {"assets": [{"digest": digest_of_bytes(NEEDED)}]}
    (folder / "resolution.json").write_text(json.dumps(found))


def by_pin(project: Path) -> None:
    """Let a pinned state need it, that only git has any more."""
    write_reference(project, obtained_run(Facts()))
    assert main(["golden", "pin", "mlp", "--owner", "vision"]) == 0
    commit(project, "known good")
    rewrite(project, Facts(data=b"other digits"), "the data was mended")


@pytest.mark.parametrize(
    "need",
    [by_reference, by_candidate, by_run, by_declaration, by_resolution, by_pin],
)
def test_what_is_needed_stays(project: Path, need: Callable[[Path], None]) -> None:
    """Each of these alone is enough; the rest goes."""
    needed, other = keep(project, NEEDED), keep(project, b"left over")
    need(project)

    status = main(["gc", "--remove"])

    assert status == 0
    assert needed.read_bytes() == NEEDED
    assert not other.exists()


def test_nothing_is_removed_unless_asked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It tells what would go, and how much that is."""
    other = keep(project, b"left over")

    status = main(["gc"])

    assert status == 0
    assert other.exists()
    assert "would be removed  1 with 0.0 MB" in (text := capsys.readouterr().out)
    assert LEFT in text


def test_damaged_reference_keeps_what_it_names(project: Path) -> None:
    """A record that no reader takes still says what it needs."""
    needed = keep(project, NEEDED)
    folder = write_reference(project, obtained_run(Facts()))
    (folder / "run.json").write_bytes((folder / "run.json").read_bytes()[:-2])
    (folder / "SHA256SUMS").unlink()

    assert main(["gc", "--remove"]) == 0

    assert needed.exists()


@pytest.mark.parametrize("name", ["runs", "runs/experiments/test_digits.py"])
def test_run_on_another_disk_keeps_what_it_names(
    project: Path, tmp_path: Path, name: str
) -> None:
    """Who has little space links the folder of runs to where there is more."""
    needed = keep(project, NEEDED)
    by_run(project)
    inside = next((project / ".repro" / "runs").rglob("test_digits.py"))
    folder = project / ".repro" / "runs" if name == "runs" else inside
    elsewhere = folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(project / ".repro")

    assert main(["gc", "--remove"]) == 0

    assert needed.exists()


@pytest.mark.parametrize("place", [".repro/runs", ".repro/runs/x", "reference_runs"])
def test_disk_that_is_not_there_stops_everything(
    project: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """A link that leads nowhere may lead to what needs anything."""
    other = keep(project, b"left over")
    (project / place).parent.mkdir(exist_ok=True)
    (project / place).symlink_to("/nowhere/disk")

    assert main(["gc", "--remove"]) == 3

    assert other.exists()
    assert "leads nowhere: /nowhere/disk" in capsys.readouterr().err


def test_interpreter_of_an_environment_is_not_read(project: Path) -> None:
    """A virtual environment is full of links, and names nothing that is needed."""
    other = keep(project, b"left over")
    venv = project / ".repro" / "environments" / "older" / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "bin" / "python").symlink_to("/nowhere/python")

    assert main(["gc", "--remove"]) == 0

    assert not other.exists()


def test_folder_that_is_no_project_is_refused(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose root is misspelt, that one's assets would go."""
    other = keep(project, b"left over")
    (tmp_path / "typo").mkdir()

    assert main(["gc", "--remove", "--also", str(tmp_path / "typo")]) == 64

    assert other.exists()
    assert "can need an asset" in capsys.readouterr().err


def test_unreadable_folder_stops_everything(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read may need anything."""
    other = keep(project, b"left over")
    by_run(project)
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "runs":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)

    assert main(["gc", "--remove"]) == 3

    assert other.exists()


def test_unreadable_declaration_stops_everything(project: Path) -> None:
    """A misspelt file says nothing of what is needed."""
    other = keep(project, b"left over")
    (project / "assets.toml").write_text("[[asset]\n")

    assert main(["gc", "--remove"]) == 3

    assert other.exists()


def test_pin_whose_state_is_lost_stops_everything(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what it needs."""
    other = keep(project, b"left over")
    write_reference(project, obtained_run(Facts()))
    main(["golden", "pin", "mlp", "--owner", "vision"])
    rewrite(project, Facts(data=b"other digits"), "never committed")

    assert main(["gc", "--remove"]) == 3

    assert "which assets the pin of" in capsys.readouterr().err
    assert other.exists()


def test_asset_being_fetched_stays(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lock is held; it goes another time."""
    other = keep(project, b"left over")

    with AssetStore(project / ".repro" / "assets").locked(LEFT):
        status = main(["gc", "--remove"])

    assert status == 0
    assert other.exists()
    assert "being fetched  1" in capsys.readouterr().out


def test_unfinished_fetch_goes_when_nobody_needs_it(project: Path) -> None:
    """What is declared can go on where it stopped."""
    store = AssetStore(project / ".repro" / "assets")
    needed, other = store.partial(digest_of_bytes(NEEDED)), store.partial(LEFT)
    needed.parent.mkdir(parents=True)
    needed.write_bytes(b"dig")
    other.write_bytes(b"le")
    by_declaration(project)

    main(["gc", "--remove"])

    assert needed.exists()
    assert not other.exists()


@pytest.fixture
def shared(project: Path, tmp_path: Path) -> Path:
    """Let the store lie outside of the project, with something in it."""
    (project / "pytest.ini").write_text(f"[pytest]\nrepro_assets = {tmp_path}/shared\n")
    store = AssetStore(tmp_path / "shared")
    digest = Digest(LEFT)
    with store.locked(digest):
        store.partial(digest).write_bytes(b"left over")
        store.adopt(digest)
    return store.path(digest)


def test_shared_store_is_not_swept_by_one_project_alone(
    project: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 4, and how to name the others."""
    del project

    status = main(["gc", "--remove"])

    assert status == 4
    assert "--also ROOT" in capsys.readouterr().err
    assert shared.exists()


def test_shared_store_keeps_what_other_projects_need(
    project: Path, shared: Path, tmp_path: Path
) -> None:
    """Each project that is named is asked."""
    del project
    other = tmp_path / "neighbour"
    other.mkdir()
    write_reference(other, obtained_run(Facts(data=b"left over")))

    assert main(["gc", "--remove", "--also", str(other)]) == 0
    assert shared.exists()

    assert main(["gc", "--remove", "--alone"]) == 0
    assert not shared.exists()


def test_rubbish_of_a_crash_is_cleared_away(project: Path) -> None:
    """A removal that was killed half-way is finished by the next one."""
    needed = keep(project, NEEDED)
    by_declaration(project)
    name = digest_of_bytes(NEEDED).replace(":", "-")
    trash = project / ".repro" / "assets" / "trash" / name
    trash.mkdir(parents=True)
    (trash / "half").write_bytes(b"")

    main(["gc", "--remove"])

    assert not trash.exists()
    assert needed.exists()
