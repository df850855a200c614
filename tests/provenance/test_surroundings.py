"""What the doctor looks at."""

from pathlib import Path

import pytest

from pytest_repro.provenance import collect_surroundings
from pytest_repro.provenance.hardware import (
    collect_available_memory_bytes,
    collect_memory_bytes,
)
from pytest_repro.provenance.packages import Package
from pytest_repro.provenance.surroundings import WATCHED, _torch_cuda
from tests.determinism.process import run_python
from tests.provenance.repository import git, make_repository


def test_project_is_looked_at(tmp_path: Path) -> None:
    """Repository, lock file and disk of a real project are seen."""
    root = make_repository(tmp_path / "project")
    git(root, "config", "core.autocrlf", "true")
    (root / "requirements.txt").write_text(
        "# pinned\ntorch==2.13.0\nnumpy>=2\n-r more.txt\nx @ https://a/x.whl\n",
        encoding="utf-8",
    )

    seen = collect_surroundings(root, root / "reference_runs")

    assert (seen.lock, seen.unpinned, seen.autocrlf) == ("requirements.txt", 1, "true")
    assert seen.code["is_dirty"] is False
    assert seen.is_writable
    assert seen.is_case_sensitive
    assert seen.disk_free_bytes > 0
    assert {"python", "torch", "numpy"} <= set(seen.versions)
    assert 1 <= seen.cores <= seen.cores_online


def test_only_watched_variables_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of other variables, which may be secrets, do not get in."""
    monkeypatch.setenv("API_TOKEN", "canary")
    monkeypatch.setenv("OMP_DYNAMIC", "TRUE")

    seen = collect_surroundings(tmp_path, tmp_path)

    assert set(seen.variables) <= set(WATCHED)
    assert seen.variables["OMP_DYNAMIC"] == "TRUE"
    assert "canary" not in repr(seen)


def test_looking_imports_no_framework(tmp_path: Path) -> None:
    """The doctor answers at once because it reads files instead of importing."""
    code = f"""
import json, sys
from pathlib import Path
from pytest_repro.provenance import collect_surroundings, find_dangers
find_dangers(collect_surroundings(Path({str(tmp_path)!r}), Path({str(tmp_path)!r})))
print(json.dumps(sorted({{"numpy", "torch"}} & set(sys.modules))))
"""
    assert run_python(code) == []


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("cuda: Optional[str] = '13.0'\n", "13.0"),
        ('cuda = "12.4"\n', "12.4"),
        ("cuda: Optional[str] = None\n", ""),
        ("", ""),
    ],
)
def test_cuda_version_is_read_from_the_file(
    tmp_path: Path, line: str, version: str
) -> None:
    """Old and new forms of torch/version.py say for which CUDA torch was built."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "version.py").write_text(f"debug = False\n{line}", "utf-8")
    package = Package(name="torch", version="1", folder=tmp_path / "torch.dist-info")

    assert _torch_cuda(package) == version


def test_missing_torch_has_no_cuda(tmp_path: Path) -> None:
    """Neither an absent torch nor an unreadable one is an error."""
    broken = Package(name="torch", version="1", folder=tmp_path / "torch.dist-info")

    assert _torch_cuda(None) == ""
    assert _torch_cuda(broken) == ""


def test_available_memory_is_part_of_all() -> None:
    """There is some memory, and no more than the machine has."""
    assert 0 < collect_available_memory_bytes() <= collect_memory_bytes()
