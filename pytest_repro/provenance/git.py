"""Ask git about a repository without running anything that the repository names.

A repository's own configuration can name programs that git starts: hooks, external
diffs, text converters, file system monitors, filters. All of them are switched off,
and nothing is fetched or written, so looking at a foreign checkout is safe.

The price: with a clean filter of its own (other than git-LFS), a file that git would
call unchanged after filtering may be called changed here.
"""

import enum
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.errors import ReproError

__all__ = ["Absence", "Git", "GitError", "without_userinfo"]

TIMEOUT_S: Final = 10.0

_OPTIONS: Final = (
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "protocol.allow=never",
)
_VARIABLES: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_LFS: Final = frozenset({"git-lfs clean -- %f", "git-lfs filter-process"})
_PLACE: Final = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:@\[\]]*)(?::[0-9]*)?")
_FILTER: Final = re.compile(r"filter\.(?P<name>.+)\.(clean|process)", re.DOTALL)


class Absence(enum.StrEnum):
    """Why git has nothing to say about a folder."""

    NO_GIT = "git is not installed"
    NO_REPOSITORY = "not in a repository"
    NO_COMMIT = "no commit yet"
    REFUSED = "the repository belongs to another user"
    TIMED_OUT = "git did not answer in time"
    UNREADABLE = "git cannot read the repository"


_REASONS: Final = (
    ("not a git repository", Absence.NO_REPOSITORY),
    ("must be run in a work tree", Absence.NO_REPOSITORY),
    ("dubious ownership", Absence.REFUSED),
    ("'HEAD'", Absence.NO_COMMIT),
)


class GitError(ReproError):
    """Git has no answer; never leaves this folder, where it becomes a value.

    Attributes:
        absence: Why.
    """

    def __init__(self, absence: Absence) -> None:
        """Keep why.

        Args:
            absence: Why.
        """
        super().__init__(absence.value)
        self.absence = absence


class Git:
    """A repository that may be looked at and not touched.

    Attributes:
        top: The root of its work tree.
        remotes: Their addresses as they are written, by the name of the setting.
    """

    def __init__(self, folder: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        """Find git, and the filters that must not run.

        Args:
            folder: Any folder of the work tree.
            timeout_s: No single question may take longer [s].

        Raises:
            GitError: If git is not installed or the folder is in no work tree.
        """
        found = shutil.which("git")
        if found is None or not Path(found).is_absolute():
            raise GitError(Absence.NO_GIT)
        self._program = found
        self._folder = folder
        self._timeout_s = timeout_s
        self._variables = _clean(os.environ)
        self.top = Path(os.fsdecode(self.ask("rev-parse", "--show-toplevel")[:-1]))
        settings = self.settings(r"^(filter\..*|remote\..*\.url)$")
        self._variables |= _without_filters(settings)
        self.remotes = {k: v for k, v in settings.items() if k.startswith("remote.")}

    def ask(self, *question: str) -> bytes:
        """Run one git command.

        Args:
            *question: The command and its arguments.

        Returns:
            What it printed.

        Raises:
            GitError: If it failed or took too long.
        """
        import subprocess  # noqa: PLC0415  # loading the plugin must not load it

        try:
            answer = subprocess.run(  # noqa: S603  # an absolute program, no shell
                [self._program, *_OPTIONS, *question],
                cwd=self._folder,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout_s,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(Absence.TIMED_OUT) from error
        except subprocess.CalledProcessError as error:
            raise GitError(_why(error.stderr)) from error
        except OSError as error:
            raise GitError(Absence.UNREADABLE) from error
        return answer.stdout

    def settings(self, pattern: str) -> dict[str, str]:
        """Read settings as they are written, without expanding them.

        Args:
            pattern: A regular expression of their names.

        Returns:
            Values by name; empty if there are none.
        """
        try:
            listed = self.ask("config", "-z", "--get-regexp", pattern)
        except GitError:  # nothing matches
            return {}
        entries = listed.decode(errors="replace").split("\0")[:-1]
        pairs = (entry.partition("\n") for entry in entries)
        return {name: value for name, _, value in pairs}


def without_userinfo(url: str) -> str:
    """Strip from a remote's address whatever may be secret or private.

    Args:
        url: As it is configured.

    Returns:
        Scheme, host and path, without user, password, query and fragment; the scp
        form keeps its form; ``local`` for a path on this machine; the scheme alone if
        the rest is none, as where a password has a slash in it.

    Example:
        >>> without_userinfo("https://alice:s3cret@example.org/a/b.git?x=1")
        'https://example.org/a/b.git'
    """
    scheme, separator, rest = url.partition("://")
    if separator and re.fullmatch(r"[a-zA-Z][a-zA-Z0-9+.-]*", scheme):
        if scheme.lower() == "file":
            return "local"
        place = re.split(r"[?#]", rest, maxsplit=1)[0]
        host, slash, path = place.partition("/")
        place = host.rpartition("@")[2]
        if not _PLACE.fullmatch(place):
            return f"{scheme}://…"
        return f"{scheme}://{place}{slash}{path}"
    scp = re.fullmatch(r"(?:[^/]*@)?(?P<host>[^/:@]{2,}):(?P<path>[^:].*)", url)
    return f"{scp['host']}:{scp['path']}" if scp else "local"


def _clean(inherited: Mapping[str, str]) -> dict[str, str]:
    """Drop every GIT_* variable: inside a hook they point to another repository."""
    kept = {k: v for k, v in inherited.items() if not k.startswith("GIT_")}
    return kept | _VARIABLES


def _without_filters(settings: Mapping[str, str]) -> dict[str, str]:
    """Override every filter but git-LFS by variables, which quote any name."""
    names = sorted(
        {
            match["name"]
            for key, command in settings.items()
            if (match := _FILTER.fullmatch(key)) and command not in _LFS
        }
    )
    pairs = [
        (f"filter.{name}.{key}", value)
        for name in names
        for key, value in (("clean", ""), ("process", ""), ("required", "false"))
    ]
    found = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for index, (key, value) in enumerate(pairs):
        found[f"GIT_CONFIG_KEY_{index}"] = key
        found[f"GIT_CONFIG_VALUE_{index}"] = value
    return found


def _why(complaint: bytes) -> Absence:
    text = complaint.decode(errors="replace")
    for words, absence in _REASONS:
        if words in text:
            return absence
    return Absence.UNREADABLE
