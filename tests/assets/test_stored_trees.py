"""Folders in the content store: fetched whole, or not there."""

import hashlib
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore, Rules, fetch, resolve, use
from pytest_repro.errors import AssetUnavailable
from pytest_repro.records import Access, DeclaredAsset, Mirror, Source


def grow(folder: Path, *, last: bytes = b"three") -> Path:
    """Write a small tree."""
    for name, data in {"a": b"one", "b/c": b"two", "b/d": last}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "empty").mkdir()
    return folder


def declared(*locations: str, like: Path) -> DeclaredAsset:
    """Declare a folder."""
    found = use(like, name="tree")
    return DeclaredAsset(
        name="tree",
        digest=found.digest,
        size_bytes=found.size_bytes,
        licence="CC0-1.0",
        access=Access.OPEN,
        personal_data="none",
        mirrors=tuple(Mirror(location=one) for one in locations),
    )


def test_folder_is_fetched_whole(tmp_path: Path, store: AssetStore) -> None:
    """Empty folders come along, files are read-only, and a run finds it by its name."""
    mirror = grow(tmp_path / "mirror")
    asset = declared(mirror.as_uri(), like=mirror)

    first = fetch(asset, store, root=tmp_path)
    found = resolve(asset, Rules(store=store.root), root=tmp_path)

    path = store.path(asset.digest)
    assert first.source is Source.FETCHED
    assert found.held.path == path
    assert (path / "empty").is_dir()
    assert (path / "b" / "c").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    "name",
    ["a#b", "a?b", "a%41", "a b", "größe", "-r", "a.unfinished", "n" * 255, "ü" * 127],
)
def test_file_of_any_name_is_fetched(
    tmp_path: Path, store: AssetStore, name: str
) -> None:
    """What has a meaning in URLs has none in a folder; 255 bytes are a name, too."""
    mirror = grow(tmp_path / "mirror")
    (mirror / "b" / name).write_bytes(b"named")
    (mirror / "b" / "aA").write_bytes(b"other")
    asset = declared(mirror.as_uri(), like=mirror)

    fetch(asset, store, root=tmp_path)

    assert (store.path(asset.digest) / "b" / name).read_bytes() == b"named"


def test_file_that_cannot_be_had_is_named(
    tmp_path: Path, store: AssetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a folder of thousands nobody finds it otherwise."""
    mirror = grow(tmp_path / "mirror")
    asset = declared(mirror.as_uri(), like=mirror)
    listed = (("a", "b/c", "b/gone"), ("b/", "empty/"))
    monkeypatch.setattr("pytest_repro.assets.mirrors.list_files", lambda _: listed)

    with pytest.raises(AssetUnavailable, match=r"mirror: b/gone: No such file"):
        fetch(asset, store, root=tmp_path)


def test_other_folder_is_refused(tmp_path: Path, store: AssetStore) -> None:
    """One byte in one file is enough, and nothing of it stays."""
    mirror = grow(tmp_path / "mirror", last=b"thre3")
    asset = declared(mirror.as_uri(), like=grow(tmp_path / "true"))

    with pytest.raises(AssetUnavailable, match="other bytes"):
        fetch(asset, store, root=tmp_path)

    assert not store.has(asset.digest)
    assert not store.partial(asset.digest).exists()


def test_folder_with_too_much_in_it_is_left_at_once(
    tmp_path: Path, store: AssetStore
) -> None:
    """A mirror cannot fill the disk, file by file."""
    mirror = grow(tmp_path / "mirror")
    for number in range(9):
        (mirror / f"z{number}").write_bytes(b"more")
    asset = declared(mirror.as_uri(), like=grow(tmp_path / "true"))

    with pytest.raises(AssetUnavailable, match="more than the 11 bytes"):
        fetch(asset, store, root=tmp_path)

    kept = [path for path in store.partial(asset.digest).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) <= asset.size_bytes


def test_progress_of_a_folder_counts_all_its_files(
    tmp_path: Path, store: AssetStore
) -> None:
    """It ends with all bytes, as that of a file does."""
    mirror = grow(tmp_path / "mirror")
    heard: list[tuple[str, int, int]] = []

    fetch(
        declared(mirror.as_uri(), like=mirror),
        store,
        root=tmp_path,
        heard=lambda *words: heard.append(words),
    )

    assert heard == [("tree", 3, 11), ("tree", 6, 11), ("tree", 11, 11)]


def test_broken_off_folder_goes_on(tmp_path: Path, store: AssetStore) -> None:
    """Files that are whole are kept; one that is not is finished."""
    mirror = grow(tmp_path / "mirror")
    asset = declared(mirror.as_uri(), like=mirror)
    partial = store.partial(asset.digest)
    (partial / "b").mkdir(parents=True)
    (partial / "a").write_bytes(b"one")
    unfinished = f"{hashlib.sha256(b'b/c').hexdigest()}.unfinished"
    (partial / unfinished).write_bytes(b"t")

    found = fetch(asset, store, root=tmp_path)

    assert found.resumed_at == 4
    assert store.has(asset.digest)


def test_wrong_beginning_of_a_folder_is_thrown_away(
    tmp_path: Path, store: AssetStore
) -> None:
    """A file that does not belong there spoils the first try only."""
    mirror = grow(tmp_path / "mirror")
    asset = declared(mirror.as_uri(), like=mirror)
    store.partial(asset.digest).mkdir(parents=True)
    (store.partial(asset.digest) / "left").write_bytes(b"over")

    found = fetch(asset, store, root=tmp_path)

    assert found.resumed_at == 0
    assert store.has(asset.digest)


def test_damaged_folder_is_fetched_again(tmp_path: Path, store: AssetStore) -> None:
    """A file that was added to it makes it another folder."""
    mirror = grow(tmp_path / "mirror")
    asset = declared(mirror.as_uri(), like=mirror)
    fetch(asset, store, root=tmp_path)
    (store.path(asset.digest) / "added").write_bytes(b"")

    found = fetch(asset, store, root=tmp_path)

    assert found.source is Source.FETCHED_AGAIN
    assert not (store.path(asset.digest) / "added").exists()


def test_folder_of_any_file_system_is_fetched(
    tmp_path: Path, store: AssetStore
) -> None:
    """What fsspec lists and opens; here one in memory."""
    import fsspec  # noqa: PLC0415  # only this test needs it

    memory = fsspec.filesystem("memory")
    like = grow(tmp_path / "like")
    (like / "empty").rmdir()  # object storage has no empty folders
    memory.put(str(like), "/kept", recursive=True)
    asset = declared("memory://kept", like=like)

    found = fetch(asset, store, root=tmp_path)

    assert found.source is Source.FETCHED


def test_link_in_a_mirror_leads_nowhere(tmp_path: Path, store: AssetStore) -> None:
    """A folder with a link has no digest, so it can be no mirror of one."""
    like = grow(tmp_path / "like")
    mirror = grow(tmp_path / "mirror")
    (mirror / "a").unlink()
    (mirror / "a").symlink_to("/etc/hostname")

    with pytest.raises(AssetUnavailable, match="holds a link: a"):
        fetch(declared(mirror.as_uri(), like=like), store, root=tmp_path)
