"""What was seen of a run so far: files, folders, modules, variables, and blind spots.

Only facts that must be kept at the moment they happen are looked up here: whether a
file was there, which names a folder held. Digests are computed when the run is over.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.provenance.states import state_of_listing
from pytest_repro.provenance.territories import Territories

__all__ = ["Sightings"]

WRITES: Final = os.O_WRONLY | os.O_RDWR
CACHE: Final = "/__pycache__/"
MOST: Final = 100


@dataclass(slots=True)
class Sightings:
    """Everything seen, by absolute path or name.

    Attributes:
        places: Knows whose files are.
        files: Paths that were opened or asked for; whether they were there.
        listings: Folders that were listed, and what they held.
        offers: Folders in which modules were looked for, and the names they held.
        wanted: The last parts of the names of these modules, by folder.
        variables: Variables that were read, and their values; None for absent.
        heard: Folders of which Python said that they are listed.
        own: What the run made itself: files and folders.
        set_here: Variables that the run set itself.
        unseen: Why there may be more.
    """

    places: Territories
    files: dict[str, bool] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    offers: dict[str, frozenset[str]] = field(default_factory=dict)
    wanted: dict[str, set[str]] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    set_here: set[str] = field(default_factory=set)
    unseen: dict[str, None] = field(default_factory=dict)

    def blind(self, why: str) -> None:
        """Note that something may have been read unseen.

        Args:
            why: What it was.
        """
        if len(self.unseen) < MOST:
            self.unseen[why] = None

    def opened(self, path: str, flags: int) -> None:
        """Note that a file is about to be opened.

        Args:
            path: As it was given.
            flags: How.
        """
        whole = self.places.whole(path)
        self.heard.add(whole)
        if self._is_known(whole):
            return
        writes = bool(flags & WRITES)
        if CACHE in whole:
            if writes:
                return  # Python keeps what it compiled
            whole = _source(whole)
        is_there = os.path.exists(whole)  # noqa: PTH110  # a text, and often
        if is_there and self.files.get(whole) is False:
            whole = os.path.realpath(whole)  # a link that was made meanwhile
        if writes and (not is_there or flags & os.O_TRUNC):
            self.own.add(whole)
            if not flags & os.O_EXCL:
                return
        self.files.setdefault(whole, is_there)

    def asked(self, path: str) -> None:
        """Note that somebody asks whether something is there, or what it is.

        Args:
            path: As it was given.
        """
        whole = self.places.whole(path)
        if not (self._is_known(whole) or self.places.holds_code_of_others(whole)):
            self.files.setdefault(whole, os.path.exists(whole))  # noqa: PTH110

    def listed(self, path: str) -> None:
        """Note that a folder is about to be listed.

        Args:
            path: As it was given.
        """
        whole = self.places.whole(path)
        if not self._is_known(whole):
            self.listings.setdefault(whole, state_of_listing(whole))

    def made(self, path: str) -> None:
        """Note that a folder is about to be made.

        Args:
            path: As it was given.
        """
        whole = self.places.whole(path)
        if not os.path.lexists(whole):
            self.own.add(whole)

    def looked_for(self, module: str, folders: Iterable[str]) -> None:
        """Note that a module is about to be looked for.

        Args:
            module: Its whole name.
            folders: Where, such as `sys.path`.
        """
        last = module.rpartition(".")[2]
        for folder in folders:
            whole = self.places.whole(folder)
            if self.places.holds_code_of_others(whole):
                continue
            if whole not in self.offers:
                self.offers[whole] = names_in(whole)
            self.wanted.setdefault(whole, set()).add(last)

    def read(self, name: str, value: str | None) -> None:
        """Note that a variable is read.

        Args:
            name: Its name.
            value: Its value; None if it is absent.
        """
        if name not in self.set_here:
            self.variables.setdefault(name, value)

    def _is_known(self, whole: str) -> bool:
        if whole in self.own or self.places.is_told_by_versions(whole):
            return True
        return bool(self.own) and any(parent in self.own for parent in _parents(whole))


def names_in(folder: str) -> frozenset[str]:
    """List a folder, of which it may be that there is none.

    Args:
        folder: The folder.

    Returns:
        Its names.
    """
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208  # names are all
    except OSError:
        return frozenset()


def _source(path: str) -> str:
    """Name the source of a module whose compiled form is read from a cache."""
    home, _, name = path.rpartition(CACHE)
    return f"{home}/{name.partition('.')[0]}.py" if name.endswith(".pyc") else path


def _parents(path: str) -> Iterable[str]:
    while path := path.rpartition("/")[0]:
        yield path
