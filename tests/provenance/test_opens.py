"""Files that are opened past Python are seen, by the kernel's word."""

import subprocess
from pathlib import Path

from pytest_repro.provenance.opens import Opens


def test_what_another_program_opens_is_seen(tmp_path: Path) -> None:
    """A file and a folder count; what nobody opened does not."""
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("read", "unread"):
        (inner / name).write_text(name)
    opens = Opens(tmp_path)

    subprocess.run(["cat", str(inner / "read")], check=True, capture_output=True)  # noqa: S607  # any will do
    found = opens.files()

    assert opens.blind == ""
    assert str(inner / "read") in found
    assert str(inner / "unread") not in found


def test_folders_of_installed_packages_are_left_aside(tmp_path: Path) -> None:
    """What a package consists of is told by its version."""
    for name in ("venv", "out", "src"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    opens = Opens(tmp_path, aside=tmp_path / "out")

    for name in ("venv", "out", "src"):
        (tmp_path / name / "file").read_text()

    assert opens.files() == {str(tmp_path / "src" / "file")}


def test_where_the_kernel_tells_nothing_that_is_said(tmp_path: Path) -> None:
    """A folder that cannot be watched makes the watch blind, and no error."""
    opens = Opens(tmp_path / "nowhere")
    whole = Opens(tmp_path)

    assert opens.files() == whole.files() == frozenset()
    assert whole.blind == ""
