"""Shards are the data set again, and content is what the manifest says or an error."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.data import (
    Contents,
    Manifest,
    Sample,
    digest_of,
    folder_reader,
    materialise,
    shard,
    union,
)
from pytest_repro.data.contents import decode
from pytest_repro.errors import CorruptRecord, ReproUsageError, UnsafePath
from tests.data.samples import MANIFESTS, many, sample


@given(MANIFESTS, st.integers(1, 9), st.randoms(use_true_random=False))
def test_shards_in_any_order_are_the_data_set_again(
    manifest: Manifest, count: int, random: object
) -> None:
    """Nothing is lost and nothing comes twice: the digest is the same."""
    shards = [shard(manifest, index, count) for index in range(count)]
    random.shuffle(shards)  # type: ignore[attr-defined]  # Hypothesis makes it

    assert digest_of(union(shards)) == digest_of(manifest)


@given(MANIFESTS, st.integers(1, 9))
def test_shards_differ_by_one_sample_at_most(manifest: Manifest, count: int) -> None:
    """No machine waits for another."""
    sizes = [len(shard(manifest, index, count).samples) for index in range(count)]

    assert max(sizes) - min(sizes) <= 1


def test_shards_that_are_none_are_refused() -> None:
    """Numbers outside, samples twice, other columns, nothing at all."""
    manifest, other = many(3), Manifest.of((), extra=["scanner"])

    with pytest.raises(ReproUsageError, match="from 0 to 1, got 2"):
        shard(manifest, 2, 2)
    with pytest.raises(ReproUsageError, match="stands in the manifest twice"):
        union([manifest, manifest])
    with pytest.raises(ReproUsageError, match="the same columns"):
        union([manifest, other])
    with pytest.raises(ReproUsageError, match="the same columns"):
        union([])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out the contents of three samples."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"the text of {name}")
    return tmp_path


FILES = Manifest.of(
    sample(name, f"the text of {name}") for name in ("a.txt", "b.txt", "c.txt")
)


def test_content_comes_in_the_order_of_the_manifest(folder: Path) -> None:
    """From one folder, or shard by shard, the same bytes of the same samples."""
    read = folder_reader(folder)

    alone = {one.id: data for one, data in materialise(FILES, read)}
    dealt = {
        one.id: data
        for index in range(2)
        for one, data in materialise(shard(FILES, index, 2), read)
    }

    assert list(alone) == ["a.txt", "b.txt", "c.txt"]
    assert dealt == alone


def test_a_byte_that_differs_stops_it(folder: Path) -> None:
    """Both digests are told before anything trains on it."""
    (folder / "b.txt").write_text("the text of b.txt!")

    with pytest.raises(CorruptRecord) as caught:
        list(materialise(FILES, folder_reader(folder)))

    assert str(caught.value).startswith("b.txt: its bytes are others")
    assert f"  manifest  {FILES.samples[1].digest}" in str(caught.value)


def test_everything_that_is_wrong_is_listed(folder: Path) -> None:
    """A check goes on where training would stop."""
    (folder / "a.txt").write_text("other")
    (folder / "c.txt").unlink()

    contents = Contents(FILES, folder_reader(folder))

    assert dict(contents) == {"b.txt": "the text of b.txt"}
    assert [one.partition(":")[0] for one in contents.problems] == ["a.txt", "c.txt"]


def test_contents_are_read_when_asked_for_and_not_kept(folder: Path) -> None:
    """A data set may be larger than memory."""
    reads: list[str] = []

    def read(one: Sample) -> bytes:
        reads.append(one.id)
        return folder_reader(folder)(one)

    contents = Contents(FILES, read)
    texts = [contents["b.txt"], contents["b.txt"]]

    assert texts == ["the text of b.txt"] * 2
    assert reads == ["a.txt", "b.txt", "c.txt", "b.txt", "b.txt"]


def test_an_id_does_not_lead_out_of_the_folder(folder: Path) -> None:
    """Neither by dots nor by a link."""
    (folder / "link").symlink_to("/etc")

    for name in ("../b.txt", "/etc/hostname", "link/hostname"):
        with pytest.raises(UnsafePath, match="outside of the folder"):
            folder_reader(folder)(sample(name))


def test_texts_and_arrays_can_be_compared(tmp_path: Path) -> None:
    """Anything else is left out, and nothing is unpickled."""
    np.save(tmp_path / "plane.npy", np.eye(3))
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    np.save(tmp_path / "nan.npy", np.array([np.nan]))
    plane, objects, nan = (
        (tmp_path / f"{name}.npy").read_bytes() for name in ("plane", "objects", "nan")
    )

    assert np.array_equal(decode(plane), np.eye(3))  # type: ignore[arg-type]  # an array
    assert decode("ä text".encode()) == "ä text"
    assert [decode(one) for one in (objects, nan, plane[:-1])] == [None] * 3
    assert [decode(one) for one in (b"\0\1", "ä".encode("latin-1"))] == [None] * 2
