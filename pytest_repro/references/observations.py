"""The history of a project: observations in files that only grow.

One file an experiment and environment, one line an observation::

    .repro/history/
      .gitattributes    -text, and merge=union: both sides of a merge are kept
      .gitignore        the lock
      <test path>/<test name>/<environment key>.jsonl

What is in a file is a set: the order of its lines does not count, and a line that is
there twice counts once. So histories of two machines are joined by adding what is
missing, in any order, any number of times. Nothing is ever rewritten or removed.

A crash while appending leaves at most one torn line. It is told each time, and costs no
other line. Readers take no lock. Nothing here judges: see `pytest_repro.verdicts`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from filelock import FileLock, Timeout

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import FutureFormat, RecordError, StoreBusy
from pytest_repro.records import Observation
from pytest_repro.references.folders import Folder
from pytest_repro.references.layout import environment_folder, experiment_folder
from pytest_repro.references.observation_lines import (
    read_observation,
    write_observation,
)
from pytest_repro.references.system_errors import reading, writing

__all__ = ["Blemish", "Chronicle", "History"]

ENDING: Final = ".jsonl"
LOCK: Final = ".lock"
DRAFT: Final = ".draft"
OWN_FILES: Final = {
    ".gitattributes": b"# Lines stand alone: a merge keeps those of both sides.\n"
    b"* -text merge=union\n",
    ".gitignore": f"{LOCK}\n{DRAFT}\n".encode(),
}
MAX_DEPTH: Final = 16

_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Blemish:
    """A line of a history that cannot be read.

    Attributes:
        file: The file, as it should be shown.
        line: Its number, from 1 on; 0 if it is the file as a whole.
        reason: What is wrong with it.
        is_torn: Whether a write that did not finish left it: one observation is lost,
            and nothing else.
    """

    file: str
    line: int
    reason: str
    is_torn: bool = False

    @property
    def message(self) -> str:
        """What, where, and what to do."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        if self.is_torn:
            return (
                f"{where}: a write was cut short here: {self.reason}\n"
                f"  one observation is lost; to hear no more of it, remove line "
                f"{self.line}"
            )
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """All that a history tells.

    Attributes:
        observations: By time, then by digest; each once.
        blemishes: What cannot be read, by file and line.
    """

    observations: tuple[Observation, ...]
    blemishes: tuple[Blemish, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether nothing but torn ends is wrong."""
        return all(blemish.is_torn for blemish in self.blemishes)


class History:
    """Observations below one folder."""

    def __init__(
        self, root: Path, *, base: Path | None = None, lock_timeout_s: float = 10.0
    ) -> None:
        """Name the folder; nothing is read or written yet.

        Args:
            root: The folder; it need not exist.
            base: What shown paths are relative to; by default the folder around it.
            lock_timeout_s: How long an append waits for another [s].
        """
        self.root = root.absolute()
        self._base = base.absolute() if base else self.root.parent
        self._lock_timeout_s = lock_timeout_s

    @property
    def shown(self) -> str:
        """The folder as messages show it."""
        if self.root.is_relative_to(self._base):
            return self.root.relative_to(self._base).as_posix()
        return self.root.as_posix()

    def read(self) -> Chronicle:
        """Read everything.

        Returns:
            What can be read, and a blemish for each line and file that cannot.

        Raises:
            RecordError: If the folder itself cannot be read.
        """
        if not self.root.exists():
            return Chronicle(observations=())
        lines: dict[bytes, Observation] = {}
        blemishes: list[Blemish] = []
        with reading(self.shown), Folder.open(self.root, shown=self.shown) as root:
            for path in sorted(_files(root, PurePosixPath())):
                for found in _read_file(root, path):
                    if isinstance(found, Blemish):
                        blemishes.append(found)
                    else:
                        lines[found[0]] = found[1]
        return Chronicle(
            observations=tuple(lines[line] for line in _ordered(lines)),
            blemishes=tuple(blemishes),
        )

    def append(self, observations: Sequence[Observation]) -> int:
        """Add what is not there yet.

        Args:
            observations: In any order; those of one file are added together.

        Returns:
            How many were added.

        Raises:
            StoreBusy: If another process kept the lock for all that time.
            StoreError: If it cannot be written; no file holds a part of its lines.
            UnsafePath: If a link is in the way.
            ValueError: If no reader would take one of them.
        """
        lines = {write_observation(one): one for one in observations}
        if not lines:
            return 0
        with writing(self.shown), self._locked() as root:
            return sum(
                _append(root, path, tuple(group))
                for path, group in groupby(
                    sorted(lines, key=lambda line: (_place(lines[line]), line)),
                    key=lambda line: _place(lines[line]),
                )
            )

    def merge(self, other: "History") -> int:
        """Add what another history has and this one lacks.

        Args:
            other: It is only read.

        Returns:
            How many observations were added.

        Raises:
            RecordError: If a line of the other cannot be read, unless it is torn.
            StoreError: If this one cannot be written.
        """
        theirs = other.read()
        for blemish in theirs.blemishes:
            if not blemish.is_torn:
                raise RecordError(blemish.message)
        return self.append(theirs.observations)

    @contextmanager
    def _locked(self) -> Iterator[Folder]:
        self.root.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            root = stack.enter_context(Folder.open(self.root, shown=self.shown))
            lock = FileLock(self.root / LOCK, timeout=self._lock_timeout_s)
            try:
                stack.enter_context(lock)
            except Timeout:
                msg = (
                    f"another process is writing {self.shown}: waited "
                    f"{self._lock_timeout_s:g} s for its lock; run again later"
                )
                raise StoreBusy(msg) from None
            root.remove(DRAFT)
            for name, data in OWN_FILES.items():
                if not root.has(name):
                    root.write(DRAFT, data)
                    root.move(DRAFT, root, name)
            yield root


def _place(observation: Observation) -> PurePosixPath:
    folder = experiment_folder(observation.experiment)
    return folder / f"{environment_folder(observation.environment_key)}{ENDING}"


def _ordered(lines: dict[bytes, Observation]) -> list[bytes]:
    return sorted(
        lines, key=lambda line: (lines[line].observed_utc, digest_of_bytes(line))
    )


def _append(root: Folder, path: PurePosixPath, lines: Sequence[bytes]) -> int:
    """Append the lines that a file lacks, oldest first; returns how many."""
    with ExitStack() as stack:
        folder = root
        for part in path.parent.parts:
            folder = stack.enter_context(folder.make(part))
        with suppress(FileNotFoundError):
            known = {*_lines(folder.read(path.name))}
            lines = [line for line in lines if line not in known]
        if not lines:
            return 0
        ordered = _ordered({line: read_observation(line) for line in lines})
        folder.append(path.name, b"".join(ordered))
        folder.sync()
    return len(lines)


def _files(folder: Folder, path: PurePosixPath) -> Iterator[PurePosixPath]:
    for name in folder.names():
        if name.startswith(".") or len(path.parts) > MAX_DEPTH:
            continue
        if folder.is_folder(name):
            with folder.enter(name) as inner:
                yield from _files(inner, path / name)
        elif name.endswith(ENDING):
            yield path / name


def _lines(data: bytes) -> list[bytes]:
    """Cut at newlines only; a whole line at the end may lack its own."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    return lines[:-1] if lines[-1] == b"\n" else lines


def _read_file(
    root: Folder, path: PurePosixPath
) -> Iterator[tuple[bytes, Observation] | Blemish]:
    shown = f"{root.shown}/{path}"
    try:
        with reading(shown), ExitStack() as stack:
            folder = root
            for part in path.parent.parts:
                folder = stack.enter_context(folder.enter(part))
            data = folder.read(path.name)
    except RecordError as error:
        yield Blemish(file=shown, line=0, reason=str(error))
        return
    for number, line in enumerate(_lines(data), 1):
        try:
            observation = read_observation(line)
        except ValueError as error:
            yield _blemish(shown, number, line, error)
            continue
        if _place(observation) == path:
            yield line, observation
        else:
            reason = f"it belongs to another file: {root.shown}/{_place(observation)}"
            yield Blemish(file=shown, line=number, reason=reason)


def _blemish(shown: str, number: int, line: bytes, error: ValueError) -> Blemish:
    if _is_torn(line):
        reason = f"{len(line) - 1} bytes of an observation"
        return Blemish(file=shown, line=number, reason=reason, is_torn=True)
    if isinstance(error, FutureFormat):
        remedy = "upgrade it: python -m pip install --upgrade pytest-repro"
        return Blemish(file=shown, line=number, reason=f"{error}\n  remedy  {remedy}")
    remedy = "restore the line from git, or remove it and say so in the commit"
    reason = f"no observation: {error}\n  remedy  {remedy}"
    return Blemish(file=shown, line=number, reason=reason)


def _is_torn(line: bytes) -> bool:
    """Tell whether a line is the beginning of one: more is opened in it than closed."""
    bare = _TEXT.sub(b"", line)
    return line.startswith(b"{") and bare.count(b"{") > bare.count(b"}")
