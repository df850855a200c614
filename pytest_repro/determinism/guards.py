"""The guards of a run: everything that watches for escaping randomness, on and off.

In a worker they stand from its first moment, so that what a module draws while it is
imported is caught too; in the process of a debugger they stand around the experiment,
and then nothing is left of them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from pytest_repro.determinism.clocks import Clocks, guard_clocks
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.hashing import guard_hash
from pytest_repro.determinism.hermetic import guard_inputs
from pytest_repro.determinism.late import when_imported
from pytest_repro.determinism.listings import guard_listings
from pytest_repro.determinism.patches import Patches
from pytest_repro.determinism.python_entropy import guard_python
from pytest_repro.determinism.threads import guard_threads
from pytest_repro.records import Determinism, Entropy, Guards

__all__ = ["guarding"]


@contextmanager
def guarding(
    determinism: Determinism,
    root: Path,
    *,
    accepts: tuple[Entropy, ...] = (),
    tell: Callable[[str], None],
) -> Iterator[Watch]:
    """Watch what escapes the seeds while the context lasts.

    Args:
        determinism: Says what happens to it.
        root: The root folder of the project, whose code is watched.
        accepts: What the contract accepts.
        tell: Hears of each line that drew, once.

    Yields:
        What was caught. With guards that are off nothing is patched, and it stays
        empty.
    """
    watch = Watch(root, determinism.guards, accepts=accepts, tell=tell)
    if determinism.guards is Guards.OFF:
        yield watch
        return
    patches = Patches(watch.project)
    with ExitStack() as undo:
        undo.callback(watch.close)
        undo.callback(patches.undo)
        clocks = guard_clocks(watch, patches)
        guard_python(watch, patches, clocks)
        guard_listings(watch, patches)
        guard_hash(watch, patches)
        guard_threads(watch, patches)
        for module, guard in (("numpy.random", _numpy), ("torch", _torch)):
            action = partial(guard, watch, patches, clocks)
            undo.callback(when_imported(module, action))
        if determinism.hermetic:
            undo.callback(guard_inputs(watch, patches, root))
        yield watch


def _numpy(watch: Watch, patches: Patches, clocks: Clocks) -> None:
    from pytest_repro.determinism import numpy_entropy  # noqa: PLC0415  # it is there

    numpy_entropy.guard_numpy(watch, patches, clocks)


def _torch(watch: Watch, patches: Patches, clocks: Clocks) -> None:
    from pytest_repro.determinism import torch_entropy  # noqa: PLC0415  # it is there

    torch_entropy.guard_torch(watch, patches, clocks)
