"""What is installed is listed, with where it came from; and so are sources."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pytest_repro.provenance import collect_packages, collect_sources
from pytest_repro.provenance.states import state_of_file
from pytest_repro.records import Input, InputKind, Inputs, PackageKind

COMMIT = "a" * 40
NOTES = {
    "archive": {"url": "https://u:p@example.org/x.whl?t=1", "archive_info": {}},
    "broken": [],
    "edited": {"url": "file:///home/alice/x", "dir_info": {"editable": True}},
    "folder": {"url": "file:///home/alice/y", "dir_info": {}},
    "vcs": {
        "url": "ssh://git@example.org/x.git",
        "vcs_info": {"vcs": "git", "commit_id": COMMIT},
    },
    "wheel": {"url": "file:///home/alice/z.whl", "archive_info": {}},
}


def test_origins_are_told_without_places_and_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PEP 610 notes by kind; no note means an index."""
    for name, note in {**NOTES, "plain": None}.items():
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "RECORD").write_text("a.py,sha256=x,1\n", encoding="utf-8")
        if note is not None:
            (folder / "direct_url.json").write_text(json.dumps(note), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    found = {one.name: (one.kind, one.url) for one in collect_packages()}

    assert found == {
        "archive": (PackageKind.ARCHIVE, "https://example.org/x.whl"),
        "broken": (PackageKind.LOCAL, ""),
        "edited": (PackageKind.EDITABLE, ""),
        "folder": (PackageKind.LOCAL, ""),
        "plain": (PackageKind.INDEX, ""),
        "vcs": (PackageKind.VCS, f"ssh://example.org/x.git@{COMMIT}"),
        "wheel": (PackageKind.LOCAL, ""),
    }


def test_packages_of_this_process_are_listed() -> None:
    """Installed and in use are told apart, and RECORDs have digests."""
    found = {one.name: one for one in collect_packages()}

    assert found["pytest"].is_used
    assert str(found["pytest"].record).startswith("sha256:")
    assert list(found) == sorted(found)


def imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that a file was imported."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, f"planted.{path.stem}", module)


def test_imported_modules_of_the_project_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the root, with their bytes; what lies elsewhere or is gone is not."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "model.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "elsewhere.py").write_text("y = 1\n", encoding="utf-8")
    for path in (root / "model.py", tmp_path / "elsewhere.py", root / "gone.py"):
        imported(path, monkeypatch)

    (found,) = collect_sources(root)

    assert found.path == "model.py"
    assert found.digest == state_of_file(root / "model.py")


def test_digests_of_a_watch_are_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read twice."""
    (tmp_path / "model.py").write_text("x = 1\n", encoding="utf-8")
    imported(tmp_path / "model.py", monkeypatch)
    known = Input(kind=InputKind.FILE, name="model.py", state="sha256:of-the-watch")

    (found,) = collect_sources(tmp_path, Inputs(items=(known,)))

    assert found.digest == "sha256:of-the-watch"
