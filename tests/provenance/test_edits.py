"""Files of installed packages that somebody edited are found."""

import base64
import hashlib
import os
import sys
from pathlib import Path

import pytest

from pytest_repro.provenance import collect_environment, edits, packages
from pytest_repro.provenance.edits import CACHE_VARIABLE, Edit, find_edits
from pytest_repro.provenance.packages import Package, portable_lines, read_record
from pytest_repro.provenance.software import MAX_EDITS, edit_facts
from pytest_repro.provenance.states import state_of_file
from pytest_repro.records import ABSENT

CODE = b"def mean(x):\n    return sum(x) / len(x)\n"
EDITED = b"def mean(x):\n    return sum(x) / len(y)\n"


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the cache of the suite away."""
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)


def install(folder: Path, **files: bytes) -> Package:
    """Install a package whose RECORD vouches for its files."""
    home = folder / "fake"
    home.mkdir(parents=True)
    lines = []
    for name, data in files.items():
        (home / f"{name}.py").write_bytes(data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
        lines.append(f"fake/{name}.py,sha256={digest.decode()},{len(data)}")
    metadata = folder / "fake-1.0.dist-info"
    metadata.mkdir()
    listed = [*lines, "fake/__pycache__/a.cpython-311.pyc,,", "../../bin/x,sha256=q,1"]
    (metadata / "RECORD").write_text("\n".join(listed) + "\n", encoding="utf-8")
    return Package(name="fake", version="1.0", folder=metadata)


def look(package: Package, cache: Path | None = None) -> tuple[Edit, ...]:
    """Look as another process would, which has read no RECORD yet."""
    read_record.cache_clear()
    portable_lines.cache_clear()
    return find_edits((package,), cache)


def edit(path: Path, data: bytes) -> None:
    """Change a file in place and set its dates back."""
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_untouched_package_has_no_edits(tmp_path: Path) -> None:
    """What was installed is what is there."""
    assert look(install(tmp_path, a=CODE, b=b"")) == ()


def test_edit_of_one_byte_is_found(tmp_path: Path) -> None:
    """Size and date are the same, and the file is named with its digest."""
    package = install(tmp_path, a=CODE, b=b"")
    path = tmp_path / "fake" / "a.py"

    edit(path, EDITED)

    assert look(package) == (Edit(path="fake/a.py", state=state_of_file(path)),)


def test_header_counts_where_something_could_compile_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else reads it, and torch has more headers than all other files."""
    monkeypatch.setattr(edits, "_COMPILERS", ("made_up_compiler",))
    package = install(tmp_path, a=CODE)
    record = package.folder / "RECORD"
    record.write_text(record.read_text() + "fake/a.h,sha256=q,1\n")
    monkeypatch.delitem(sys.modules, "torch.utils.cpp_extension", raising=False)
    assert look(package) == ()

    monkeypatch.setitem(sys.modules, "made_up_compiler", sys)

    assert look(package) == (Edit(path="fake/a.h", state=ABSENT),)


def test_edit_is_found_although_an_earlier_look_is_kept(tmp_path: Path) -> None:
    """The kernel's time of the last change is nobody's to set."""
    package, cache = install(tmp_path, a=CODE), tmp_path / "packages.json"
    assert look(package, cache) == ()
    assert cache.exists()

    edit(tmp_path / "fake" / "a.py", EDITED)

    assert [one.path for one in look(package, cache)] == ["fake/a.py"]


def test_edit_is_told_again_without_hashing(tmp_path: Path) -> None:
    """What the cache knows is believed: bytes are read once."""
    package, cache = install(tmp_path, a=CODE), tmp_path / "packages.json"
    edit(tmp_path / "fake" / "a.py", EDITED)
    first = look(package, cache)
    cache.write_text(cache.read_text("utf-8").replace("fake/a.py", "told/a.py"))

    again = look(package, cache)

    assert [one.path for one in first] == ["fake/a.py"]
    assert [one.path for one in again] == ["told/a.py"]


def test_file_that_was_put_back_is_no_edit(tmp_path: Path) -> None:
    """Bytes decide, not times."""
    package, cache = install(tmp_path, a=CODE), tmp_path / "packages.json"
    path = tmp_path / "fake" / "a.py"
    edit(path, EDITED)
    assert look(package, cache)

    edit(path, CODE)

    assert look(package, cache) == ()


def test_removed_file_is_absent(tmp_path: Path) -> None:
    """A module that is gone makes others be imported in its place."""
    package = install(tmp_path, a=CODE)

    (tmp_path / "fake" / "a.py").unlink()

    assert look(package) == (Edit(path="fake/a.py", state=ABSENT),)


def test_package_without_record_is_passed_over(tmp_path: Path) -> None:
    """What nobody vouches for cannot be checked."""
    package = install(tmp_path, a=CODE)
    (package.folder / "RECORD").unlink()

    assert look(package) == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"x": [["a"]]}', b'{"x": 1}', b"\xff", b"[" * 10**5]
)
def test_damaged_cache_costs_time_only(tmp_path: Path, content: bytes) -> None:
    """It is written anew."""
    package, cache = install(tmp_path, a=CODE), tmp_path / "packages.json"
    cache.write_bytes(content)
    edit(tmp_path / "fake" / "a.py", EDITED)

    assert [one.path for one in look(package, cache)] == ["fake/a.py"]
    assert cache.read_bytes() != content


def test_cache_is_not_made_where_no_folder_is(tmp_path: Path) -> None:
    """A look leaves no folder behind."""
    look(install(tmp_path, a=CODE), tmp_path / "gone" / "packages.json")

    assert not (tmp_path / "gone").exists()


def test_checkouts_share_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable names another file than the project's own."""
    shared = tmp_path / "shared.json"
    monkeypatch.setenv(CACHE_VARIABLE, str(shared))

    look(install(tmp_path, a=CODE), tmp_path / "own.json")

    assert shared.exists()
    assert not (tmp_path / "own.json").exists()


def test_edited_file_makes_another_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same key, another digest, and a fact that names the file."""
    package = install(tmp_path, a=CODE)
    monkeypatch.setattr(packages, "collect_used", lambda _: (package,))
    before = collect_environment()

    edit(tmp_path / "fake" / "a.py", EDITED)
    after = collect_environment()

    assert after.key == before.key
    assert after.digest != before.digest
    assert after.facts.keys() - before.facts.keys() == {"edited.fake/a.py"}


def test_many_edits_are_counted() -> None:
    """A stripped image has thousands: the first are named, the rest have a digest."""
    edits = tuple(Edit(path=f"p{n:04}", state=ABSENT) for n in range(MAX_EDITS + 7))
    other = (*edits[:-1], Edit(path="p9999", state=ABSENT))

    facts = edit_facts(edits)

    assert len(facts) == MAX_EDITS + 1
    assert str(facts["edited.more"]).startswith("7 files edits-sha256-v1:")
    assert facts != edit_facts(other)


def test_quoted_path_of_a_record_is_read(tmp_path: Path) -> None:
    """A comma in a name is quoted there."""
    package = install(tmp_path, a=CODE)
    record = package.folder / "RECORD"
    (tmp_path / "fake" / 'b,"c.py').write_bytes(CODE)
    line = record.read_text("utf-8").splitlines()[0]
    quoted = line.replace("fake/a.py", '"fake/b,""c.py"')
    record.write_text(f"{line}\n{quoted}\n", encoding="utf-8")

    assert look(package) == ()
