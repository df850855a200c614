"""What Ray runs on a node: an actor that stands beside one worker.

The worker is a process of its own, with its own interpreter and variables, in a group
that ends with the actor, however that ends. What becomes of it is left in the job's
folder, so a controller that submitted nothing can learn of it.
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.launchers.node import Node

__all__ = ["RayNode"]

DEVICES: Final = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""What Ray sets for a job that got devices; it wins over the session's own."""

LINGERS_S: Final = 5.0
"""How long an actor that nobody ends keeps its resources after its worker's end [s]."""


class RayNode:
    """An actor for one job."""

    def __init__(
        self, folder: str, inherited: Mapping[str, str], submitted: float
    ) -> None:
        """Take the job.

        Args:
            folder: Of the job.
            inherited: Environment variables that every worker gets.
            submitted: When it was submitted, as seconds since the epoch.
        """
        devices = {name: os.environ[name] for name in DEVICES if name in os.environ}
        variables = {**inherited, **devices}
        self._node = Node(Path(folder), inherited=variables, submitted=submitted)
        self._has_ended = threading.Event()

    def run(self) -> None:
        """Run the worker to its end."""
        try:
            self._node.run()
        finally:
            self._has_ended.set()
            threading.Timer(LINGERS_S, os._exit, (0,)).start()

    def stop(self) -> None:
        """End the worker soon, with all that it started."""
        self._node.stop()

    def pid(self) -> int:
        """Return the id of the actor's process."""
        return os.getpid()

    def join(self) -> None:
        """Wait for the end of the worker; for a controller that did not submit it."""
        self._has_ended.wait()
