"""Which packages are installed and in use."""

import sys
from pathlib import Path

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.provenance.packages import (
    LOCK_FILES,
    Package,
    collect_installed,
    collect_used,
    digest_of_files,
    digest_of_versions,
    find_lock,
)

FILES = """\
repro_fake/__init__.py,sha256=aaaa,10
repro_fake/kernel.so,sha256=bbbb,20
"""
INSTALLER = """\
../../../bin/fake,sha256={place},200
repro_fake-1.0.dist-info/INSTALLER,sha256={place},4
repro_fake-1.0.dist-info/direct_url.json,sha256={place},80
repro_fake-1.0.dist-info/RECORD,,
repro_fake/__pycache__/kernel.cpython-311.pyc,,
__editable___fake_finder.py,sha256={place},99
"""


def install(folder: Path, record: str | None, name: str = "repro_fake") -> Package:
    """Install a package that consists of its metadata only."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    if record is not None:
        (metadata / "RECORD").write_text(record, encoding="utf-8")
    return Package(name=name, version="1.0", folder=metadata)


def test_digest_does_not_depend_on_the_place(tmp_path: Path) -> None:
    """The same wheel in two virtual environments, by two installers, is the same."""
    here = install(tmp_path / "a", FILES + INSTALLER.format(place="cccc"))
    lines = (INSTALLER.format(place="dddd") + FILES).splitlines()
    there = install(tmp_path / "b", "\r\n".join(reversed(lines)))

    assert digest_of_files((here,)) == digest_of_files((there,))


@pytest.mark.parametrize(
    "record",
    [FILES.replace("bbbb", "eeee"), FILES.splitlines()[0], "", None],
    ids=["other bytes", "file gone", "empty record", "no record"],
)
def test_other_files_have_another_digest(tmp_path: Path, record: str | None) -> None:
    """A rebuilt kernel under the same version is noticed."""
    before = install(tmp_path / "a", FILES)
    after = install(tmp_path / "b", record)

    assert digest_of_files((before,)) != digest_of_files((after,))
    assert digest_of_versions((before,)) == digest_of_versions((after,))


def test_first_on_the_path_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a package that is installed twice, the one that Python imports is listed."""
    install(tmp_path / "second", FILES)
    first = install(tmp_path / "first", FILES)
    monkeypatch.setattr(
        sys, "path", [str(tmp_path / "first"), str(tmp_path / "second"), "nowhere"]
    )

    found = collect_installed()

    assert [package.folder for package in found] == [first.folder]


def test_names_are_normalised_and_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Foo_Bar, foo.bar and foo-bar are one package."""
    for folder in ("Zeta-2.0.dist-info", "Foo_Bar.baz-1.0.post1.egg-info", "README"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    found = collect_installed()

    assert [(package.name, package.version) for package in found] == [
        ("foo-bar-baz", "1.0.post1"),
        ("zeta", "2.0"),
    ]


def test_package_is_in_use_if_its_module_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner of an imported module is found, whatever it calls itself."""
    monkeypatch.setitem(sys.modules, "ReproPIL", pytest)
    monkeypatch.setitem(sys.modules, "repro_single", pytest)
    owner = install(tmp_path, "ReproPIL/x.py,sha256=a,1\n", "repro_pillow")
    single = install(tmp_path, "repro_single.py,sha256=a,1\n", "repro_one")
    bare = install(tmp_path, None, "repro_unused")
    library = install(tmp_path, "nvidia/x.so,sha256=a,1\n", "nvidia-cudnn-cu13")

    found = collect_used((owner, single, bare, library))

    assert found == (owner, single, library)


def test_packages_of_this_process_are_found() -> None:
    """Real metadata is read: pytest is installed and in use, pip is not in use."""
    installed = collect_installed()

    used = {package.name for package in collect_used(installed)}

    assert "pytest" in used
    assert {"pip", "sphinx"} - used == {"pip", "sphinx"}
    assert used <= {package.name for package in installed}


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_is_found(tmp_path: Path, name: str) -> None:
    """Each known lock file is recognised and digested."""
    (tmp_path / name).write_bytes(b"torch==2.13.0\n")

    assert find_lock(tmp_path) == (name, digest_of_bytes(b"torch==2.13.0\n"))


def test_strictest_lock_file_is_preferred(tmp_path: Path) -> None:
    """A real lock file counts more than a list of requirements."""
    for name in reversed(LOCK_FILES):
        (tmp_path / name).write_text("x", encoding="utf-8")

    found = find_lock(tmp_path)

    assert found is not None
    assert found[0] == "pylock.toml"


def test_project_without_a_lock_has_none(tmp_path: Path) -> None:
    """Nothing is nothing, and a folder of that name is not a file."""
    (tmp_path / "uv.lock").mkdir()

    assert find_lock(tmp_path) is None


def test_large_record_is_read_whole(tmp_path: Path) -> None:
    """A hundred thousand lines of odd content are one digest, and no other one."""
    odd = "".join(f'"a,{i}/",,,sha256=,\n' for i in range(100_000))
    package = install(tmp_path, odd)
    other = install(tmp_path / "other", odd + '"b,1/",,,sha256=,\n')

    found = digest_of_files((package,))

    assert found == digest_of_files((package,))
    assert found != digest_of_files((other,))
