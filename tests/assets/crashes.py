"""Fetches that die, alone at each system call, or many at once at any moment.

Run as a program, because it forks: ``python -m tests.assets.crashes each FOLDER`` or
``… storm FOLDER KILLS``. It writes what was counted, with VIOLATION before whatever
was wrong. With ``careless`` in the end both are made to fail: one writes in place, the
other believes what mirrors give.
"""

import hashlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pytest_repro.assets import AssetStore, Rules, fetch, fetching, resolve
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproError
from pytest_repro.records import DeclaredAsset, Mirror
from tests.assets.samples import OTHER, begin, data_of, declared, serving, stored
from tests.references import faults

WRITERS = 8
ASSETS = 6
ENOUGH = 20
"""How often something is served whole before a storm is over, if that is at all."""

PATIENCE_S = 30
CALLS = (*faults.CALLS, "chmod", "ftruncate", "pwrite")

SMALL = b"these bytes and no others" * 100


def in_child(act: Callable[[], object]) -> int:
    """Do something in a forked process and return how that ended."""
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1]


def fresh(_: AssetStore, __: DeclaredAsset) -> None:
    """Leave the store empty."""


def broken_off(store: AssetStore, asset: DeclaredAsset) -> None:
    """Leave the beginning of a fetch."""
    begin(store, asset, SMALL[:100])


def spoilt(store: AssetStore, asset: DeclaredAsset) -> None:
    """Leave a beginning that is wrong."""
    begin(store, asset, OTHER[:100])


def damaged(store: AssetStore, asset: DeclaredAsset) -> None:
    """Leave other bytes under the digest."""
    path = store.path(asset.digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(OTHER[:100])


STATES = (fresh, broken_off, spoilt, damaged)


def die_at_each_call(
    folder: Path, prepare: Callable[..., None], kind: type[AssetStore]
) -> Iterator[str]:
    """Let a fetch die before its first call, its second, … until one survives.

    Args:
        folder: An empty folder.
        prepare: Leaves something in the store before.
        kind: The store.

    Yields:
        What each death left under the digest, and what the next fetch made of it.
    """
    folder.mkdir(parents=True)
    (folder / "mirror").write_bytes(SMALL)
    asset = declared((folder / "mirror").as_uri(), data=SMALL)
    number, survived = 0, False
    while not survived:
        number += 1
        store = kind(folder / str(number))
        prepare(store, asset)
        before = stored(store, asset.digest)

        def act(store: AssetStore = store, number: int = number) -> None:
            with faults.striking(number, faults.die):
                fetch(asset, store, root=folder)

        survived = in_child(act) == 0
        found = stored(store, asset.digest)
        # What was damaged before may still be: it is not the store that served it.
        if found == before == "WRONG":
            found = "still damaged"
        fetch(asset, store, root=folder)
        yield f"{found}, then {stored(store, asset.digest)}"


def storm(folder: Path, kills: int) -> Iterator[str]:
    """Kill writers that fetch the same assets at once, again and again.

    Args:
        folder: An empty folder.
        kills: How often.

    Yields:
        What was stored, whenever it was looked at, and what was served.
    """
    generator = random.Random(kills)  # noqa: S311  # moments, no secrets
    with serving_elsewhere(folder) as port:
        assets = [varied(number, port, folder) for number in range(ASSETS)]
        store = AssetStore(folder / "store")
        writers = [begin_writer(folder, assets, n) for n in range(WRITERS)]
        for number in range(kills):
            time.sleep(generator.uniform(0.0, 0.06))
            victim = generator.randrange(WRITERS)
            end(writers[victim])
            writers[victim] = begin_writer(folder, assets, WRITERS + number)
            for asset in assets:
                yield f"stored {stored(store, asset.digest)}"
        await_some(folder)
        for writer in writers:
            end(writer)
        for asset in assets:
            fetch(asset, store, root=folder)
            yield f"in the end {stored(store, asset.digest)}"
    for path in sorted(folder.glob("served-*")):
        yield from path.read_text().splitlines()


def await_some(folder: Path) -> None:
    """Let writers go on that a busy machine gave no time between their kills."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        logs = [path.read_text() for path in folder.glob("served-*")]
        if sum(text.count("served whole") for text in logs) >= ENOUGH:
            return
        time.sleep(0.05)


def varied(number: int, port: int, folder: Path) -> DeclaredAsset:
    """Declare an asset whose first mirrors are bad, each in its own way."""
    mirror = folder / f"mirror-{number}"
    mirror.write_bytes(data_of(number))
    bad = [("corrupt", "truncated"), ("truncated",), ("gone", "long"), ("shifted",), ()]
    names = [*bad[number % len(bad)], ("ranged", "whole")[number % 2]]
    urls = [f"http://127.0.0.1:{port}/{number}/{name}" for name in names]
    urls += [mirror.as_uri()]
    asset = declared(*urls, data=data_of(number))
    slow = Mirror(location=f"http://127.0.0.1:{port}/{number}/slow", timeout_s=1)
    mirrors = (slow, *asset.mirrors) if number == ASSETS - 1 else asset.mirrors
    return replace(asset, name=f"sample-{number}", mirrors=mirrors)


def begin_writer(folder: Path, assets: list[DeclaredAsset], number: int) -> int:
    """Start a process that fetches, reads and discards until it is killed."""
    child = os.fork()
    if child == 0:
        try:
            write_on(folder, assets, number)
        finally:
            os._exit(1)
    return child


def write_on(folder: Path, assets: list[DeclaredAsset], number: int) -> None:
    """Fetch, read and discard for ever, and note what was served."""
    generator = random.Random(number)  # noqa: S311  # an order, no secrets
    rules = Rules(store=folder / "store")
    store = AssetStore(rules.store)
    log = os.open(folder / f"served-{number:04}", os.O_WRONLY | os.O_CREAT)
    while True:
        asset = generator.choice(assets)
        try:
            fetch(asset, store, root=folder)
            path = resolve(asset, rules, root=folder).held.path
            found = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
            served = "whole" if found == asset.digest else "WRONG"
        except (ReproError, FileNotFoundError) as error:
            # Another writer has discarded it in this very moment.
            served = f"nothing: {type(error).__name__}"
        os.write(log, f"served {served}\n".encode())
        if generator.random() < 0.5:  # every other time
            with store.locked(asset.digest):
                store.discard(asset.digest)


def end(writer: int) -> None:
    """Kill a process, as a power failure would."""
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)


class serving_elsewhere:  # noqa: N801  # used as a function
    """Serve from a process of its own: this one forks, and may have no threads."""

    def __init__(self, folder: Path) -> None:
        """Choose where the port is told."""
        self._told = folder / "port"
        self._child = 0

    def __enter__(self) -> int:
        """Start the server; returns its port."""
        self._told.parent.mkdir(parents=True, exist_ok=True)
        self._child = os.fork()
        if self._child == 0:
            with serving() as server:
                self._told.with_suffix(".new").write_text(str(server.port))
                self._told.with_suffix(".new").rename(self._told)
                signal.pause()
        while not self._told.exists():
            time.sleep(0.01)
        return int(self._told.read_text())

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        end(self._child)


class InPlace(AssetStore):
    """A store as one would write it without thinking of crashes."""

    def partial(self, digest: Digest) -> Path:
        """Write where others read."""
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def adopt(self, digest: Digest) -> None:
        """Leave it there."""


def believing(path: Path) -> str:
    """Take a file for what its name says."""
    return path.name.replace("-", ":", 1)


def main(arguments: list[str]) -> None:
    """Run one of the two studies and print what was found."""
    study, folder, *more = arguments
    is_careless = "careless" in more
    if study == "storm":
        if is_careless:
            fetching._digest = believing
        found = Counter(storm(Path(folder), int(more[0])))
    else:
        faults.CALLS = CALLS  # type: ignore[assignment,misc]  # the store makes these calls, too
        kind = InPlace if is_careless else AssetStore
        found = Counter(
            line
            for prepare in STATES
            for line in die_at_each_call(Path(folder, prepare.__name__), prepare, kind)
        )
    for line, count in sorted(found.items()):
        is_wrong = "WRONG" in line or line.endswith(("then nothing", "end nothing"))
        sys.stdout.write(f"{'VIOLATION ' * is_wrong}{line} {count}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
