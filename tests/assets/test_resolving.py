"""A run finds its assets offline, and never gets other bytes than were declared."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore, Rules, fetch, resolve
from pytest_repro.errors import AssetForbidden, AssetUnavailable, StoreError, WrongBytes
from pytest_repro.records import Access, DeclaredAsset, Source
from tests.assets.samples import DATA, OTHER, Server, declared


def spoil(path: Path) -> None:
    """Put other bytes in the place of a stored file."""
    path.chmod(0o644)
    path.write_bytes(OTHER)


@pytest.fixture
def rules(store: AssetStore) -> Rules:
    """Offer the rules of a run that is offline."""
    return Rules(store=store.root)


def test_store_is_asked_first(
    tmp_path: Path, store: AssetStore, rules: Rules, server: Server
) -> None:
    """No mirror hears of a run whose assets are there."""
    asset = declared(server.url("whole"))
    fetch(asset, store, root=tmp_path)
    server.asked.clear()

    found = resolve(asset, rules, root=tmp_path)

    assert found.held.path == store.path(asset.digest)
    assert found.resolution.source is Source.STORE
    assert server.asked == []


def test_file_of_the_project_needs_no_store(tmp_path: Path, rules: Rules) -> None:
    """It is read in place, even where no store can be written."""
    (tmp_path / "data.bin").write_bytes(DATA)

    found = resolve(declared("gone.bin", "data.bin"), rules, root=tmp_path)

    assert found.held.path == tmp_path / "data.bin"
    assert found.resolution.source is Source.IN_PLACE
    assert found.resolution.mirror == "data.bin"
    assert not rules.store.exists()


def test_run_is_offline_and_says_what_to_type(
    tmp_path: Path, rules: Rules, server: Server
) -> None:
    """Nothing is fetched behind one's back."""
    with pytest.raises(AssetUnavailable) as caught:
        resolve(declared(server.url("whole")), rules, root=tmp_path)

    assert "pytest-repro fetch sample" in str(caught.value)
    assert "--repro-fetch" in str(caught.value)
    assert server.asked == []


def test_run_that_may_fetch_does_so(
    tmp_path: Path, rules: Rules, server: Server
) -> None:
    """And keeps how it came by the bytes."""
    asset = declared(server.url("gone"), server.url("whole"))

    found = resolve(asset, replace(rules, may_fetch=True), root=tmp_path)

    assert found.held.path.read_bytes() == DATA
    assert found.resolution.source is Source.FETCHED
    assert found.resolution.mirror == server.url("whole")
    assert [one.mirror for one in found.resolution.failed] == [server.url("gone")]


def test_run_that_may_fetch_reads_its_own_files_too(
    tmp_path: Path, rules: Rules
) -> None:
    """What is in the project is not fetched."""
    (tmp_path / "data.bin").write_bytes(DATA)

    found = resolve(declared("data.bin"), replace(rules, may_fetch=True), root=tmp_path)

    assert found.held.path == tmp_path / "data.bin"


def test_damaged_object_is_refused_with_both_digests_aligned(
    tmp_path: Path, store: AssetStore, rules: Rules, server: Server
) -> None:
    """A store that lies is found out before a run reads a byte."""
    asset = declared(server.url("whole"))
    fetch(asset, store, root=tmp_path)
    spoil(store.path(asset.digest))

    with pytest.raises(WrongBytes) as caught:
        resolve(asset, rules, root=tmp_path)

    assert str(caught.value) == (
        "asset 'sample' is not what was declared\n"
        f"  obtained  {declared(data=OTHER).digest}\n"
        f"  declared  {asset.digest}\n"
        "  fetch it again with: pytest-repro fetch sample"
    )


def test_damaged_object_is_mended_by_a_run_that_may_fetch(
    tmp_path: Path, store: AssetStore, rules: Rules, server: Server
) -> None:
    """The record tells that it was fetched again."""
    asset = declared(server.url("whole"))
    fetch(asset, store, root=tmp_path)
    spoil(store.path(asset.digest))

    found = resolve(asset, replace(rules, may_fetch=True), root=tmp_path)

    assert found.resolution.source is Source.FETCHED_AGAIN
    assert found.held.path.read_bytes() == DATA


def test_changed_file_of_the_project_is_refused(tmp_path: Path, rules: Rules) -> None:
    """An edited data file is no longer the declared asset."""
    (tmp_path / "data.bin").write_bytes(OTHER)

    with pytest.raises(WrongBytes, match="is not what was declared"):
        resolve(declared("data.bin"), rules, root=tmp_path)


def restricted(*, permission: str = "") -> DeclaredAsset:
    """Declare an asset that not everybody may use."""
    return replace(
        declared("data.bin"),
        access=Access.RESTRICTED,
        personal_data="faces",
        permission=permission,
    )


def test_restricted_asset_needs_a_permission(tmp_path: Path, rules: Rules) -> None:
    """It is refused before anything is read, with its labels."""
    with pytest.raises(AssetForbidden) as caught:
        resolve(restricted(), rules, root=tmp_path)

    assert str(caught.value).splitlines()[:3] == [
        "asset 'sample' is restricted, and no permission to use it is declared",
        "  licence        CC0-1.0",
        "  personal data  faces",
    ]


@pytest.mark.parametrize(
    ("permission", "permitted"), [("ethics board, 2026-04", ""), ("", "sample")]
)
def test_permission_is_declared_beside_it_or_on_the_machine(
    tmp_path: Path, rules: Rules, permission: str, permitted: str
) -> None:
    """Either is enough, and the labels are kept with the resolution."""
    (tmp_path / "data.bin").write_bytes(DATA)
    asset = restricted(permission=permission)
    allowed = replace(rules, permitted=frozenset({permitted}))

    found = resolve(asset, allowed, root=tmp_path).resolution

    assert found.access is Access.RESTRICTED
    assert found.personal_data == "faces"


def test_store_that_may_not_be_read_is_told(
    tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to somebody whose umask is narrow; what to type is said."""

    def refusing(_: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "exists", refusing)

    with pytest.raises(StoreError, match="repro_assets") as caught:
        resolve(declared(), rules, root=tmp_path)

    assert "content store: Permission denied" in str(caught.value)
