"""Bytes come from the first mirror that has them, and wrong ones never do."""

import os
import stat
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore, fetch, mirrors
from pytest_repro.errors import AssetUnavailable
from pytest_repro.records import FailedMirror, Source
from tests.assets.samples import DATA, OTHER, SIZE, Server, begin, declared, stored


@pytest.mark.parametrize("behaviour", ["whole", "ranged"])
def test_asset_is_fetched_once(
    tmp_path: Path, store: AssetStore, server: Server, behaviour: str
) -> None:
    """The second time it is only hashed, and no mirror hears of it."""
    asset = declared(server.url(behaviour))

    first = fetch(asset, store, root=tmp_path)
    second = fetch(asset, store, root=tmp_path)

    assert (first.source, second.source) == (Source.FETCHED, Source.STORE)
    assert first.mirror == server.url(behaviour)
    assert server.asked == [(behaviour, "")]
    assert store.path(asset.digest).read_bytes() == DATA


def test_stored_file_is_read_only(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """An experiment that opens it for writing is told so."""
    asset = declared(server.url("whole"))

    fetch(asset, store, root=tmp_path)

    mode = store.path(asset.digest).stat().st_mode
    assert stat.S_IMODE(mode) == 0o444


def test_next_mirror_is_tried_and_each_failure_is_kept(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """Gone, corrupt and too long are three reasons, in the order of the mirrors."""
    bad = ("gone", "corrupt", "long")
    asset = declared(*map(server.url, (*bad, "whole")))

    found = fetch(asset, store, root=tmp_path)

    assert found.mirror == server.url("whole")
    assert [one.problem for one in found.failed] == [
        "HTTP 404 Not Found",
        "other bytes than those declared",
        f"it sends more than the {SIZE} bytes that are declared",
    ]
    assert found.failed[1].obtained == declared(data=OTHER).digest
    assert stored(store, asset.digest) == "whole"


def test_wrong_bytes_are_refused_with_both_digests_aligned(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """Where no mirror has the bytes, the message shows what each gave instead."""
    asset = declared(server.url("corrupt"), server.url("gone"))

    with pytest.raises(AssetUnavailable) as caught:
        fetch(asset, store, root=tmp_path)

    assert str(caught.value) == (
        "asset 'sample' cannot be had: none of 2 mirrors has it\n"
        f"  {server.url('corrupt')}: other bytes than those declared\n"
        f"    obtained  {declared(data=OTHER).digest}\n"
        f"    declared  {asset.digest}\n"
        f"  {server.url('gone')}: HTTP 404 Not Found\n"
        "  once one has it: pytest-repro fetch sample"
    )
    assert stored(store, asset.digest) == "nothing"
    assert not store.partial(asset.digest).exists()


def test_slow_mirror_is_left_in_its_time(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """A byte now and then keeps a connection alive, and is no progress."""
    slow, whole = server.url("slow"), server.url("whole")
    asset = declared(slow, whole, timeout_s=1)

    found = fetch(asset, store, root=tmp_path)

    (attempt,) = found.failed
    assert attempt.mirror == slow
    assert attempt.problem.startswith("too slow: ")
    assert found.mirror == whole


def test_truncated_download_goes_on_with_the_next_mirror(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """What has come is kept, and a server with Range sends the rest only."""
    asset = declared(server.url("truncated"), server.url("ranged"))

    found = fetch(asset, store, root=tmp_path)

    (_, first), (behaviour, wanted) = server.asked
    assert first == ""
    assert behaviour == "ranged"
    assert wanted == f"bytes={found.resumed_at}-"
    assert 0 < found.resumed_at <= SIZE // 2
    assert stored(store, asset.digest) == "whole"


@pytest.mark.parametrize(
    ("behaviour", "asked"),
    [
        ("ranged", [("ranged", "bytes=1000-")]),
        ("whole", [("whole", "bytes=1000-")]),
    ],
)
def test_broken_off_fetch_goes_on(
    tmp_path: Path,
    store: AssetStore,
    server: Server,
    behaviour: str,
    asked: list[tuple[str, str]],
) -> None:
    """A server without Range sends everything, which is as good."""
    asset = declared(server.url(behaviour))
    begin(store, asset, DATA[:1000])

    fetch(asset, store, root=tmp_path)

    assert server.asked == asked
    assert stored(store, asset.digest) == "whole"


@pytest.mark.parametrize("rest", [OTHER[:1000], OTHER, OTHER + b"!"])
def test_wrong_beginning_is_thrown_away(
    tmp_path: Path, store: AssetStore, server: Server, rest: bytes
) -> None:
    """If what was kept does not lead to the digest, the mirror is asked for it all."""
    asset = declared(server.url("ranged"))
    begin(store, asset, rest)

    fetch(asset, store, root=tmp_path)

    assert server.asked[-1] == ("ranged", "")
    assert stored(store, asset.digest) == "whole"


def test_page_in_place_of_the_bytes_spoils_nothing(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """What has come so far stays, and the next mirror is asked for the rest alone."""
    asset = declared(*map(server.url, ("page", "packed", "other", "ranged")))
    begin(store, asset, DATA[:1000])

    found = fetch(asset, store, root=tmp_path)

    assert found.resumed_at == 1000
    assert [range_ for _, range_ in server.asked] == ["bytes=1000-"] * 4
    assert [one.problem for one in found.failed] == [
        f"it has 26 bytes, not the {SIZE} declared",
        f"it has 1000 bytes, packed by 'gzip', not the {SIZE} declared",
        f"it has {SIZE + 1} bytes, not the {SIZE} declared",
    ]


def test_whole_partial_is_only_hashed(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """A fetch that was killed after its last byte asks no mirror again."""
    asset = declared(server.url("ranged"))
    begin(store, asset, DATA)

    fetch(asset, store, root=tmp_path)

    assert server.asked == []
    assert stored(store, asset.digest) == "whole"


def test_answer_with_another_range_is_refused(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """Bytes go where the server says, and nowhere else."""
    asset = declared(server.url("shifted"), server.url("ranged"))
    begin(store, asset, DATA[:1000])

    found = fetch(asset, store, root=tmp_path)

    (attempt,) = found.failed
    assert "asked for bytes from 1000 on, and was sent 'bytes 0-" in attempt.problem
    assert stored(store, asset.digest) == "whole"


def test_damaged_object_is_fetched_again(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """A store is a cache: what is not what its name says is replaced, and told."""
    asset = declared(server.url("whole"))
    fetch(asset, store, root=tmp_path)
    path = store.path(asset.digest)
    path.chmod(0o644)
    path.write_bytes(OTHER)

    found = fetch(asset, store, root=tmp_path)

    assert found.source is Source.FETCHED_AGAIN
    assert stored(store, asset.digest) == "whole"


@pytest.mark.parametrize("plant", ["folder", "link", "link to a folder", "dead link"])
def test_whatever_lies_in_its_place_is_replaced(
    tmp_path: Path, store: AssetStore, server: Server, plant: str
) -> None:
    """And what a link leads to stays as it is."""
    asset = declared(server.url("whole"))
    path = store.path(asset.digest)
    path.parent.mkdir(parents=True)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "kept").write_bytes(OTHER)
    if plant == "folder":
        path.mkdir()
    else:
        ends = {"link": folder / "kept", "link to a folder": folder}
        path.symlink_to(ends.get(plant, tmp_path / "nowhere"))

    fetch(asset, store, root=tmp_path)

    assert not path.is_symlink()
    assert stored(store, asset.digest) == "whole"
    assert (folder / "kept").read_bytes() == OTHER


def test_empty_file_is_an_asset(tmp_path: Path, store: AssetStore) -> None:
    """Nothing at all has a digest, too."""
    (tmp_path / "empty").write_bytes(b"")
    asset = declared((tmp_path / "empty").as_uri(), data=b"")

    found = fetch(asset, store, root=tmp_path)

    assert found.source is Source.FETCHED
    assert store.path(asset.digest).read_bytes() == b""


def test_file_of_the_project_is_not_copied(tmp_path: Path, store: AssetStore) -> None:
    """A relative path is read in place."""
    (tmp_path / "data.bin").write_bytes(DATA)
    asset = declared("data.bin")

    found = fetch(asset, store, root=tmp_path)

    assert (found.source, found.mirror) == (Source.IN_PLACE, "data.bin")
    assert stored(store, asset.digest) == "nothing"


def test_changed_file_of_the_project_is_passed_over(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """The digest decides, also where the file is one's own."""
    (tmp_path / "data.bin").write_bytes(OTHER)
    asset = declared("data.bin", server.url("whole"))

    found = fetch(asset, store, root=tmp_path)

    wrong = "other bytes than those declared"
    other = declared(data=OTHER).digest
    assert found.failed == (
        FailedMirror(mirror="data.bin", problem=wrong, obtained=other),
    )
    assert found.mirror == server.url("whole")


def test_secrets_of_a_location_are_never_shown(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """Neither user, password nor query of a URL are in any message or record."""
    secret = f"http://eve:hunter2@127.0.0.1:{server.port}/%s?token=canary"
    closed = "http://eve:hunter2@127.0.0.1:1/x?token=canary"
    asset = declared(secret % "gone", secret % "corrupt", closed)

    with pytest.raises(AssetUnavailable) as caught:
        fetch(asset, store, root=tmp_path)

    told = f"{caught.value} {caught.value.failed}"
    assert f"http://127.0.0.1:{server.port}/gone?…: HTTP 404 Not Found" in told
    assert "http://127.0.0.1:1/x?…: Connection refused" in told
    assert not {"hunter2", "canary", "eve"} & set(told.replace(":", " ").split())
    assert "hunter2" not in told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://eve:hunter2@h/x", "https://h/x"),
        ("https://eve:hunt@er2@h:1/x@v1", "https://h:1/x@v1"),
        ("https://eve:hunt/er2@h/x", "https://h/x"),
        ("https://eve:hun er2@h/x", "https://h/x"),
        ("https://h/x?sig=canary#canary", "https://h/x?…"),
        ("https://h/x#canary", "https://h/x"),
        ("filecache::https://eve:hunter2@h/x?k=canary", "filecache::https://h/x?…"),
        ("s3://key:hunter2@bucket/x", "s3://bucket/x"),
        ("http://h:8080/a/b@c", "http://h:8080/a/b@c"),
        ("data/a#b?c@d.csv", "data/a#b?c@d.csv"),
    ],
)
def test_location_is_shown_without_what_may_be_secret(
    location: str, expected: str
) -> None:
    """Also a location within another, and one that is none by the rules."""
    assert mirrors.shown(location) == expected


def test_what_a_server_says_is_cleaned(
    tmp_path: Path, store: AssetStore, server: Server
) -> None:
    """It leads on to an address with a password, or speaks in control characters."""
    asset = declared(server.url("elsewhere"), server.url("coloured"))

    with pytest.raises(AssetUnavailable) as caught:
        fetch(asset, store, root=tmp_path)

    failed = [one for one in caught.value.failed if isinstance(one, FailedMirror)]
    problems = [one.problem for one in failed]
    assert "ftp://127.0.0.1:1/x" in problems[0]
    assert "hunter2" not in problems[0]
    assert "canary" not in problems[0]
    assert problems[1].isprintable()
    assert "canary" in problems[1]


def test_any_file_system_of_fsspec_is_a_mirror(
    tmp_path: Path, store: AssetStore
) -> None:
    """What fsspec opens is read from where an earlier fetch stopped."""
    import fsspec  # noqa: PLC0415  # only this test needs it

    fsspec.filesystem("memory").pipe("/bucket/data.bin", DATA)
    asset = declared("memory://bucket/data.bin")
    begin(store, asset, DATA[:1000])

    found = fetch(asset, store, root=tmp_path)

    assert found.resumed_at == 1000
    assert stored(store, asset.digest) == "whole"


@pytest.mark.parametrize("location", ["memory://nowhere/x", "unheard-of://x/y"])
def test_whatever_a_file_system_raises_is_a_failed_mirror(
    tmp_path: Path, store: AssetStore, location: str
) -> None:
    """A missing file or an unknown scheme leads on to the next mirror."""
    asset = declared(location)

    with pytest.raises(AssetUnavailable, match="none of 1 mirrors"):
        fetch(asset, store, root=tmp_path)


def test_pipe_in_the_place_of_a_mirror_does_not_hang(
    tmp_path: Path, store: AssetStore
) -> None:
    """Opening a pipe would wait for ever; nothing is read from one."""
    os.mkfifo(tmp_path / "pipe")
    asset = declared((tmp_path / "pipe").as_uri(), timeout_s=1)

    with pytest.raises(AssetUnavailable):
        fetch(asset, store, root=tmp_path)


def test_asset_without_a_mirror_says_so(tmp_path: Path, store: AssetStore) -> None:
    """Somebody has to put it there, or declare a mirror."""
    with pytest.raises(AssetUnavailable, match="it has no mirror"):
        fetch(declared(), store, root=tmp_path)


def test_progress_is_heard(tmp_path: Path, store: AssetStore, server: Server) -> None:
    """It ends with all bytes."""
    heard: list[tuple[str, int, int]] = []

    fetch(
        declared(server.url("whole")),
        store,
        root=tmp_path,
        heard=lambda *words: heard.append(words),
    )

    assert heard[-1] == ("sample", SIZE, SIZE)
    assert [come for _, come, _ in heard] == sorted(come for _, come, _ in heard)
