"""Workers at a tenth of their price: a server that has loaded pytest, and forks.

Each worker is the real one, with its hooks and its watch; it only finds pytest and the
plugin loaded. The server is a process of its own, so that nothing of the test session
is in its workers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent
DROPPED = ("PYTEST_", "COVERAGE_", "COV_", "CI")


class Server:
    """Forks a worker for each job.

    Attributes:
        variables: The environment of the server, and of its workers.
    """

    def __init__(self) -> None:
        """Start the server."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(DROPPED)}
        pinned = {"PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        self.variables = {**own, "PYTHONPATH": str(HERE.parents[1]), **pinned}
        self._process = subprocess.Popen(
            [sys.executable, "-c", (HERE / "forked.py").read_text()],
            env=self.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Be there."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the server end, and wait for that."""
        self._process.communicate()

    def run(
        self, root: Path, words: Sequence[str], variables: Mapping[str, str]
    ) -> int:
        """Run one worker.

        Args:
            root: Where it starts.
            words: Its command line.
            variables: What is added to its environment.

        Returns:
            Its exit code.
        """
        order = {"root": str(root), "words": [*words], "variables": {**variables}}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())
