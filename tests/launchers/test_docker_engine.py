"""Where no engine answers, or its library is missing, a person hears what to do."""

import sys
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.launchers import make_launcher

OPTIONS = {"image": "sha256:" + "a" * 64}


def test_engine_that_is_away_is_told(tmp_path: Path) -> None:
    """Where it was looked for, and how to say where it is."""
    pytest.importorskip("docker")
    where = f"unix://{tmp_path}/nothing"

    with pytest.raises(LaunchError) as caught:
        make_launcher("docker", {"DOCKER_HOST": where}, options=OPTIONS)

    assert f"no container engine answers at {where}" in str(caught.value)
    assert "DOCKER_HOST=unix:///PATH" in str(caught.value)


def test_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, and the message names it."""
    monkeypatch.setitem(sys.modules, "docker", None)

    with pytest.raises(ReproUsageError, match=r"pip install 'pytest-repro\[docker\]'"):
        make_launcher("docker", {}, options=OPTIONS)
