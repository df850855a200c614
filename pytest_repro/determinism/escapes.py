"""What escapes the seeds while a run lasts: caught where it is drawn, told once a line.

A `Watch` is told by the patches that something is drawn. It finds the line of the
project that asked for it, holds it against what the contract accepts, and tells it or
raises. A process that the experiment forked tells its parent through a pipe.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pytest_repro import canonical
from pytest_repro.determinism.attribution import Place, Project
from pytest_repro.determinism.sources import HERMETIC, SOURCES
from pytest_repro.errors import EscapedEntropy, UndeclaredInput
from pytest_repro.records import Entropy, Guards

__all__ = ["Escape", "Watch"]

ESCAPE: Final = "escape."
"""How the names of those facts begin that are escapes."""

MAX_ESCAPES: Final = 100
_BY_NAME: Final = {source.name: source for source in (*SOURCES, *HERMETIC)}
_UNDECLARED: Final = frozenset(source.name for source in HERMETIC)
_PIPE_BYTES: Final = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Escape:
    """A line that drew what no seed governs.

    Attributes:
        source: The name of the source.
        path: The file, relative to the root.
        line: The line.
        call: The call as it is written; may be empty.
        detail: What of the source, such as a file; may be empty.
    """

    source: str
    path: str
    line: int
    call: str = ""
    detail: str = ""

    @property
    def text(self) -> str:
        """Where, and what, on one line."""
        call = f" {self.call}" if self.call else ""
        what = _BY_NAME[self.source].what
        named = f": {self.detail}" if self.detail else ""
        return f"{self.path}:{self.line}{call} {what}{named} [{self.source}]"

    @property
    def message(self) -> str:
        """The same with what to do about it."""
        part = f"{self.source}:{self.detail}" if self.detail else self.source
        return (
            f"{self.text}\n"
            f"  instead    {_BY_NAME[self.source].instead}\n"
            f"  or accept  @pytest.mark.repro(accepts=[Entropy({part!r}, "
            'reason="…", at_most=1)])'
        )


class Watch:
    """Keeps what escaped in one run.

    Attributes:
        project: Knows the project's own code.
        is_on: Whether anything is looked for at this moment.
        is_hermetic: Whether undeclared inputs are, too, at this moment.
    """

    def __init__(
        self,
        root: Path,
        guards: Guards,
        *,
        accepts: tuple[Entropy, ...] = (),
        tell: Callable[[str], None],
    ) -> None:
        """Begin with nothing caught.

        Args:
            root: The root folder of the project.
            guards: What happens to an escape.
            accepts: What the contract accepts.
            tell: Hears of each line that drew, once.
        """
        self.project = Project(root)
        self.is_on = guards is not Guards.OFF
        self.is_hermetic = False
        self._guards = guards
        self._accepts = accepts
        self._draws = dict.fromkeys(accepts, 0)
        self._tell = tell
        self._found: dict[tuple[str, str, int], Escape] = {}
        self._pid = os.getpid()
        self._muted = threading.local()
        self._pipe = os.pipe() if self.is_on else None
        if self._pipe is not None:
            os.set_blocking(self._pipe[0], False)
            os.set_blocking(self._pipe[1], False)

    @property
    def escapes(self) -> tuple[Escape, ...]:
        """What was caught, here and in forked processes, in order of discovery."""
        self._hear()
        return tuple(self._found.values())

    def drawn(self, name: str, *, detail: str = "") -> None:
        """Hear that a source is drawn from at this moment.

        Args:
            name: The source.
            detail: What of it.

        Raises:
            EscapedEntropy: If guards forbid it and it is not accepted.
            UndeclaredInput: The same, for files, variables and networks.
        """
        if not self.is_on or self.is_muted:
            return
        with self.muted():  # what we read to find the line is ours
            place = self.project.place(_BY_NAME[name])
        if place is not None:
            self.note(name, place, detail=detail)

    @property
    def is_muted(self) -> bool:
        """Whether this thread draws for purposes of our own."""
        return getattr(self._muted, "is_muted", False)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Hear of nothing that this thread draws while the context lasts."""
        before = self.is_muted
        self._muted.is_muted = True
        try:
            yield
        finally:
            self._muted.is_muted = before

    def note(self, name: str, place: Place, *, detail: str = "") -> None:
        """Keep an escape of which the line is known, unless it is accepted.

        Args:
            name: The source.
            place: Where it was drawn from.
            detail: What of it.

        Raises:
            EscapedEntropy: As `drawn`.
            UndeclaredInput: As `drawn`.
        """
        for accepted in self._accepts:
            if accepted.covers(name, detail):
                self._draws[accepted] += 1
                if self._draws[accepted] <= accepted.at_most:
                    return
        escape = Escape(
            source=name,
            path=place.path,
            line=place.line,
            call=place.call,
            detail=detail,
        )
        self._keep(escape)
        if self._guards is Guards.ERROR:
            self.refuse(escape)

    def refuse(self, escape: Escape) -> None:
        """Fail because of an escape.

        Args:
            escape: What escaped.

        Raises:
            EscapedEntropy: Always, if it is randomness.
            UndeclaredInput: Always, if it is an input.
        """
        kind = UndeclaredInput if escape.source in _UNDECLARED else EscapedEntropy
        raise kind(escape.message)

    def check(self) -> None:
        """Fail if something escaped although guards forbid it.

        An experiment may have caught the error, or drawn in another thread or process.

        Raises:
            EscapedEntropy: For the first escape, if guards forbid it.
            UndeclaredInput: The same, for files, variables and networks.
        """
        escapes = self.escapes
        if self._guards is Guards.ERROR and escapes:
            self.refuse(escapes[0])

    def facts(self) -> dict[str, bool | int | str | None]:
        """Write what was watched for, and what was caught, as facts of a run.

        Returns:
            The mode, and each line that drew, sorted by file and line.
        """
        if self._guards is Guards.OFF:
            return {"guards": str(self._guards)}
        texts = (one.text for one in sorted(self.escapes, key=_by_place))
        found = {f"{ESCAPE}{number:03}": text for number, text in enumerate(texts, 1)}
        return {"guards": str(self._guards), **found}

    def close(self) -> None:
        """Look for nothing any more."""
        self.is_on = self.is_hermetic = False
        if self._pipe is not None and os.getpid() == self._pid:
            self._hear()
            for end in self._pipe:
                os.close(end)
            self._pipe = None

    def _keep(self, escape: Escape) -> None:
        key = (escape.source, escape.path, escape.line)
        if key in self._found or len(self._found) >= MAX_ESCAPES:
            return
        self._found[key] = escape
        if os.getpid() == self._pid:
            self._tell(escape.text)
        else:
            self._report(escape)

    def _report(self, escape: Escape) -> None:
        """Tell the parent, unless the pipe is full: then it knows enough."""
        if self._pipe is not None:
            with suppress(OSError):
                os.write(self._pipe[1], canonical.dumps_line(asdict(escape)))

    def _hear(self) -> None:
        if self._pipe is None or os.getpid() != self._pid:
            return
        try:
            data = os.read(self._pipe[0], _PIPE_BYTES)
        except BlockingIOError:
            return
        for line in data.splitlines():
            self._keep(Escape(**json.loads(line)))


def _by_place(escape: Escape) -> tuple[str, int, str]:
    return escape.path, escape.line, escape.source
