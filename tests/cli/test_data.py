"""`pytest-repro data`: check, split and card of a data set, with their statuses."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.cli import main
from pytest_repro.data import Manifest, read_manifest, union, write_manifest
from pytest_repro.experiment import Orders, Run
from pytest_repro.training import Batches
from tests.cli.samples import Facts, obtained_run, write_reference
from tests.data.samples import sample
from tests.experiment.resuming import run

DECLARATION = """\
format = "pytest-repro/data 1"
name = "Notes"
licence = "CC0"

[split]
shares = { train = 0.5, test = 0.5 }
salt = "3"
"""

TEXTS = {
    f"note-{number}.txt": f"Note {number}: {hashlib.sha256(b'%d' % number).hexdigest()}"
    for number in range(12)
}


@pytest.fixture
def notes(project: Path) -> Path:
    """Lay out a data set of twelve texts with its declaration; returns its folder."""
    folder = project / "notes"
    folder.mkdir()
    (folder / "notes.toml").write_text(DECLARATION)
    write(folder, TEXTS)
    return folder


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write contents and the manifest that lists them."""
    (folder / "files").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "files" / name).write_text(text)
    manifest = Manifest.of(sample(name, text) for name, text in texts.items())
    (folder / "notes.tsv").write_bytes(write_manifest(manifest))


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, Any]:
    """Call the verb: status, text and what machines read."""
    capsys.readouterr()
    status = main(["data", *words])
    seen = capsys.readouterr()
    assert main(["data", *words, "--json"]) == status
    return status, seen.out + seen.err, json.loads(capsys.readouterr().out)


CHECK = ("check", "notes/notes.tsv", "--files", "notes/files")


def test_a_data_set_without_leaks_holds(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 0; manifest, split, parts and what was compared are told."""
    status, text, data = call(capsys, *CHECK)

    assert status == 0, text
    assert "ok       no part knows another" in text
    assert "train 1/2, test 1/2 by id, salt 3" in text
    assert "12 of 12 contents compared" in text
    assert data["leaks"] == []
    assert notes.is_dir()


def test_a_near_copy_in_another_part_is_told(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1; without the contents the check says what it did not look at."""
    copy = TEXTS["note-3.txt"].replace("Note 3", "Note 33!")
    write(notes, {**TEXTS, **{f"copy-{n}.txt": f"{copy} {n}" for n in range(6)}})

    status, text, data = call(capsys, *CHECK)
    blind, blind_text, _ = call(capsys, *CHECK[:2])

    assert status == 1
    assert "nearly the same content in two parts" in text
    assert {one["kind"] for one in data["leaks"]} == {"near"}
    assert blind == 0
    assert "not checked: name the folder of the contents with --files" in blind_text


def test_contents_that_changed_are_no_data_set(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3, with both digests."""
    (notes / "files" / "note-7.txt").write_text("another text")

    status, text, _ = call(capsys, *CHECK)

    assert status == 3
    assert "note-7.txt: its bytes are others than the manifest says" in text


def test_a_manifest_that_cannot_be_read_says_where(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3, with line and column."""
    path = notes / "notes.tsv"
    path.write_bytes(path.read_bytes().replace(b"\tfalse\t", b"\tperhaps\t", 1))

    assert main(["data", "check", "notes/notes.tsv"]) == 3

    error = capsys.readouterr().err
    assert "notes/notes.tsv: line 3, column synthetic: true or false" in error


def test_without_a_split_nothing_can_be_judged(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and what to type."""
    (notes / "notes.toml").unlink()

    status, text, _ = call(capsys, "check", "notes/notes.tsv")

    assert status == 2
    assert "pytest-repro data split notes/notes.tsv --share train=0.8" in text


def test_a_part_without_a_sample_is_told(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty test set would pass every check."""
    shares = "{ train = 0.999, test = 0.001 }"
    declared = DECLARATION.replace("{ train = 0.5, test = 0.5 }", shares)
    (notes / "notes.toml").write_text(declared)

    status, text, _ = call(capsys, "check", "notes/notes.tsv")

    assert status == 1
    assert "part 'test' holds no sample" in text


def test_no_manifest_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 5: there is no such data set."""
    status, text, _ = call(capsys, "check", "absent.tsv")

    assert status == 5
    assert "there is no manifest absent.tsv" in text
    assert project.is_dir()


def test_a_split_is_told_with_what_to_declare(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options cut otherwise than declared; the lines can be copied."""
    words = ("--share", "train=0.75", "--share", "test=0.25", "--salt", "4")

    status, text, data = call(capsys, "split", "notes/notes.tsv", *words)

    assert status == 0
    assert "shares = { train = 0.75, test = 0.25 }" in text
    assert 'salt = "4"' in text
    assert sorted(data["ids"]["train"] + data["ids"]["test"]) == sorted(TEXTS)
    assert notes.is_dir()


def test_parts_are_written_as_manifests(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Together they are the data set again."""
    status, _, _ = call(capsys, "split", "notes/notes.tsv", "--to", "parts")

    parts = [
        read_manifest(Path("parts", name).read_bytes())
        for name in ("train.tsv", "test.tsv")
    ]
    assert status == 0
    assert write_manifest(union(parts)) == (notes / "notes.tsv").read_bytes()


def test_a_card_is_written_once_and_verified(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1 from the moment at which the data set says something else."""
    words = ("card", "notes/notes.tsv", "--files", "notes/files")
    absent, _, _ = call(capsys, *words, "--verify")
    assert main(["data", *words]) == 0
    first = (notes / "DATACARD.md").read_bytes()
    same, _, _ = call(capsys, *words, "--verify")

    write(notes, {**TEXTS, "note-12.txt": "one more"})
    stale, text, _ = call(capsys, *words, "--verify")

    assert (absent, same, stale) == (1, 0, 1)
    assert "write it again without --verify" in text
    assert (notes / "DATACARD.md").read_bytes() == first
    assert b"| samples | 12 |" in first


def test_a_card_tells_a_metric_by_slice(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a table of hits, for each column that cuts."""
    manifest = read_manifest((notes / "notes.tsv").read_bytes())
    labelled = Manifest.of(
        sample(one.id, TEXTS[one.id], label="ab"[place % 2])
        for place, one in enumerate(manifest.samples)
    )
    (notes / "notes.tsv").write_bytes(write_manifest(labelled))
    rows = "".join(f"{one.id}\t{int(one.label == 'a')}\n" for one in labelled.samples)
    (notes / "hits.tsv").write_text(f"id\thit\n{rows}")

    words = ("card", "notes/notes.tsv", "--metrics", "notes/hits.tsv")
    status, _, _ = call(capsys, *words)

    card = (notes / "DATACARD.md").read_text()
    assert status == 0
    assert "| label | samples | hit | 95 % |" in card
    assert "| b | 6 | 0.0000 | 0.0000 to 0.3903 |" in card


def test_a_card_tells_what_an_experiment_used(
    notes: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The counts of its reference; one that says nothing of data is told."""

    def experiment(one: Run) -> None:
        Batches.Config(batch=4).build().load(one, range(12))

    bare = obtained_run(Facts(experiment="test_b.py::test_bare"))
    counted = replace(
        obtained_run(Facts(experiment="test_a.py::test_counted")),
        seeds=(replace(bare.anchor, metrics=run(experiment, Orders()).metrics),),
    )
    write_reference(project, bare)
    write_reference(project, counted)

    status, _, _ = call(capsys, "card", "notes/notes.tsv", "--used-by", "counted")
    silent, text, _ = call(capsys, "card", "notes/notes.tsv", "--used-by", "bare")
    absent, _, _ = call(capsys, "card", "notes/notes.tsv", "--used-by", "nobody")

    card = (notes / "DATACARD.md").read_text()
    assert (status, silent, absent) == (0, 2, 5)
    assert "| test\\_a.py::test\\_counted | train/samples | 12 |" in card
    assert "does not say what it used" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "notes/notes.tsv", "--used-by", "x"], "--used-by is for: pytest-"),
        (["check", "notes/notes.tsv", "--salt", "x"], "--salt is for: pytest-repro"),
        (["split", "notes/notes.tsv", "--verify"], "--verify is for: pytest-repro"),
        (["split", "notes/notes.tsv", "--share", "train"], "such as train=0.8"),
        (["split", "notes/notes.tsv", "--share", "a=1", "--share", "a=1"], "twice"),
        (["split", "notes/notes.tsv", "--share", "a=0.5"], "sum to 1/2"),
        (["check", "notes/notes.tsv", "--files", "absent"], "--files is a folder"),
        (["cut", "notes/notes.tsv"], "invalid choice: 'cut'"),
    ],
)
def test_words_without_meaning_are_refused(
    notes: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    """Status 64, and what would have one."""
    assert main(["data", *words]) == 64

    assert message in capsys.readouterr().err
    assert notes.is_dir()


def test_a_card_that_cannot_be_written_leaves_the_old_one(
    notes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, say, half-way through."""
    assert main(["data", "card", "notes/notes.tsv"]) == 0
    before = (notes / "DATACARD.md").read_bytes()
    write(notes, {**TEXTS, "note-12.txt": "one more"})
    fail = OSError(28, "No space left on device")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(fail))

    assert main(["data", "card", "notes/notes.tsv"]) == 2

    assert "No space left on device" in capsys.readouterr().err
    assert (notes / "DATACARD.md").read_bytes() == before
    assert sorted(path.name for path in notes.iterdir()) == [
        "DATACARD.md",
        "files",
        "notes.toml",
        "notes.tsv",
    ]
