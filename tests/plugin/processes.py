"""Sessions that are watched from outside while they run, and what they leave behind."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.plugin.project import Project, command, environment

__all__ = ["processes_of", "running", "wait_until"]

LIMIT_S = 60.0
STEP_S = 0.05


@contextmanager
def running(
    project: Project,
    *arguments: str,
    plugins: tuple[str, ...] = (),
    said: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a session and go on; kill it at the end, whatever happened.

    Args:
        project: Where.
        *arguments: Of pytest.
        plugins: Third-party plugins to load.
        said: Where its output goes, if not into the project: runs that are under way
            see every file that is opened there.

    Yields:
        The process, which leads a group of its own.
    """
    with (said or project.root / "output").open("wb") as output:
        session = subprocess.Popen(
            command(*arguments, plugins=plugins),
            cwd=project.root,
            env=environment({}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield session
    finally:
        session.kill()
        session.wait()


def processes_of(project: Project) -> list[int]:
    """List the processes whose command line names the project: workers, and forks."""
    root = f"--rootdir={project.root}".encode()
    return [pid for pid in map(int, _numbers()) if root in _words(pid)]


def wait_until(is_true: Callable[[], object], *, limit_s: float = LIMIT_S) -> None:
    """Wait for something to become true.

    Args:
        is_true: Asked again and again.
        limit_s: How long at most [s].

    Raises:
        AssertionError: If it did not.
    """
    until = time.monotonic() + limit_s
    while not is_true():
        assert time.monotonic() < until, f"not within {limit_s:g} s"
        time.sleep(STEP_S)


def _numbers() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _words(pid: int) -> list[bytes]:
    """Return the command line; empty for a process that is gone, or only a zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []
