"""The tour runs real commands, shows what they print, and leaves nothing behind."""

import tempfile
from pathlib import Path

import pytest

from pytest_repro.cli import main
from tests.cli.processes import files
from tests.cli.terminal import CTRL_C, talk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make temporary folders inside of one that can be looked at."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # ours alone: half as long
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_repro.plugin")
    return folder


def test_the_whole_way(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result holds, another does not, and is accepted; under CI, too."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")

    status = main(["tour"])

    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    told = [printed.out.index(one) for one in SEEN]
    assert told == sorted(told)
    assert printed.out.count("verdict  PASSED") == 2
    assert files(place) == {}


SEEN = (
    "$ pytest-repro new experiment circle",
    "1 skipped",
    "RECORDED",
    "IDENTICAL   same bits",
    "rate = 1.0 becomes rate = 1.1",
    "+    rate = 1.1",
    "DIVERGED   train/loss differs at step 1",
    "first divergence at step 1 (train/loss)",
    "--reason 'a larger step learns faster'",
    "accepted experiments/test_circle.py::test_circle",
    "in a project of yours that trains: pytest-repro init",
)
"""In this order."""


def test_a_command_that_fails_ends_it(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here no plugin of that name exists: the end of the output is told, and a cure."""
    monkeypatch.setenv("PYTEST_PLUGINS", "nothing_of_the_kind")

    status = main(["tour"])

    problem = capsys.readouterr().err
    assert status == 2
    assert "pytest ended with status 4, and 0 was expected" in problem
    assert "nothing_of_the_kind" in problem
    assert "pytest-repro doctor" in problem
    assert files(place) == {}


def test_it_is_left_by_a_key(project: Path) -> None:
    """On a terminal it waits before each stop; leaving is no failure."""
    told = talk(project, ["tour"], ("Ctrl-C leaves ", CTRL_C))

    assert told.status == 0
    assert "left the tour" in told.text
    assert "1 of 5" not in told.text


def test_what_is_there_is_not_its_to_keep(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of a person is never written into."""
    before = files(project)

    status = main(["tour", "--keep", "."])

    assert status == 64
    assert "--keep names a folder that is not there yet" in capsys.readouterr().err
    assert files(project) == before
