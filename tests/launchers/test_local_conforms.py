"""Processes of this machine keep what every launcher promises."""

import os
import signal
from collections.abc import Mapping
from typing import ClassVar

import pytest

from pytest_repro.launchers import Submission
from pytest_repro.launchers.local import LocalSubmission
from pytest_repro.testing import Ability, LauncherConformance


class TestLocal(LauncherConformance):
    """The conformance suite, on the launcher that needs no engine."""

    build = "pytest_repro.launchers.local:build"
    cannot: ClassVar[Mapping[Ability, str]] = {
        Ability.LIMIT_MEMORY: "a process of this machine has no limit of its own",
        Ability.END_DAEMONS: "who leaves the group is out of reach of its parent",
    }

    @pytest.fixture
    def options(self) -> Mapping[str, object]:
        """Declare nothing: it has no options."""
        return {}

    def lose(self, submission: Submission) -> None:
        """Kill the worker, as the kernel does when memory runs out."""
        assert isinstance(submission, LocalSubmission)
        os.kill(submission._group.pid, signal.SIGKILL)
