"""Nothing about who ran an experiment, or where, gets into a record."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.determinism.process import ROOT
from tests.provenance.repository import git, make_repository

CANARY = "canary5f3a9"
COLLECT = """
import json, platform, sys
from pathlib import Path
import numpy.random
from pytest_repro.determinism import pinned
from pytest_repro.provenance import collect_code, collect_environment
from pytest_repro.records import Determinism
from pytest_repro import wire
root = Path.cwd()
with pinned(Determinism(), 0) as state:
    record = [wire.to_json(collect_environment()), state.facts()]
record.append(collect_code(root, root / "train.py"))
print(platform.node())
print(json.dumps(record))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Offer a project in which everything that can be a secret is the canary."""
    root = make_repository(tmp_path / CANARY / "project")
    url = f"https://{CANARY}:{CANARY}@example.org/a.git?token={CANARY}"
    git(root, "remote", "add", "origin", url)
    git(root, "config", "http.extraheader", f"Authorization: {CANARY}")
    (root / "train.py").write_text(f"token = '{CANARY}'\n", encoding="utf-8")
    (root / "uv.lock").write_text(f"# {CANARY}\n", encoding="utf-8")
    return root


def secret_variables(home: Path) -> dict[str, str]:
    """Plant the canary in a dozen variables, and as the user and the home folder."""
    names = [
        "API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
        "GH_TOKEN",
        "HF_TOKEN",
        "LOGNAME",
        "OMP_SECRET",
        "OPENAI_API_KEY",
        "REPRO_CONTAINER_IMAGE",
        "REPRO_CONTAINER_LAYERS",
        "USER",
        "USERNAME",
        "WANDB_API_KEY",
    ]
    return {**os.environ, **dict.fromkeys(names, CANARY), "HOME": str(home)}


def collect(project: Path, *wrapper: str) -> tuple[str, str]:
    """Collect everything in a process; return its host name and the record."""
    done = subprocess.run(
        [*wrapper, sys.executable, "-c", COLLECT],
        cwd=project,
        env={**secret_variables(project.parent), "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    host, record = done.stdout.splitlines()
    return host, record


def test_no_secret_and_no_place_is_recorded(project: Path) -> None:
    """Variables, remote, changed code, user, home and folder leave no trace."""
    _, record = collect(project)

    assert '"state": "known"' in record
    assert "https://example.org/a.git" in record
    assert '"lock.name": "uv.lock"' in record
    assert CANARY not in record
    assert str(ROOT) not in record
    assert sys.prefix not in record


def can_rename_host() -> bool:
    """Try whether this system lets us run under another host name."""
    if shutil.which("unshare") is None:
        return False
    trial = ["unshare", "--uts", "hostname", "x"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_rename_host(), reason="needs a host name of its own")
def test_host_name_is_not_recorded(project: Path) -> None:
    """A machine with a telling name is not told."""
    rename = f'hostname {CANARY} && exec "$@"'

    host, record = collect(project, "unshare", "--uts", "sh", "-c", rename, "sh")

    assert host == CANARY
    assert CANARY not in record
