"""A run says which samples it read and how they were cut, and refuses leaks."""

from pathlib import Path

import pytest

from pytest_repro.data import (
    Folds,
    Manifest,
    Split,
    digest_of,
    find_leaks,
    write_manifest,
)
from pytest_repro.errors import LeakedData, ManifestError, ReproUsageError
from pytest_repro.experiment import Recorder, Run
from tests.data.samples import many, sample

SPLIT = Split(shares={"train": 0.75, "test": 0.25}, salt="1")

DECLARATION = """\
format = "pytest-repro/data 1"
[split]
shares = { train = 0.75, test = 0.25 }
salt = "1"
[folds]
count = 4
salt = "2"
"""


@pytest.fixture
def recorder() -> Recorder:
    """Give a recorder that nobody listens to."""
    return Recorder()


@pytest.fixture
def run(recorder: Recorder, tmp_path: Path) -> Run:
    """Give a run in a project with a data set of forty samples."""
    (tmp_path / "rows.tsv").write_bytes(write_manifest(many(40)))
    return Run(7, recorder, folder=tmp_path, root=tmp_path)


def test_the_record_says_what_was_cut_and_how(run: Run, recorder: Recorder) -> None:
    """The manifest is an asset; its digest and that of the parts are fingerprints."""
    parts = run.data("rows.tsv", SPLIT)

    assert [one.name for one in recorder.assets] == ["rows.tsv"]
    assert recorder.declared == {"data.rows": "train 3/4, test 1/4 by id, salt 1"}
    assert {one.name: one.digest for one in recorder.state} == {
        "data/rows/manifest": digest_of(many(40)),
        "data/rows/parts": parts.digest,
    }
    assert len(parts["train"]) + len(parts["test"]) == 40


def test_what_is_declared_beside_it_is_taken(
    run: Run, recorder: Recorder, tmp_path: Path
) -> None:
    """Split and folds need not be repeated in the code."""
    (tmp_path / "rows.toml").write_text(DECLARATION)

    parts = run.data("rows.tsv")

    assert parts.digest == SPLIT.apply(many(40)).digest
    assert recorder.declared["data.rows"].endswith("; 4 folds by id, salt 2")
    folds = Folds(count=4, salt="2").digest(many(40).samples)
    assert recorder.state[-1].name == "data/rows/folds"
    assert recorder.state[-1].digest == folds


def test_a_split_in_the_code_goes_before_the_declaration(
    run: Run, tmp_path: Path
) -> None:
    """Whoever passes one means it."""
    (tmp_path / "rows.toml").write_text(DECLARATION)
    other = Split(shares={"train": 0.5, "test": 0.5}, salt="9")

    assert run.data("rows.tsv", other).digest == other.apply(many(40)).digest


def test_without_a_split_it_says_what_to_write(run: Run) -> None:
    """In the code, beside the manifest, or on the command line to try one."""
    with pytest.raises(ReproUsageError, match=r"pass split=Split\(…\), or declare it"):
        run.data("rows.tsv")


def test_an_empty_part_is_refused(run: Run) -> None:
    """A metric of no samples would be no metric."""
    shares = {"train": 0.9999, "test": 0.0001}

    with pytest.raises(ReproUsageError, match="holds no sample: train 40, test 0"):
        run.data("rows.tsv", Split(shares=shares, salt="1"))


@pytest.fixture
def leaking(tmp_path: Path) -> Manifest:
    """Write a data set in which each content stands twice."""
    manifest = Manifest.of(sample(f"{n}", f"content {n % 20}") for n in range(40))
    (tmp_path / "rows.tsv").write_bytes(write_manifest(manifest))
    return manifest


def test_parts_that_know_each_other_stop_the_run(
    run: Run, recorder: Recorder, leaking: Manifest
) -> None:
    """One finding is told in full, the others are counted, nothing is recorded."""
    with pytest.raises(LeakedData) as caught:
        run.data("rows.tsv", SPLIT)

    message = str(caught.value)
    first = find_leaks(SPLIT.apply(leaking))[0]
    assert f"the parts of rows.tsv know each other\n{first.message}" in message
    assert "more\n  look at all of them with: pytest-repro data check" in message
    assert recorder.state == ()


def test_leaks_can_be_accepted(run: Run, leaking: Manifest) -> None:
    """By saying so, in the code."""
    parts = run.data("rows.tsv", SPLIT, allow_leaks=True)

    assert parts.digest == SPLIT.apply(leaking).digest


def test_a_split_by_content_runs(run: Run, leaking: Manifest) -> None:
    """The remedy that the message names works."""
    rule = Split(shares={"train": 0.75, "test": 0.25}, salt="1", by="digest")

    assert run.data("rows.tsv", rule).digest == rule.apply(leaking).digest


def test_what_is_no_manifest_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    """As the verb tells it."""
    (tmp_path / "rows.tsv").write_text("id,label\n")

    with pytest.raises(ManifestError, match=r"rows\.tsv: line 1: the first line is"):
        run.data("rows.tsv", SPLIT)
