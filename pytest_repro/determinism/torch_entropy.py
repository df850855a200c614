"""Guards of torch's generators and loaders; imported once torch is.

A loader seeds `random`, numpy and torch anew in each worker, from its own generator:
what uses those needs no `worker_init_fn`. A generator that the dataset holds itself is
copied instead, so that every worker draws the same numbers, again in each epoch.
"""

import random
from collections.abc import Iterator
from typing import Final

import torch
from torch.utils.data import DataLoader

from pytest_repro.determinism.clocks import Clocks
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.late import is_imported
from pytest_repro.determinism.patches import Before, Patches
from pytest_repro.determinism.python_entropy import judge_seed

__all__ = ["guard_torch"]

_DEEPEST: Final = 3
_PARTS: Final = frozenset({"dataset", "datasets", "transform", "transforms"})
"""Where datasets keep other datasets, and what they do to samples."""


def guard_torch(watch: Watch, patches: Patches, clocks: Clocks) -> None:
    """Watch what seeds torch's generators, and what loaders copy.

    Args:
        watch: Hears what is drawn.
        patches: Puts everything back.
        clocks: Knows what clocks handed out.
    """

    def seeds_itself(_args: object, _kwargs: object) -> None:
        watch.drawn("torch.seed")

    judge = judge_seed(watch, clocks, "torch.seed")
    for module, name in (
        (torch, "manual_seed"),
        (torch.random, "manual_seed"),
        (torch.cuda, "manual_seed"),
        (torch.cuda, "manual_seed_all"),
    ):
        patches.wrap(module, name, judge)
    for module, name in (
        (torch, "seed"),
        (torch.random, "seed"),
        (torch.cuda, "seed"),
        (torch.cuda, "seed_all"),
    ):
        patches.wrap(module, name, seeds_itself)
    patches.put(torch, "Generator", _generator(watch, judge))
    patches.wrap(DataLoader, "__iter__", lambda args, _: _judge_loader(watch, args[0]))


def _generator(watch: Watch, judge: Before) -> type:
    """Make a class of generators that tell of being seeded.

    torch's own class cannot be changed; one derived from it does all that it does.
    """
    original = torch.Generator

    class Guard(type(original)):  # type: ignore[misc]  # the metaclass is not static
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, original)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, original)

    class Generator(original, metaclass=Guard):  # type: ignore[misc,valid-type]  # as above
        __doc__ = original.__doc__

        def seed(self) -> int:
            watch.drawn("torch.Generator.seed")
            return int(super().seed())

        def manual_seed(self, seed: int) -> "torch.Generator":
            judge((seed,), {})
            super().manual_seed(seed)
            return self

    Generator.__module__, Generator.__qualname__ = "torch", "Generator"
    return Generator


def _judge_loader(watch: Watch, loader: object) -> None:
    if not watch.is_on or not isinstance(loader, DataLoader):
        return
    if loader.num_workers < 1 or loader.worker_init_fn is not None:
        return
    for name in _held(loader.dataset, "dataset", _DEEPEST):
        watch.drawn("loader_workers", detail=name)


def _held(owner: object, name: str, depth: int) -> Iterator[str]:
    """Yield where a dataset, or a dataset or transform inside it, holds a generator."""
    for kind in type(owner).__mro__:
        for method in ("__getitem__", "__iter__"):
            yield from _globals_of(vars(kind).get(method))
    held = sorted(getattr(owner, "__dict__", {}).items())
    for attribute, value in held:
        if isinstance(value, _kinds()):
            yield f"{name}.{attribute}"
        elif depth and attribute in _PARTS:
            parts = value if isinstance(value, list | tuple) else (value,)
            for part in parts:
                yield from _held(part, f"{name}.{attribute}", depth - 1)


def _globals_of(method: object) -> Iterator[str]:
    code = getattr(method, "__code__", None)
    scope = getattr(method, "__globals__", {})
    for name in code.co_names if code is not None else ():
        if isinstance(scope.get(name), _kinds()):
            yield name


def _kinds() -> tuple[type, ...]:
    kinds: tuple[type, ...] = (random.Random, torch.Generator)
    if is_imported("numpy.random"):
        import numpy as np  # noqa: PLC0415  # only if the experiment has it

        kinds += (np.random.Generator, np.random.RandomState)
    return kinds
