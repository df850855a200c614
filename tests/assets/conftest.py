"""A store and a web server, both real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_repro.assets import AssetStore
from tests.assets.samples import Server, serving


@pytest.fixture
def store(tmp_path: Path) -> AssetStore:
    """Offer an empty content store."""
    return AssetStore(tmp_path / "store")


@pytest.fixture(scope="session")
def one_server() -> Iterator[Server]:
    """Keep one server for all tests."""
    with serving() as server:
        yield server


@pytest.fixture
def server(one_server: Server) -> Server:
    """Offer the server, with nothing asked of it yet."""
    one_server.asked.clear()
    return one_server
