"""Watch what a run reads, from the first moment of its worker to the last.

Skipping an experiment is only safe if every input of its last run is known. Python's
audit hook hears of each file that is opened and each folder that is listed, by
whatever Python code; a finder that finds nothing hears of each module that is looked
for, found or not; `os.stat` and its like tell what is only asked for; the kernel tells
of files below the root that are opened past Python (`opens`). Variables are heard of
where they are read.

What none of these can follow makes the run one that is never skipped, with the reason:
a process that was started, a network that was reached, an input that changed
meanwhile. Known to be missed, and told in the documentation: files outside of the root
that are read by native code and are no declared assets, times of files, and what the
kernel itself reports of the machine.
"""

import _posixsubprocess
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol

from pytest_repro.provenance.opens import Opens
from pytest_repro.provenance.sightings import Sightings
from pytest_repro.provenance.territories import OURS, Territories

__all__ = ["InputWatch"]

PROCESSES: Final = frozenset(
    {
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
        *("os.system", "pty.spawn", "subprocess.Popen"),
    }
)
NETWORK: Final = frozenset(
    {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"}
)
MOVES: Final = frozenset(
    {"os.link", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
)
ASKING: Final = ("access", "lstat", "readlink", "stat")
"""Functions of `os` that tell whether something is there, or what it is."""


class Finder(Protocol):
    """What stands in `sys.meta_path`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> None:
        """Find nothing.

        Args:
            fullname: The module.
            path: Where; None for `sys.path`.
            target: Ignored.
        """


class InputWatch:
    """Hears of everything that this process reads, until it is closed.

    Attributes:
        places: Knows whose files are.
        seen: What was seen so far.
        variables: The environment as it was at first.
        opens: Hears of what is opened past Python.
        opened: What it heard, once the watch is closed.
    """

    def __init__(self, root: Path, *, aside: Path, out: Path) -> None:
        """Begin to watch.

        Args:
            root: The root folder of the project.
            aside: The folder of the run, whose files are no inputs.
            out: That of all runs, in which only Python is watched.
        """
        self.places = Territories(root)
        self.seen = Sightings(self.places)
        self._aside = f"{aside}/"
        self._scratch = f"{tempfile.gettempdir()}/"
        self._owned: dict[str, bool] = {}
        self._foreign: dict[str, bool] = {}
        self._copiers: set[tuple[int, int]] = set()
        self._muted = threading.local()
        self._main = threading.get_ident()
        self._undo: list[Callable[[], None]] = []
        self._is_on = True
        self.opened: frozenset[str] = frozenset()
        self.variables = dict(os.environ)
        self.opens = Opens(root, aside=out)
        self._patch()
        sys.meta_path.insert(0, self)
        sys.addaudithook(self._hear)

    def close(self) -> None:
        """Hear of nothing any more, and put everything back."""
        self._is_on = False
        self.opened = self.opens.files()
        while self._undo:
            self._undo.pop()()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> None:
        """Hear that a module is looked for, and find nothing.

        Args:
            fullname: The module.
            path: Where; None for `sys.path`.
            target: Ignored.
        """
        del target
        with self._listening() as listens:
            if listens:
                self.seen.looked_for(
                    fullname, _texts(sys.path if path is None else path)
                )

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._is_on or event not in _EVENTS:
            return
        with self._listening() as listens:
            if listens:
                self._note(event, args)

    def _note(self, event: str, args: tuple[Any, ...]) -> None:
        match event:
            case "open":
                self._open(args[0], args[2])
            case "os.listdir" | "os.scandir":
                self._list(args[0])
            case "os.mkdir":
                self._make(args[0])
            case _ if event in MOVES:
                self._move(args)
            case "os.putenv" | "os.unsetenv":
                self.seen.set_here.add(os.fsdecode(args[0]))
            case "ctypes.dlopen":
                self._load(args[0])
            case _ if event in PROCESSES:
                self._blind("it starts a process")
            case _:
                self._blind("it uses the network or a database")

    def _blind(self, why: str) -> None:
        """Note what cannot be followed; what pytest's plugins do is their affair."""
        if self._is_asked_by_project():
            self.seen.blind(f"{why}{self._where()}")

    def _open(self, path: object, flags: object) -> None:
        text = None if isinstance(path, int) else _text(path)
        if text is None or f"{text}/".startswith(self._aside):
            return
        if not text.startswith(self._scratch) or self._is_asked_by_project():
            self.seen.opened(text, flags if isinstance(flags, int) else 0)

    def _make(self, path: object) -> None:
        text = _text(path)
        if text is None or f"{text}/".startswith(self._aside):
            return
        if not text.startswith(self._scratch):
            self._ask(text)
        self.seen.made(text)

    def _move(self, paths: tuple[object, ...]) -> None:
        """Hear that files go or come, which needs them to be there, or not."""
        texts = [os.fsdecode(p) for p in paths if isinstance(p, str | bytes)]
        for text in texts:
            self._ask(text)

    def _load(self, path: object) -> None:
        """Hear of a library; one without a folder is the system's."""
        text = _text(path) or ""
        if "/" in text:
            self.seen.opened(text, os.O_RDONLY)

    def _list(self, path: object) -> None:
        text = "." if path is None else _text(path)
        if text is None:
            return
        self.seen.heard.add(self.places.whole(text))
        if _is_import():
            return  # the names that were looked for are kept instead
        if self._is_asked_by_project():
            self.seen.listed(text)

    def _patch(self) -> None:
        for name in ASKING:
            self._replace(os, name, self._asking(getattr(os, name)))
        self._replace(_posixsubprocess, "fork_exec", self._forking())
        environ = type(os.environ)
        self._replace(environ, "__getitem__", self._reading(environ.__getitem__))
        self._replace(environ, "__iter__", self._reading_all(environ.__iter__))

    def _replace(self, owner: Any, name: str, value: object) -> None:  # noqa: ANN401  # a module or a class
        original = getattr(owner, name)
        self._undo.append(lambda: setattr(owner, name, original))
        setattr(owner, name, value)

    def _forking(self) -> Callable[..., Any]:
        """Hear of processes that are started past `subprocess`."""
        original = _posixsubprocess.fork_exec

        def fork(*args: Any) -> Any:  # noqa: ANN401  # as given
            with self._listening() as listens:
                if listens:
                    self._blind("it starts a process")
            return original(*args)

        return fork

    def _asking(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def ask(path: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # as given
            if path.__class__ is str and self._is_foreign(path):
                return original(path, *args, **kwargs)
            with self._listening() as listens:
                text = _text(path) if listens else None
                if text is not None and kwargs.get("dir_fd") is None:
                    self._ask(text)
            return original(path, *args, **kwargs)

        return _named(ask, original)

    def _is_foreign(self, path: str) -> bool:
        """Tell quickly what libraries ask thousands of times: their own files."""
        known = self._foreign.get(path)
        if known is None and path.startswith("/"):
            known = self.places.holds_code_of_others(path)
            self._foreign[path] = known
        return bool(known)

    def _ask(self, text: str) -> None:
        if text in self.seen.files or f"{text}/".startswith(self._aside):
            return
        if self._is_asked_by_project():
            self.seen.asked(text)

    def _reading(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def read(environ: Any, key: Any) -> Any:  # noqa: ANN401  # as given
            try:
                value = original(environ, key)
            except KeyError:
                self._variable(key, None)
                raise
            self._variable(key, value)
            return value

        return _named(read, original)

    def _reading_all(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def read(environ: Any) -> Any:  # noqa: ANN401  # as given
            with self._listening() as listens:
                if listens:
                    self._copy(_asker())
            return original(environ)

        return _named(read, original)

    def _copy(self, asker: FrameType | None) -> None:
        """Hear that all variables are read; a library that copies them wants none."""
        if asker is None or self._owns(asker.f_code.co_filename):
            self.seen.read("*", None)
        else:
            self._copiers.add((id(asker), asker.f_lasti))

    def _is_copy(self) -> bool:
        asker = _asker()
        return asker is not None and (id(asker), asker.f_lasti) in self._copiers

    def _variable(self, key: object, value: object) -> None:
        with self._listening() as listens:
            if not listens or not isinstance(key, str | bytes) or self._is_copy():
                return
            if self._is_asked_by_project():
                text = value if isinstance(value, str | bytes) else None
                self.seen.read(
                    os.fsdecode(key), None if text is None else os.fsdecode(text)
                )

    @contextmanager
    def _listening(self) -> Iterator[bool]:
        """Say whether to listen; what is looked up meanwhile is not listened to."""
        is_ours = getattr(self._muted, "is_muted", False)
        self._muted.is_muted = True
        try:
            yield self._is_on and not is_ours
        finally:
            self._muted.is_muted = is_ours

    def _is_asked_by_project(self) -> bool:
        """Tell whether the project's code is at work, here or for another thread."""
        if threading.get_ident() != self._main:
            return True
        return self._own_frame() is not None

    def _own_frame(self) -> FrameType | None:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way up
        while frame is not None:
            if self._owns(frame.f_code.co_filename):
                return frame
            frame = frame.f_back
        return None

    def _owns(self, filename: str) -> bool:
        known = self._owned.get(filename)
        if known is None:
            is_other = filename.startswith((OURS, "<"))
            known = not is_other and not self.places.holds_code_of_others(filename)
            self._owned[filename] = known
        return known

    def _where(self) -> str:
        frame = self._own_frame()
        if frame is None:
            return ""
        name = self.places.name(frame.f_code.co_filename)
        return f" ({name}:{frame.f_lineno})"


_EVENTS: Final = frozenset(
    {
        *PROCESSES,
        *NETWORK,
        *MOVES,
        *("ctypes.dlopen", "open", "os.listdir", "os.mkdir", "os.putenv"),
        *("os.scandir", "os.unsetenv"),
        *("sqlite3.connect", "sqlite3.connect/handle"),
    }
)


def _is_import() -> bool:
    """Tell whether it is Python's own import that lists a folder."""
    frame = _asker(("<frozen os", "<frozen _col"))
    return frame is not None and frame.f_code.co_filename.startswith("<frozen imp")


def _asker(between: tuple[str, ...] = ("<frozen",)) -> FrameType | None:
    """Find the frame that asks for something, past ours and those in between."""
    passed = (__file__, *between)
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way up
    while frame is not None and frame.f_code.co_filename.startswith(passed):
        frame = frame.f_back
    return frame


def _text(path: object) -> str | None:
    """Read a path; one that is a descriptor is what that was opened for."""
    if isinstance(path, bool):
        return None
    if isinstance(path, int):
        try:
            return str(Path(f"/proc/self/fd/{path}").readlink())
        except OSError:
            return None
    try:
        return os.fsdecode(path)  # type: ignore[arg-type]  # refused if it is none
    except TypeError:
        return None


def _texts(folders: Sequence[object]) -> list[str]:
    return [text or "." for one in folders if (text := _text(one)) is not None]


def _named(
    function: Callable[..., Any], original: Callable[..., Any]
) -> Callable[..., Any]:
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(function, name, getattr(original, name, None))
    return function
