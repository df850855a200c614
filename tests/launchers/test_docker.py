"""Containers keep what every launcher promises; needs an engine, see ci/docker.sh."""

import os
from collections.abc import Mapping

import pytest

from pytest_repro.launchers import Submission
from pytest_repro.launchers.docker import DockerSubmission
from pytest_repro.testing import LauncherConformance
from tests.launchers.docker_places import options_here

pytestmark = pytest.mark.skipif(
    "PYTEST_REPRO_DOCKER" not in os.environ,
    reason="no container engine is offered: bash ci/docker.sh COMMAND starts one",
)


class TestDocker(LauncherConformance):
    """The conformance suite, in containers of an image with nothing of its own."""

    build = "pytest_repro.launchers.docker:build"

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
