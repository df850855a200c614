"""One record is one sequence of bytes, and coreutils can check it without us."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import RecordError
from pytest_repro.references import decode, encode, write_record
from tests.references.samples import edited, small_record

ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from tests.references.samples import small_record
from pytest_repro.references import encode
for name, data in encode(small_record()).items():
    sys.stdout.buffer.write(name.encode() + b"\\n" + data)
"""
TEXT_FILES = ["run.json", "seeds.tsv", "trace.tsv", "state.tsv"]


def written_under(hash_seed: str) -> bytes:
    """Write the small record in a process with another order of sets and dicts."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_hash_seed_of_the_process_does_not_show() -> None:
    """Two processes under different `PYTHONHASHSEED` write equal bytes."""
    assert written_under("1") == written_under("2")


def test_sha256sum_verifies_a_record(tmp_path: Path) -> None:
    """`sha256sum -c` says OK for each file, and notices a changed byte."""
    folder = tmp_path / "record"
    write_record(folder, small_record())
    command = [shutil.which("sha256sum") or "", "--check", "--strict", "SHA256SUMS"]

    good = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    (folder / "trace.tsv").write_bytes(b"changed")
    bad = subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert good.stdout.decode().splitlines() == [
        "run.json: OK",
        "seeds.tsv: OK",
        "state.tsv: OK",
        "trace.tsv: OK",
    ]
    assert bad.returncode == 1


@pytest.mark.parametrize("name", TEXT_FILES)
@given(data=st.data())
def test_other_spelling_of_a_record_is_refused(name: str, data: st.DataObject) -> None:
    """With sums that fit, an edit is refused, or is itself the one form of a record."""
    record = small_record()
    before = encode(record)[name]
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, min(start + 3, len(before))))
    piece = data.draw(st.text('\t\n -+.019aefxE#_"{}[],:é\r', max_size=3))
    after = before[:start] + piece.encode() + before[end:]
    files = edited(record, name, after)

    try:
        back = decode(files, path="here")
    except RecordError:
        return

    # Fields of run.json that nobody knows are the one thing that is not kept.
    assert name == "run.json" or encode(back) == files


@pytest.mark.parametrize("name", TEXT_FILES)
def test_empty_file_is_refused(name: str) -> None:
    """Nothing is no table and no JSON, even with sums that fit."""
    with pytest.raises(RecordError, match=name):
        decode(edited(small_record(), name, b""), path="here")
