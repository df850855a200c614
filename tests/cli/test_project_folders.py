"""Where verbs look: the root, and the folders that pytest's ini files name."""

from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.references import ReferenceStore
from tests.cli.samples import Facts, obtained_run, write_reference

INI = [
    ("pytest.toml", "[pytest]\nrepro_dir = 'kept'\n"),
    ("pytest.ini", "[pytest]\nrepro_dir = kept\n"),
    ("pyproject.toml", "[tool.pytest]\nrepro_dir = 'kept'\n"),
    ("pyproject.toml", "[tool.pytest.ini_options]\nrepro_dir = 'kept'\n"),
    ("tox.ini", "[pytest]\nrepro_dir = kept\n"),
    ("setup.cfg", "[tool:pytest]\nrepro_dir = kept\n"),
]


def keep(folder: Path) -> None:
    """Write one reference into a store."""
    ReferenceStore(folder).write(obtained_run(Facts()))


@pytest.mark.parametrize(("file", "text"), INI)
def test_ini_files_name_the_folder_of_references(
    project: Path, file: str, text: str
) -> None:
    """Every file in which pytest would look is read."""
    keep(project / "kept")
    (project / file).write_text(text)

    assert main(["list"]) == 0


def test_the_first_ini_file_counts(project: Path) -> None:
    """As for pytest, `pytest.ini` beats `pyproject.toml`."""
    keep(project / "kept")
    (project / "pytest.ini").write_text("[pytest]\nrepro_dir = kept\n")
    (project / "pyproject.toml").write_text("[tool.pytest]\nrepro_dir = 'other'\n")

    assert main(["list"]) == 0


def test_an_option_beats_the_ini_file(project: Path) -> None:
    """`--dir` is taken from the root."""
    keep(project / "kept")
    (project / "pytest.ini").write_text("[pytest]\nrepro_dir = other\n")

    assert main(["list", "--dir", "kept"]) == 0


def test_out_is_where_candidates_wait(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--out` names the folder for everything but references."""
    write_reference(project, obtained_run(Facts()))
    keep(project / "elsewhere" / "pending")

    main(["list", "--out", "elsewhere"])

    assert "candidate  elsewhere/pending/" in capsys.readouterr().out


def test_the_root_is_found_from_below(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest parent that looks like a project is its root."""
    write_reference(project, obtained_run(Facts()))
    below = project / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert main(["list"]) == 0


def test_a_store_alone_makes_a_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any ini file the folder of references tells the root."""
    write_reference(tmp_path, obtained_run(Facts()))
    below = tmp_path / "src"
    below.mkdir()
    monkeypatch.chdir(below)

    assert main(["list"]) == 0


def test_without_any_sign_the_current_folder_is_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing looks like a project, nothing far away is taken for one."""
    monkeypatch.chdir(tmp_path)

    assert main(["list"]) == 5


def test_the_root_can_be_named(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--root` beats the search, from anywhere."""
    write_reference(project, obtained_run(Facts()))
    monkeypatch.chdir(tmp_path)

    assert main(["list", "--root", "project"]) == 0


def test_a_root_that_is_no_folder_is_misuse(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt path must not look like a project without references."""
    del project

    status = main(["list", "--root", "nowhere"])

    assert status == 64
    assert "the root of the project is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("pyproject.toml", "[tool.pytest\n", "pyproject.toml cannot be read"),
        ("pytest.ini", "repro_dir = x\n", "pytest.ini cannot be read"),
        (
            "pyproject.toml",
            "[tool.pytest]\nrepro_dir = 3\n",
            "pyproject.toml: repro_dir is the path of a folder, got 3",
        ),
        (
            "pytest.ini",
            "[pytest]\nrepro_out =\n",
            "pytest.ini: repro_out is the path of a folder, got ''",
        ),
    ],
)
def test_an_ini_file_without_meaning_is_misuse(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    text: str,
    message: str,
) -> None:
    """A file that cannot be read is not treated like one that says nothing."""
    (project / file).write_text(text)

    status = main(["list"])

    assert status == 64
    assert message in capsys.readouterr().err
