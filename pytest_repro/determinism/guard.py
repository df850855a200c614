"""One context in which a run is seeded and every flag is pinned, and then undone.

In a worker the undoing hardly matters. With `--repro-in-process` it is the promise
that a test session can go on as if the experiment had never been there: generators and
flags are put back exactly, also after an exception, and a library that the experiment
was the first to import returns to the state in which it was imported.

What only the start of a process can set is not set here but recorded: the hash seed
and the environment variables, see `variables`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from pytest_repro.determinism.hash_seed import hash_probe, hash_seed_in_force
from pytest_repro.determinism.late import is_imported, when_imported
from pytest_repro.determinism.seeding import DERIVATION, LIBRARIES, Library, derive
from pytest_repro.determinism.variables import VARIABLE_NAMES, pinned_variables
from pytest_repro.records import Determinism

__all__ = ["Fact", "Pinned", "pinned"]

Fact: TypeAlias = "bool | int | str | None"

_MAX_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What is pinned while the context lasts.

    Attributes:
        determinism: What was asked for.
        seed: The root seed.
    """

    determinism: Determinism
    seed: int

    def facts(self) -> dict[str, Fact]:
        """Read back everything in force at this moment.

        Returns:
            Plain values by name, sorted: seeds in decimal, the hash seed, the
            variables of the table that are set, and the flags of torch if it is
            imported.
        """
        found: dict[str, Fact] = {
            "seed": str(self.seed),
            "seed.derivation": DERIVATION,
            "hash_seed": hash_seed_in_force(),
            "hash_probe": hash_probe(),
        }
        found |= {
            f"seed.{library.name}": str(derive(self.seed, library.name))
            for library in LIBRARIES
            if is_imported(library.module)
        }
        found |= _variables_in_force()
        found |= _flags_in_force()
        return dict(sorted(found.items()))


@contextmanager
def pinned(
    determinism: Determinism, seed: int, *, is_worker: bool = False
) -> Iterator[Pinned]:
    """Seed every generator and pin every flag while the context lasts.

    Libraries that are not imported yet are seeded and pinned when they are.

    Args:
        determinism: What is pinned.
        seed: The root seed; each library gets a seed derived from it.
        is_worker: Whether this process is ours alone, so that what can be set only
            once may be set too.

    Yields:
        What is pinned, to be read back.

    Raises:
        ReproUsageError: If the determinism asks for something that has no meaning.
    """
    pinned_variables(determinism)  # refuses what has no meaning before torch comes
    with ExitStack() as undo:
        for library in LIBRARIES:
            _on_import(undo, library.module, partial(_seed, undo, library, seed))
        _on_import(undo, "torch", partial(_pin, undo, determinism, is_worker))
        yield Pinned(determinism=determinism, seed=seed)


def _on_import(undo: ExitStack, module: str, action: Callable[[], None]) -> None:
    undo.callback(when_imported(module, action))


def _seed(undo: ExitStack, library: Library, seed: int) -> None:
    undo.callback(library.keep())
    library.seed(derive(seed, library.name))


def _pin(undo: ExitStack, determinism: Determinism, is_worker: bool) -> None:  # noqa: FBT001  # only ever bound by name's position above
    from pytest_repro.determinism import torch_flags  # noqa: PLC0415  # torch is there

    undo.callback(torch_flags.keep())
    torch_flags.apply(determinism)
    if is_worker:
        torch_flags.pin_interop_threads(determinism.threads)
    _on_import(undo, torch_flags.COMPILER, partial(_pin_compiler, undo, determinism))


def _pin_compiler(undo: ExitStack, determinism: Determinism) -> None:
    from pytest_repro.determinism import torch_flags  # noqa: PLC0415  # as above

    undo.callback(torch_flags.keep_compiler())
    torch_flags.pin_compiler(determinism)


def _variables_in_force() -> dict[str, Fact]:
    return {
        f"env.{name}": os.environ[name][:_MAX_CHARACTERS]
        for name in VARIABLE_NAMES
        if name in os.environ
    }


def _flags_in_force() -> dict[str, Fact]:
    if not is_imported("torch"):
        return {}
    from pytest_repro.determinism import torch_flags  # noqa: PLC0415  # as above

    return {f"torch.{name}": flag for name, flag in torch_flags.read_flags().items()}
