"""Containers keep what every launcher promises; needs an engine, see ci/docker.sh."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.launchers import Submission
from pytest_repro.launchers.docker import DockerSubmission
from pytest_repro.launchers.docker_engine import ContainerGone, Engine
from pytest_repro.launchers.protocol import LastingLauncher
from pytest_repro.records import Cause
from pytest_repro.testing import LauncherConformance
from pytest_repro.testing.trials import (
    Trials,
    Watched,
    failure_of,
    load,
    record_of,
    wait_until,
)
from tests.launchers.docker_places import IMAGE, SYSTEM, options_here

BUILD = "pytest_repro.launchers.docker:build"

pytestmark = pytest.mark.skipif(
    IMAGE not in os.environ,
    reason="no container engine is offered: bash ci/docker.sh COMMAND starts one",
)


class TestDocker(LauncherConformance):
    """The conformance suite, in containers of an image with nothing of its own."""

    build = BUILD

    @pytest.fixture
    def options(self) -> Mapping[str, object]:
        """Mount this environment, and limit what a container may take."""
        return options_here()

    def lose(self, submission: Submission) -> None:
        """Remove the container behind the launcher's back."""
        assert isinstance(submission, DockerSubmission)
        submission._engine.remove(submission.handle)

    def told(self, submission: Submission) -> str:
        """Return the command and the labels; variables are the engine's to keep."""
        assert isinstance(submission, DockerSubmission)
        found = submission._engine._api.inspect_container(submission.handle)
        found["Config"].pop("Env")
        return str(found)


def submit(tmp_path: Path, test: str = "test_trains", **options: object) -> Watched:
    """Start a job in a container."""
    job = Trials(tmp_path).job(test)
    return Watched(load(BUILD, options_here(**options)).submit(job))


def test_record_names_the_image_and_its_layers(tmp_path: Path) -> None:
    """An image that is imported twice has two digests, and the same layers."""
    watched = submit(tmp_path)
    watched.wait()

    facts = record_of(watched.submission.job).identity.environment.facts

    assert facts["container.image"] == os.environ[IMAGE]
    assert str(facts["container.layers"]).startswith("sha256:")
    assert facts["container.kind"] == "docker"


def test_files_belong_to_whoever_asked(tmp_path: Path) -> None:
    """Nobody needs root to delete what a container wrote."""
    watched = submit(tmp_path, user="1234:1234")
    folder = Path(watched.submission.job.folder)
    folder.chmod(0o777)
    ending = watched.wait()

    assert ending.failure is None, ending
    owners = {path.stat().st_uid for path in folder.rglob("*") if path.is_dir()}

    assert owners == {1234}


def test_container_is_gone_when_its_job_has_ended(tmp_path: Path) -> None:
    """Nothing piles up in the engine."""
    watched = submit(tmp_path, "test_exits")
    assert isinstance(watched.submission, DockerSubmission)
    watched.wait()

    with pytest.raises(ContainerGone):
        watched.submission._engine.state(watched.submission.handle)


def test_second_job_for_a_folder_ends_the_first(tmp_path: Path) -> None:
    """What a lost session left running does not write beside the next one."""
    first = submit(tmp_path, "test_hangs")
    wait_until(lambda: first.look() is not None or bool(first.events), "it started")

    again = load(BUILD, options_here()).submit(first.submission.job)

    assert failure_of(first.wait()).message == "its container was removed"
    again.cancel()


def test_container_of_another_job_is_not_adopted(tmp_path: Path) -> None:
    """A handle that was mixed up gives no foreign run."""
    running = submit(tmp_path, "test_hangs")
    assert isinstance(running.submission, DockerSubmission)
    launcher = load(BUILD, options_here())
    assert isinstance(launcher, LastingLauncher)

    other = Trials(tmp_path).job("test_trains", name="other")

    assert launcher.adopt(other, running.submission.handle) is None
    running.submission.cancel()


def test_gpus_are_handed_to_the_engine(tmp_path: Path) -> None:
    """An engine without a driver for them says so, and starts nothing."""
    with pytest.raises(LaunchError, match=r"could not select device driver .*gpu"):
        submit(tmp_path, gpus=1)


def test_tag_is_refused_with_what_it_names(tmp_path: Path) -> None:
    """What to type instead stands in the message; `allow_tag` accepts it."""
    Engine(os.environ)._api.tag(os.environ[IMAGE], "moving", "1")

    with pytest.raises(ReproUsageError) as caught:
        submit(tmp_path, image="moving:1")

    assert f'image = "{os.environ[IMAGE]}"' in str(caught.value)
    load(BUILD, options_here(image="moving:1", allow_tag=True))


def test_image_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Nothing is pulled unasked."""
    missing = "sha256:" + "0" * 64

    with pytest.raises(LaunchError, match=f"get it with: docker pull {missing}"):
        submit(tmp_path, image=missing)


def test_mount_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The engine's reason is passed on."""
    with pytest.raises(LaunchError, match=r"the container engine refuses: .*/no/such"):
        submit(tmp_path, mounts=["/no/such"])


def test_image_without_python_is_told(tmp_path: Path) -> None:
    """The message names what to declare."""
    failure = failure_of(submit(tmp_path, python="/usr/bin/no-python").wait())

    assert failure.cause is Cause.CRASHED
    assert 'declare python = "/PATH"' in failure.message


def test_image_without_the_package_is_told(tmp_path: Path) -> None:
    """A worker that never said a word has not found pytest-repro."""
    mounts, python = [*SYSTEM], "/usr/bin/python3"

    watched = submit(tmp_path, variables=[], mounts=mounts, python=python)
    failure = failure_of(watched.wait())

    assert "its interpreter has no pytest-repro" in failure.message
    assert "No module named pytest" in failure.output
