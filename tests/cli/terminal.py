"""A person at a terminal: the command runs behind a real pseudo-terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_S = 60.0
ASKED = "[a/r/s/d/o/q/?] "
REASON = "characters): "
MAY_BE_EMPTY = "empty): "

EOF = "\x04"
CTRL_C = "\x03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How a dialogue went.

    Attributes:
        status: The exit status.
        text: All that was seen.
    """

    status: int
    text: str


def talk(
    project: Path, argv: Sequence[str], *turns: tuple[str, str], browser: str = "false"
) -> Talk:
    """Run the command on a terminal, and answer its questions.

    Args:
        project: Where.
        argv: What follows the program's name.
        *turns: What is waited for, and what is then typed.
        browser: The program that opens pages.

    Returns:
        How it went.
    """
    ours, theirs = pty.openpty()
    own = {k: v for k, v in os.environ.items() if k not in {"CI", "DISPLAY"}}
    variables = {**own, "PYTHONPATH": str(ROOT), "TERM": "dumb", "BROWSER": browser}
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest_repro", *argv],
        cwd=project,
        env=variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509  # so that Ctrl-C becomes a signal
    )
    os.close(theirs)
    seen = ""
    try:
        for awaited, typed in turns:
            seen += _read_until(ours, awaited)
            _wait_until_it_listens(child.pid)
            os.write(ours, typed.encode())
        seen += _read_until(ours, None)
        return Talk(status=child.wait(LIMIT_S), text=seen.replace("\r\n", "\n"))
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        os.close(ours)


def _wait_until_it_listens(pid: int) -> None:
    """Wait until a process sleeps: a question is seen before its answer is awaited.

    Python remembers a Ctrl-C that comes between the two, and then waits for a line.
    """
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "S":
            return
        time.sleep(0.01)


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415  # in the child alone
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_until(descriptor: int, awaited: str | None) -> str:
    """Read until a text was seen, or until the other side is gone."""
    seen = b""
    end = time.monotonic() + LIMIT_S
    while awaited is None or awaited not in seen.decode("utf-8", "replace"):
        ready, _, _ = select.select([descriptor], [], [], end - time.monotonic())
        if not ready:
            msg = f"waited for {awaited!r} in vain, saw {seen.decode()!r}"
            raise TimeoutError(msg)
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:
            break  # Linux answers EIO when the last process has closed its side
        if not chunk:
            break
        seen += chunk
    return seen.decode("utf-8", "replace")
