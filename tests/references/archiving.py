"""Archives as CI makes them, and as a stranger might."""

import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pytest_repro.references import encode, reference_folder
from tests.references.samples import EXPERIMENT, environment, small_record

FOLDER = str(reference_folder(EXPERIMENT, environment().key))
RUN = f"{FOLDER}/run.json"

Entry = tuple[zipfile.ZipInfo, bytes]
Spoil = Callable[[Path], None]


def candidate_entries(base: str = "") -> dict[str, bytes]:
    """Lay out a candidate below a folder."""
    files = encode(small_record())
    return {f"{base}{FOLDER}/{name}": data for name, data in files.items()}


def write_archive(path: Path, entries: Mapping[str, bytes]) -> Path:
    """Write an archive as an honest tool does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def add(name: str, data: bytes = b"", *, mode: int = 0, attributes: int = 0) -> Spoil:
    """Make what adds an entry by a name, of a kind."""

    def spoil(path: Path) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        info.external_attr = (mode << 16) | attributes
        info.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a name there twice
            archive.writestr(info, data)

    return spoil


def link(name: str) -> Spoil:
    """Make what adds a symbolic link."""
    return add(name, b"/etc/passwd", mode=stat.S_IFLNK | 0o777)


def flagged(bits: int) -> Spoil:
    """Make what sets flags of every entry, in the table and before the bytes."""

    def spoil(path: Path) -> None:
        data = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
            place = data.find(signature)
            while place >= 0:
                data[place + offset] |= bits
                place = data.find(signature, place + 4)
        path.write_bytes(bytes(data))

    return spoil


def declared(signature: bytes, offset: int, value: bytes) -> Spoil:
    """Make what changes a field of the last entry of the table of contents."""

    def spoil(path: Path) -> None:
        data = bytearray(path.read_bytes())
        place = data.rfind(signature) + offset
        data[place : place + len(value)] = value
        path.write_bytes(bytes(data))

    return spoil


def preceded(path: Path) -> None:
    """Put something before the first entry, as in a file of two formats."""
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


def cut(path: Path) -> None:
    """Lose the end, as an interrupted download does."""
    path.write_bytes(path.read_bytes()[:-30])


def replaced(name: str, data: bytes) -> Spoil:
    """Make what writes a candidate in which one file is another."""

    def spoil(path: Path) -> None:
        path.unlink()
        write_archive(path, {**candidate_entries(), f"{FOLDER}/{name}": data})

    return spoil


def moved(path: Path) -> None:
    """Put the candidate into the folder of another experiment."""
    path.unlink()
    entries = {
        name.replace("test_digits_cnn", "test_digits_mlp"): data
        for name, data in candidate_entries().items()
    }
    write_archive(path, entries)


def many(path: Path) -> None:
    """Add more entries than anybody needs."""
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_000):
            archive.writestr(f"runs/{number}", b"")
