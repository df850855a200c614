"""`pytest-repro fetch`: what is declared comes into the store; each answer is kept."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.assets import use
from pytest_repro.cli import main
from pytest_repro.policy.assets import read_assets

ENTRY = """
[[asset]]
name = "NAME"
digest = "DIGEST"
size_bytes = SIZE
licence = "CC0-1.0"
access = "ACCESS"
personal_data = "none"
mirrors = [MIRRORS]
"""

CANARY = "https://eve:hunter2@localhost:1/x?token=canary"


def declare(
    project: Path,
    name: str,
    like: Path,
    *mirrors: str,
    access: str = "open",
) -> Path:
    """Declare a file or folder; returns where it would be stored."""
    found = use(like, name=name)
    file = project / "assets.toml"
    head = 'format = "pytest-repro/assets 1"\n'
    text = file.read_text() if file.exists() else head
    entry = ENTRY.replace("NAME", name).replace("DIGEST", found.digest)
    entry = entry.replace("SIZE", str(found.size_bytes)).replace("ACCESS", access)
    shown = ", ".join(f'"{one}"' for one in mirrors)
    file.write_text(text + entry.replace("MIRRORS", shown))
    algorithm, _, digits = found.digest.partition(":")
    return project / ".repro" / "assets" / algorithm / digits[:2] / digits[2:]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Offer a file that lies outside of the project."""
    path = tmp_path / "kept" / "digits.csv"
    path.parent.mkdir()
    path.write_bytes(b"1,2,3\n")
    return path


def accesses(project: Path) -> list[dict[str, Any]]:
    """Read the access log."""
    log = project / ".repro" / "assets" / "accesses.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_all_that_is_declared_is_fetched(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file from elsewhere, a folder from elsewhere, and one's own file in place."""
    (project / "own.csv").write_bytes(b"own")
    (data.parent / "photos").mkdir()
    (data.parent / "photos" / "a").write_bytes(b"x")
    stored = declare(project, "digits", data, data.as_uri())
    folder = data.parent / "photos"
    tree = declare(project, "photos", folder, folder.as_uri())
    declare(project, "own", project / "own.csv", "own.csv")

    status = main(["fetch"])

    assert status == 0
    assert stored.read_bytes() == data.read_bytes()
    assert (tree / "a").read_bytes() == b"x"
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["digits", "fetched"],
        ["photos", "fetched"],
        ["own", "in"],
    ]


def test_only_what_is_named_is_fetched(project: Path, data: Path) -> None:
    """The others stay where they are."""
    first = declare(project, "first", data, data.as_uri())
    other = data.with_name("other")
    other.write_bytes(b"other")
    second = declare(project, "second", other, other.as_uri())

    assert main(["fetch", "second"]) == 0

    assert second.exists()
    assert not first.exists()


def test_each_fetch_is_a_line_of_the_access_log(project: Path, data: Path) -> None:
    """Also one that found everything there, and lines are only added."""
    declare(project, "digits", data, data.as_uri())
    main(["fetch"])
    first = accesses(project)

    main(["fetch"])

    assert [one["outcome"] for one in accesses(project)] == ["fetched", "store"]
    assert accesses(project)[:1] == first
    assert first[0]["asset"] == "digits"
    assert first[0]["mirror"] == data.as_uri()
    assert first[0]["accessed_utc"].endswith("Z")


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let no log be written."""

    def refusing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pytest_repro.references.accesses.Folder.append", refusing)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_store_that_may_only_be_read_is_enough(
    project: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    """Somebody else fills it; that no line is kept is told."""
    declare(project, "digits", data, data.as_uri())
    main(["fetch"])
    refuse(monkeypatch, number)

    status = main(["fetch"])

    told = capsys.readouterr()
    assert status == 0
    assert "digits  store" in told.out
    assert "cannot write accesses.jsonl, the access log" in told.err


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC])
def test_what_failed_is_told_where_no_line_can_be_kept(
    project: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    """A full disk keeps assets from coming, and the log from telling of it."""
    declare(project, "digits", data, data.as_uri())
    declare(project, "gone", data.parent, "gone.csv")
    refuse(monkeypatch, number)

    status = main(["fetch"])

    told = capsys.readouterr()
    assert status == 2
    assert "digits  fetched" in told.out
    assert "asset 'gone' cannot be had" in told.err


def test_unknown_name_is_answered_with_the_nearest(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is fetched then."""
    stored = declare(project, "digits", data, data.as_uri())

    status = main(["fetch", "digist"])

    assert status == 64
    assert "'digist'" in (error := capsys.readouterr().err)
    assert "did you mean digits?" in error
    assert not stored.exists()


def test_what_cannot_be_had_stops_nothing_else(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are fetched, and the status says that not all were."""
    declare(project, "gone", data.parent, "gone.csv")
    stored = declare(project, "digits", data, data.as_uri())

    status = main(["fetch"])

    assert status == 2
    assert stored.exists()
    assert "asset 'gone' cannot be had" in capsys.readouterr().err
    assert [one["outcome"] for one in accesses(project)] == ["unavailable", "fetched"]


def test_restricted_asset_is_refused_and_that_is_kept(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 4, and a line of the log."""
    stored = declare(project, "faces", data, data.as_uri(), access="restricted")

    status = main(["fetch"])

    assert status == 4
    assert "PYTEST_REPRO_PERMITTED=faces" in capsys.readouterr().err
    assert not stored.exists()
    assert [one["outcome"] for one in accesses(project)] == ["forbidden"]


def test_machine_with_a_permission_may_fetch(
    project: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable names what may be used there."""
    stored = declare(project, "faces", data, data.as_uri(), access="restricted")
    monkeypatch.setenv("PYTEST_REPRO_PERMITTED", "voices,faces")

    assert main(["fetch"]) == 0

    assert stored.exists()


def test_no_secret_of_a_mirror_is_printed_or_kept(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither password nor token."""
    declare(project, "digits", data, CANARY, data.as_uri())

    assert main(["fetch", "--json"]) == 0

    log = (project / ".repro" / "assets" / "accesses.jsonl").read_text()
    printed = capsys.readouterr()
    (asset,) = json.loads(printed.out)["assets"]
    assert [one["mirror"] for one in asset["failed"]] == ["https://localhost:1/x?…"]
    told = f"{log}{printed.out}{printed.err}"
    assert "hunter2" not in told
    assert "canary" not in told


def test_first_entry_may_be_appended_to_no_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shell makes the file of ``>> assets.toml`` before anything is printed."""
    (project / "digits.csv").write_bytes(b"1")
    (project / "assets.toml").touch()

    assert main(["fetch", "--declare", "digits.csv"]) == 0

    found = read_assets(capsys.readouterr().out.encode())
    assert [one.name for one in found.assets] == ["digits.csv"]


@pytest.mark.parametrize(
    ("path", "name", "mirrors"),
    [
        ("my data/größe 1.csv", "gr-e-1.csv", ["my data/größe 1.csv"]),
        ('say "so".csv', "say-so-.csv", ['say "so".csv']),
        ("back\\slash", "back-slash", ["back\\slash"]),
        (".hidden", "hidden", [".hidden"]),
        ("two\nlines", "two-lines", []),
        ("ç", "asset", ["ç"]),
        ("../outside.csv", "outside.csv", []),
    ],
)
def test_file_of_any_name_can_be_declared(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    name: str,
    mirrors: list[str],
) -> None:
    """What is printed can be read again, and names no file that is not there."""
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_bytes(b"1")

    assert main(["fetch", "--declare", path]) == 0

    (found,) = read_assets(capsys.readouterr().out.encode()).assets
    assert found.name == name
    assert [one.location for one in found.mirrors] == mirrors


def test_entry_of_a_linked_file_names_the_link(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it leads is a matter of this machine."""
    (project / "digits.csv").symlink_to(data)

    main(["fetch", "--declare", "digits.csv"])

    (found,) = read_assets(capsys.readouterr().out.encode()).assets
    assert [one.location for one in found.mirrors] == ["digits.csv"]


def test_entry_is_printed_ready_to_be_declared(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed for a file and a folder can be read once the licence stands."""
    (project / "data" / "photos").mkdir(parents=True)
    (project / "data" / "digits.csv").write_bytes(b"1,2,3\n")

    status = main(["fetch", "--declare", "data/digits.csv", "--declare", "data/photos"])

    text = capsys.readouterr().out
    (file, folder) = read_assets(text.encode()).assets
    assert status == 0
    assert file.digest == use(project / "data" / "digits.csv", name="x").digest
    assert [one.location for one in file.mirrors] == ["data/digits.csv"]
    assert folder.digest.startswith("sha256-tree-v1:")


def test_store_may_be_shared(project: Path, data: Path, tmp_path: Path) -> None:
    """The ini key names a folder that several projects use."""
    (project / "pytest.ini").write_text(f"[pytest]\nrepro_assets = {tmp_path}/shared\n")
    declare(project, "digits", data, data.as_uri())

    assert main(["fetch"]) == 0

    assert len(list((tmp_path / "shared" / "sha256").rglob("*"))) == 2


def test_without_declared_assets_nothing_is_done(project: Path) -> None:
    """No folder is made for nothing."""
    assert main(["fetch"]) == 0

    assert not (project / ".repro").exists()


def test_misspelt_file_is_an_error_of_the_file(
    project: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3: what was agreed on cannot be read."""
    declare(project, "digits", data)
    file = project / "assets.toml"
    file.write_text(file.read_text().replace("licence", "license"))

    assert main(["fetch"]) == 3

    assert "did you mean licence?" in capsys.readouterr().err
