"""A manifest is one file for one data set, and what is no manifest says where."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given

from pytest_repro.data import (
    Manifest,
    Sample,
    content_digest,
    digest_of,
    read_manifest,
    write_manifest,
)
from pytest_repro.errors import (
    ConflictedRecord,
    FutureFormat,
    LineEndingError,
    ManifestError,
    PointerRecord,
    ReproUsageError,
)
from tests.data.samples import MANIFESTS, sample

DIGEST = content_digest("a cat")

FILE = f"""\
#pytest-repro/manifest/1
id\torigin\tpreparation\tsynthetic\tgroup\tlabel\tdigest\tscanner
cats/1\tclinic A\tcrop 28x28\tfalse\tpatient 7\tcat\t{DIGEST}\tS1
cats/2\tmade by gan-3\tnone\ttrue\t\t\t{content_digest("other")}\t
"""


@given(MANIFESTS)
def test_reading_is_the_inverse_of_writing(manifest: Manifest) -> None:
    """Whatever may stand in a manifest is written and read the same."""
    data = write_manifest(manifest)

    assert read_manifest(data) == manifest
    assert write_manifest(read_manifest(data)) == data


@given(MANIFESTS)
def test_the_order_of_samples_makes_no_other_data_set(manifest: Manifest) -> None:
    """Listed backwards it is the same manifest with the same digest."""
    other = Manifest.of(reversed(manifest.samples))

    assert digest_of(other) == digest_of(manifest)


def test_each_column_becomes_a_field() -> None:
    """Texts, truth, digest and further columns are read; empty means nobody said."""
    first, second = read_manifest(FILE.encode()).samples

    assert (first.group, first.label, first.extra) == ("patient 7", "cat", ("S1",))
    assert (first.is_synthetic, second.is_synthetic) == (False, True)
    assert (second.group, second.label, second.extra) == ("", "", ("",))
    assert first.digest == DIGEST


def test_the_digest_is_that_of_the_file() -> None:
    """`sha256sum` of a written manifest says the same."""
    manifest = read_manifest(FILE.encode())

    expected = hashlib.sha256(write_manifest(manifest)).hexdigest()
    assert digest_of(manifest) == f"sha256:{expected}"
    assert write_manifest(manifest) == FILE.encode()


def test_rows_in_any_order_are_read_the_same() -> None:
    """A file that a script wrote in its own order is the same data set."""
    title, head, one, other = FILE.splitlines()

    shuffled = f"{title}\n{head}\n{other}\n{one}\n"

    assert read_manifest(shuffled.encode()) == read_manifest(FILE.encode())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("manifest/1\n", "manifest/one\n", "line 1: the first line is"),
        ("synthetic\tgroup", "group\tsynthetic", "line 2, column synthetic: column 4"),
        ("\tscanner", "\tlabel", "line 2: each column has a name of its own"),
        ("\tscanner", "\tThe Scanner", "line 2: a column is called by"),
        ("\tS1", "", "line 3: 7 cells instead of 8"),
        ("\tfalse\t", "\tno\t", "line 3, column synthetic: true or false, got 'no'"),
        (f"\t{DIGEST}", "\tsha256:CAT", "line 3, column digest: not a digest"),
        ("cats/1\t", "\t", "line 3, column id: missing"),
        ("\tclinic A", "\t", "line 3, column origin: missing"),
        ("clinic A", "clinic A ", "line 3, column origin: no printable line"),
        ("clinic A", "clinic\x1b[2J", "line 3, column origin: no printable line"),
        ("clinic A", "c" * 1025, "line 3, column origin: 1025 characters"),
        ("cats/2", "cats/1", "line 4, column id: 'cats/1' stands in line 3, too"),
        ("\tS1\n", "\tS1\n\n", "line 4: 1 cells instead of 8"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(
    old: str, new: str, message: str
) -> None:
    """Nothing is guessed, skipped or mended."""
    assert old in FILE
    with pytest.raises(ManifestError) as caught:
        read_manifest(FILE.replace(old, new, 1).encode(), path="cats.tsv")

    assert message in str(caught.value)
    assert str(caught.value).startswith("cats.tsv: ")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (FILE.replace("/1\nid", "/2\nid").encode(), FutureFormat),
        (FILE.replace("\n", "\r\n").encode(), LineEndingError),
        (b"version https://git-lfs.github.com/spec/v1\noid", PointerRecord),
        (FILE.replace("cats/1", "<<<<<<< ours\ncats/1").encode(), ConflictedRecord),
        (FILE[:-1].encode(), ManifestError),
        (FILE.encode("utf-16"), ManifestError),
        (FILE.replace("cats/1", "käts").encode("latin-1"), ManifestError),
        (b"", ManifestError),
    ],
)
def test_what_happened_to_a_whole_file_has_a_name(
    data: bytes, kind: type[Exception]
) -> None:
    """A pointer or a conflict is no misspelt line."""
    with pytest.raises(kind):
        read_manifest(data)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (sample("a", origin=""), "column origin: missing"),
        (sample("a\tb"), "column id: no printable line"),
        (replace(sample("a"), extra=("x",)), "8 values for 7 columns"),
    ],
)
def test_an_entry_without_meaning_is_refused(entry: Sample, message: str) -> None:
    """A manifest that could not be read is never made."""
    with pytest.raises(ReproUsageError, match=message):
        Manifest.of([entry])


def test_an_id_names_one_sample() -> None:
    """Two entries of one id are refused."""
    with pytest.raises(ReproUsageError, match="'a' stands in the manifest twice"):
        Manifest.of([sample("a"), sample("b"), sample("a", "other")])


def test_an_unknown_column_names_those_that_there_are() -> None:
    """A misspelt column is no empty one."""
    with pytest.raises(ReproUsageError, match=r"no column 'labels'.*label"):
        read_manifest(FILE.encode()).values("labels")
