"""`packages.tsv`, `sources.tsv` and `invocation.json` keep what went into a run."""

from dataclasses import replace
from typing import Final

import pytest

from pytest_repro.digests import Digest
from pytest_repro.errors import CorruptRecord, FutureFormat, ReproUsageError
from pytest_repro.records import (
    Identity,
    InstalledPackage,
    Invocation,
    PackageKind,
    RunRecord,
    SourceFile,
)
from pytest_repro.references import decode, encode, installed_packages
from pytest_repro.references.packages_table import write_packages
from pytest_repro.references.sources_table import write_sources
from tests.references.samples import digest, edited, environment, small_record

EXTRAS: Final = {"packages.tsv", "sources.tsv", "invocation.json"}

PACKAGES: Final = (
    InstalledPackage(
        name="kernels",
        version="1.0+local",
        kind=PackageKind.VCS,
        url="https://example.org/kernels.git@abc",
    ),
    InstalledPackage(name="numpy", version="2.4.0", record=digest("numpy")),
    InstalledPackage(name="pip", version="26.1", is_used=False, kind=PackageKind.LOCAL),
)
SOURCES: Final = (
    SourceFile(path="experiments/test_a.py", digest=digest("a")),
    SourceFile(path="model.py", digest=digest("m")),
)
INVOCATION: Final = Invocation(
    command=("pytest", "--repro", "-k", "α"),
    ci={"provider": "github", "run": "17"},
    energy_j=0.25,
)


def whole_record() -> RunRecord:
    """Make the small record with everything that it may know."""
    return replace(
        small_record(), packages=PACKAGES, sources=SOURCES, invocation=INVOCATION
    )


def test_table_of_packages_is_as_documented() -> None:
    """Name, version, role, RECORD, kind and address."""
    text = write_packages(PACKAGES[1:]).decode()

    assert text == (
        "#pytest-repro/packages/1\n"
        "name\tversion\trole\trecord\tkind\turl\n"
        f"numpy\t2.4.0\tused\t{digest('numpy')}\tindex\t-\n"
        "pip\t26.1\tinstalled\t-\tlocal\t-\n"
    )


def test_record_keeps_what_went_into_it() -> None:
    """As three more files of its folder, with their sums."""
    files = encode(whole_record())

    assert files.keys() > EXTRAS
    assert all(name in files["SHA256SUMS"].decode() for name in sorted(EXTRAS))
    assert decode(files, path="x") == decode(encode(whole_record()), path="x")
    assert decode(files, path="x").packages == PACKAGES
    assert decode(files, path="x").sources == SOURCES
    assert decode(files, path="x").invocation == INVOCATION


def test_record_of_before_stays_what_it_was() -> None:
    """Without a file for what nobody noted."""
    assert not encode(small_record()).keys() & EXTRAS


def test_long_list_of_sources_keeps_its_beginning() -> None:
    """A reference holds at most 256 KiB of them."""
    many = tuple(replace(SOURCES[0], path=f"p{n:06}.py") for n in range(9000))

    files = encode(replace(whole_record(), sources=many))

    kept = decode(files, path="x").sources
    assert 250 * 1024 < len(files["sources.tsv"]) <= 256 * 1024
    assert kept == many[: len(kept)]


def test_long_list_of_packages_keeps_those_in_use() -> None:
    """What was not imported is left out first."""
    idle = tuple(replace(PACKAGES[2], name=f"z{n:05}") for n in range(9000))

    files = encode(replace(whole_record(), packages=(*PACKAGES, *idle)))

    assert decode(files, path="x").packages == PACKAGES[:2]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("packages.tsv", "role\trecord", "role\trecords", "the header line"),
        ("packages.tsv", "\tused\tsha256", "\tloaded\tsha256", "no role"),
        ("packages.tsv", "\tvcs\t", "\tsvn\t", "'svn' is not a valid PackageKind"),
        ("packages.tsv", "\tvcs\t", "\tindex\t", "do not go together"),
        ("packages.tsv", "sha256:", "sha256;", "digest"),
        ("packages.tsv", "pip\t", "a\t", "names are distinct and sorted"),
        ("packages.tsv", "\tindex\t-", "\tindex", "cells instead of 6"),
        ("sources.tsv", "model.py", "../model.py", "names are distinct and sorted"),
        ("sources.tsv", "model.py", "n/../../m.py", "lies outside of the project"),
        ("sources.tsv", "experiments/", "/experiments/", "outside of the project"),
        ("sources.tsv", "sha256:", "sha256;", "digest"),
        ("invocation.json", '"0.25"', '"-1.5"', "finite and not negative"),
        ("invocation.json", '"0.25"', '"nan"', "finite and not negative"),
        ("invocation.json", '  "schema"', '   "schema"', "canonical"),
        ("invocation.json", "repro/invocation", "repro/call", "this is a reader of"),
    ],
)
def test_malformed_file_is_refused(name: str, old: str, new: str, fault: str) -> None:
    """Spelling, order, width and places: each with its message."""
    data = encode(whole_record())[name].decode()
    assert old in data

    with pytest.raises(CorruptRecord) as caught:
        decode(
            edited(whole_record(), name, data.replace(old, new, 1).encode()), path="x"
        )

    assert f"{name}: " in str(caught.value)
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("packages.tsv", "packages/1", "packages/2"),
        ("sources.tsv", "sources/1", "sources/2"),
        ("invocation.json", "invocation/1", "invocation/2"),
    ],
)
def test_later_version_is_recognised(name: str, old: str, new: str) -> None:
    """A newer program wrote it; this one says so."""
    data = encode(whole_record())[name].replace(old.encode(), new.encode())

    with pytest.raises(FutureFormat, match="this is a reader of"):
        decode(edited(whole_record(), name, data), path="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"packages": (replace(PACKAGES[0], url=""),)},
        {"packages": (replace(PACKAGES[1], version="1\t0"),)},
        {"packages": (replace(PACKAGES[1], record=Digest("none")),)},
        {"packages": PACKAGES[::-1]},
        {"sources": (replace(SOURCES[0], path="a\nb"),)},
        {"invocation": Invocation(command=("x" * 5000,))},
        {"invocation": Invocation(energy_j=-1.0)},
    ],
)
def test_what_could_not_be_read_is_not_written(wrong: dict[str, object]) -> None:
    """The writer refuses what the reader would."""
    with pytest.raises(ReproUsageError, match="cannot be stored"):
        encode(replace(whole_record(), **wrong))  # type: ignore[arg-type]  # on purpose


def test_packages_of_an_older_record_come_from_its_facts() -> None:
    """Versions of what was in use were always noted."""
    facts = {"package.torch": "2.13.0", "package.numpy": "2.4.0", "python.version": "3"}
    older = replace(environment(), facts=facts)
    identity = Identity(experiment="e", config={}, environment=older)

    found = installed_packages(replace(small_record(), identity=identity))

    assert [(one.name, one.version) for one in found] == [
        ("numpy", "2.4.0"),
        ("torch", "2.13.0"),
    ]


def test_packages_of_a_record_are_those_of_its_table() -> None:
    """Installed or in use, with digests."""
    assert installed_packages(whole_record()) == PACKAGES


def test_sources_are_written_as_documented() -> None:
    """One path and one digest a line."""
    assert write_sources(SOURCES[1:]).decode() == (
        f"#pytest-repro/sources/1\npath\tdigest\nmodel.py\t{digest('m')}\n"
    )
