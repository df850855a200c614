"""What a node of a cluster says of its worker, without an engine."""

import platform
import socket
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.launchers.node import NOTE, Node
from pytest_repro.launchers.protocol import JOB
from pytest_repro.launchers.remote import RemoteFiles
from pytest_repro.records import Cause, Job

HOST = "canary5f3a9"


def test_node_is_named_in_its_own_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why no worker could be started gets into reports, and where does not."""
    monkeypatch.setattr(socket, "gethostname", lambda: HOST)
    monkeypatch.setattr(platform, "node", lambda: HOST)
    python = tmp_path / HOST / "python"
    folder = str(tmp_path)
    job = Job(experiment="a", seed=0, root=folder, folder=folder, python=str(python))
    (tmp_path / JOB).write_bytes(wire.write(job))

    Node(tmp_path, inherited={}, submitted=0.0).run()
    ending = RemoteFiles(job).ending()

    assert ending is not None
    assert ending.failure is not None
    assert ending.failure.cause is Cause.CRASHED
    assert ending.failure.message == "no worker could be started on its node"
    assert "No such file" in ending.failure.output
    assert HOST not in wire.write(ending).decode()
    assert HOST in (tmp_path / NOTE).read_text("utf-8")
