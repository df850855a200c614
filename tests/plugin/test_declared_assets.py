"""An experiment asks for a declared asset, in a session with real workers."""

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.assets import use
from pytest_repro.cli import main
from pytest_repro.records import RunRecord
from tests.cli.test_fetch import declare
from tests.plugin.project import Project

TEST = """\
def test_digits(repro):
    path = repro.asset("digits")
    repro.log("length", float(len(path.read_bytes())))

def test_photos(repro):
    folder = repro.asset("photos")
    repro.log("count", float(len(sorted(folder.iterdir()))))
"""

HERMETIC = ("--repro-hermetic", "--repro-guards=error")


@pytest.fixture
def declared(project: Project, tmp_path: Path) -> Project:
    """A project with two declared assets that lie elsewhere."""
    folder = tmp_path / "kept" / "photos"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"a")
    (folder / "b.png").write_bytes(b"b")
    digits = tmp_path / "kept" / "digits.csv"
    digits.write_bytes(b"1,2,3\n")
    declare(project.root, "digits", digits, digits.as_uri())
    declare(project.root, "photos", folder, folder.as_uri())
    return project.write({"test_assets.py": TEST})


def resolutions(project: Project, test: str) -> list[dict[str, Any]]:
    """Read how the last run of an experiment came by its assets."""
    (path,) = (project.root / ".repro" / "runs").rglob(f"{test}/*/resolution.json")
    found: list[dict[str, Any]] = json.loads(path.read_text())["assets"]
    return found


def the_run(project: Project, test: str) -> RunRecord:
    """Read the reference of an experiment."""
    (entry,) = [one for one in project.store.entries() if test in one.experiment]
    return project.store.read(entry.folder)


def test_run_is_offline_until_assets_are_fetched(
    declared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails and says what to type; after that it finds them in the store."""
    monkeypatch.chdir(declared.root)
    before = declared.run("--repro-record")

    status = main(["fetch"])
    after = declared.run("--repro-record", *HERMETIC)

    assert before.code == 1
    assert "pytest-repro fetch digits" in before.output
    assert status == 0
    assert after.code == 0
    (digits,) = the_run(declared, "test_digits").identity.assets
    (photos,) = the_run(declared, "test_photos").identity.assets
    kept = declared.root.parent / "kept"
    assert digits == use(kept / "digits.csv", name="digits")
    assert photos == use(kept / "photos", name="photos")
    assert resolutions(declared, "test_digits")[0]["source"] == "store"


def test_run_that_may_fetch_does_and_notes_it(declared: Project) -> None:
    """The record, the sidecar and the access log say where the bytes came from."""
    session = declared.run("--repro-record", "--repro-fetch")

    assert session.code == 0
    (found,) = resolutions(declared, "test_digits")
    mirror = (declared.root.parent / "kept" / "digits.csv").as_uri()
    assert (found["source"], found["mirror"]) == ("fetched", mirror)
    log = (declared.root / ".repro" / "assets" / "accesses.jsonl").read_text()
    assert sorted(json.loads(line)["asset"] for line in log.splitlines()) == [
        "digits",
        "photos",
    ]


def test_mirror_that_moved_changes_no_verdict(
    declared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest decides: from wherever the bytes come, the run is the same."""
    declared.run("--repro-record", "--repro-fetch")
    kept = declared.root.parent / "kept"
    kept.rename(kept.with_name("moved"))
    file = declared.root / "assets.toml"
    file.write_text(file.read_text().replace("/kept/", "/moved/"))
    monkeypatch.chdir(declared.root)

    session = declared.run("--repro", "-o", "repro_assets=other", "--repro-fetch")

    assert session.code == 0
    assert {one.verdict.rung.value for one in session.outcomes.values()} == {
        "IDENTICAL"
    }


def test_restricted_asset_fails_the_run(declared: Project) -> None:
    """Unless the machine has a permission."""
    file = declared.root / "assets.toml"
    file.write_text(file.read_text().replace('"open"', '"restricted"'))
    ask = ("--repro-record", "--repro-fetch")

    refused = declared.run(*ask)
    allowed = declared.run(*ask, variables={"PYTEST_REPRO_PERMITTED": "digits photos"})

    assert refused.code == 1
    assert "'digits' is restricted, and no permission" in refused.output
    assert allowed.code == 0


def test_folder_that_changes_under_a_run_fails_it(project: Project) -> None:
    """The file that differs is named."""
    project.write(
        {
            "photos/a.png": "a",
            "photos/b.png": "b",
            "test_photos.py": "def test_photos(repro):\n"
            "    folder = repro.asset('photos')\n"
            "    (folder / 'b.png').write_text('c')\n",
        }
    )

    session = project.run("--repro-record")

    assert session.code == 1
    assert "asset 'photos' changed while the experiment ran" in session.output
    assert "differs b.png" in session.output


def test_in_process_run_finds_them_too(
    declared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A debugger needs the same data."""
    monkeypatch.chdir(declared.root)
    main(["fetch"])
    declared.run("--repro-record")

    session = declared.run("--repro", "--repro-in-process")

    assert session.code == 0
