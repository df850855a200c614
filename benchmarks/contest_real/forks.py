"""A worker that forks: torch is imported once, each run is a fork of its own.

Half of a short run is imports, and the contest needs some hundred runs whose
environment is the same. What happens in a fork is what happens in a worker: pytest in
worker mode, with the same arguments, and a test checks that both leave the same bits.
Each environment of the contest gets such a process of its own.

It reads one run a line from standard input, ``{"folder": …, "arguments": […]}``, and
answers each with its exit code, one a line. Threads must not run before a fork, and do
not: the process itself computes nothing.
"""

import gc
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["Forks"]

PRELOADED: Final = (
    "torch._dynamo",  # optimizers import it
    "pytest_repro.plugin.worker",
    "scipy.stats",
)
OUTPUT: Final = "output.txt"


class Forks:
    """A process that forks for each run."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Start it.

        Args:
            variables: Its environment, and so that of each run.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contest_real.forks"],
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, arguments: Sequence[str]) -> int:
        """Run pytest in a fork and wait.

        Args:
            folder: Where it starts.
            arguments: Of pytest.

        Returns:
            Its exit code.

        Raises:
            RuntimeError: If the process is gone.
        """
        given, answers = self._process.stdin, self._process.stdout
        if given is None or answers is None:
            msg = "the process that forks has no pipes"
            raise RuntimeError(msg)
        line = {"folder": str(folder), "arguments": list(arguments)}
        given.write(json.dumps(line) + "\n")
        given.flush()
        answer = answers.readline()
        if not answer:
            msg = "the process that forks has ended"
            raise RuntimeError(msg)
        return int(answer)

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def main() -> int:
    """Serve until standard input ends.

    Returns:
        0.
    """
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()  # else each fork walks, and so copies, all that was imported
    for line in sys.stdin:
        asked = json.loads(line)
        code = _fork(asked["folder"], asked["arguments"])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()
    return 0


def _fork(folder: str, arguments: list[str]) -> int:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    code = 1
    try:
        code = _run(folder, arguments)
    finally:
        os._exit(code)


def _run(folder: str, arguments: list[str]) -> int:
    os.chdir(folder)
    sys.path.insert(0, folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    output = os.open(OUTPUT, flags, 0o644)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    pytest = importlib.import_module("pytest")
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
