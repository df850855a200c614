"""Lead somebody through the tour: say, run, show what was printed, wait.

A command runs in the project of the tour, without what the surroundings would add to
it: no variables of CI (under which nothing is accepted), of git, or options of pytest.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from pytest_repro.cli.tables import fields, paragraph
from pytest_repro.cli.tour_stops import END, FILE, START, STOPS, Edit, Step, Stop

__all__ = ["Guide", "LostError"]

PROGRAMS: Final = {"pytest": "pytest", "pytest-repro": "pytest_repro"}
"""What is run as a module of this very Python, by what a person types."""

LEFT_OUT: Final = ("CI", "PYTEST_ADDOPTS")
LEFT_OUT_PREFIXES: Final = ("GIT_", "GITHUB_", "GITLAB_")

GIT: Final = {
    "GIT_AUTHOR_EMAIL": "tour@example.org",
    "GIT_AUTHOR_NAME": "Tour",
    "GIT_COMMITTER_EMAIL": "tour@example.org",
    "GIT_COMMITTER_NAME": "Tour",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}

FILES: Final = {
    ".gitattributes": "reference_runs/** -text -merge\n",
    ".gitignore": ".repro/\n__pycache__/\n.pytest_cache/\n",
    "pytest.ini": "[pytest]\naddopts = -q\n",
}
"""What a project has around its first experiment."""


class LostError(Exception):
    """A command did not end as it has to; the message says which, and how."""


class Guide:
    """Leads through a project that is made for the tour."""

    def __init__(
        self,
        root: Path,
        *,
        say: Callable[[Iterable[str]], None],
        wait: Callable[[], None],
    ) -> None:
        """Prepare; nothing is written yet.

        Args:
            root: An empty folder.
            say: Shows lines.
            wait: Returns as soon as somebody wants to go on.
        """
        self._root = root
        self._say = say
        self._wait = wait
        self._has_git = shutil.which("git") is not None

    def lead(self) -> list[str]:
        """Go all the way.

        Returns:
            The commands that were run, as they are typed.

        Raises:
            LostError: If one did not end as it has to.
        """
        self._say(["", *paragraph(START)])
        self._prepare()
        typed: list[str] = []
        for number, stop in enumerate(STOPS, 1):
            self._wait()
            self._say(["", f"{number} of {len(STOPS)}  {stop.title}"])
            typed += self._show(stop)
        self._say(["", *fields(END), ""])
        return typed

    def _prepare(self) -> None:
        for name, text in FILES.items():
            (self._root / name).write_text(text, encoding="utf-8", newline="\n")
        if not self._has_git:
            self._say(paragraph("There is no git here: its commands are left out."))
            return
        self._run(Step(words=("git", "init", "--quiet"), is_shown=False))

    def _show(self, stop: Stop) -> Iterator[str]:
        self._say(["", *paragraph(stop.before)])
        if stop.edit is not None:
            self._change(stop.edit)
        for step in stop.steps:
            if step.words[0] == "git" and not self._has_git:
                continue
            self._run(step)
            if step.is_shown:
                yield shlex.join(step.words)
        self._say(["", *paragraph(stop.after)])

    def _change(self, edit: Edit) -> None:
        path = self._root / FILE
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            msg = f"{FILE} does not hold {edit.old!r} once"
            raise LostError(msg)
        path.write_text(
            text.replace(edit.old, edit.new), encoding="utf-8", newline="\n"
        )
        self._say(["", f"  {FILE}: {edit.old} becomes {edit.new}"])

    def _run(self, step: Step) -> None:
        typed = shlex.join(step.words)
        if step.is_shown:
            self._say(["", f"  $ {typed}"])
        last = []
        with subprocess.Popen(  # noqa: S603  # words of our own, and no shell
            _program(step.words),
            cwd=self._root,
            env=_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                last.append(line.rstrip("\n"))
                if step.is_shown:
                    self._say([f"  {last[-1]}".rstrip()])
        if process.returncode != step.status:
            told = "".join(f"\n  {line}" for line in last[-5:])
            msg = (
                f"the tour ends here: {typed} ended with status {process.returncode},"
                f" and {step.status} was expected{told}\n"
                "  see what is wrong on this machine: pytest-repro doctor"
            )
            raise LostError(msg)


def _program(words: tuple[str, ...]) -> list[str]:
    first, *rest = words
    module = PROGRAMS.get(first)
    return [*([first] if module is None else [sys.executable, "-m", module]), *rest]


def _variables() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(LEFT_OUT_PREFIXES)
    }
    return {**kept, **GIT, "PYTHONUNBUFFERED": "1"}
