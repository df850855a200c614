"""Ray keeps what every launcher promises, on a cluster that was there before.

Run by `ci/ray.sh`, which shuts the network out; skipped where Ray is not installed.
"""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from pytest_repro.launchers import Submission
from pytest_repro.launchers.ray import RaySubmission
from pytest_repro.records import Cause
from pytest_repro.testing import Ability, LauncherConformance
from pytest_repro.testing.trials import Trials, Watched, failure_of, load, wait_until

BUILD = "pytest_repro.launchers.ray:build"

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install 'pytest-repro[ray]'",
    ),
    pytest.mark.skipif(
        {name for _, name in socket.if_nameindex()} != {"lo"},
        reason="Ray binds to every address: run with ci/ray.sh",
    ),
]


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start a cluster of two CPUs as a process group, and end that."""
    port = free_port()
    with tempfile.TemporaryDirectory(
        prefix="ray-", dir="/tmp"
    ) as folder:  # a short path
        command = [
            *(str(Path(sys.executable).with_name("ray")), "start", "--head", "--block"),
            *("--node-ip-address=127.0.0.1", f"--port={port}", "--num-cpus=2"),
            *("--include-dashboard=false", "--object-store-memory=100000000"),
            *("--disable-usage-stats", f"--temp-dir={folder}"),
        ]
        cluster = subprocess.Popen(
            command,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: any(Path(folder).glob("*/logs/raylet.out")), "Ray starts")
        yield f"127.0.0.1:{port}"
        os.killpg(cluster.pid, signal.SIGKILL)  # what is left ends with ci/ray.sh
        cluster.wait(10)


class TestRay(LauncherConformance):
    """The conformance suite, on a cluster of two CPUs."""

    build = BUILD
    cannot: ClassVar[Mapping[Ability, str]] = {
        Ability.LIMIT_MEMORY: "Ray reserves memory for a job, and does not limit it",
        Ability.END_DAEMONS: "who leaves the group is out of reach of its actor",
    }

    @pytest.fixture
    def options(self, address: str) -> Mapping[str, object]:
        """Name the cluster."""
        return {"address": address}

    def lose(self, submission: Submission) -> None:
        """Kill the actor, as a node that runs low on memory does."""
        assert isinstance(submission, RaySubmission)
        ray, actor = submission._ray, submission._actor
        os.kill(ray.get(actor.pid.remote()), signal.SIGKILL)


def test_job_that_no_node_can_take_waits(address: str, tmp_path: Path) -> None:
    """A resource may come with the next node; until then a job can be cancelled."""
    job = Trials(tmp_path).job("test_trains")
    launcher = load(BUILD, {"address": address, "resources": {"telescopes": 1}})

    watched = Watched(launcher.submit(job))

    assert watched.look() is None
    watched.submission.cancel()
    assert failure_of(watched.wait()).cause is Cause.INTERRUPTED


def test_queue_wait_is_told(address: str, tmp_path: Path) -> None:
    """A job that wants both CPUs waits for the one before, and says how long."""
    trials = Trials(tmp_path)
    launcher = load(BUILD, {"address": address, "cpus": 2})
    jobs = [trials.job("test_trains", name=f"{number}") for number in range(2)]

    watched = [Watched(launcher.submit(job)) for job in jobs]
    first, second = [one.wait() for one in watched]

    assert second.queued_s > first.queued_s
