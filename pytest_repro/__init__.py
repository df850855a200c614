"""Verify that machine-learning experiments still give the results they gave.

A tour of the floors, from the bottom; each imports only from those below it:

0. Words, standard library only: `records` (the nouns), `digests`, `canonical`,
   `errors`.
1. Instruments, each touching one outside thing: `verdicts` (nothing), `determinism`
   (random generators and flags), `fingerprints` (tensors), `provenance` (the machine),
   `metrics` (what evaluations report), `data` (samples, splits, leaks), `recipes`
   (complete configurations), `assets` (files), `checkpoints` (state on disk), `wire`
   (records as JSON).
2. `references` keeps finished records, `reports` tells about them.
3. `experiment` is what training code calls, `launchers` start workers, `training` has
   parts to build experiments from.
4. `replication` runs many: plan, launch, judge, until it is decided.
5. Doors: `plugin` knows pytest, `cli` is the command `pytest-repro`.

Public names are looked up on first use, so that loading the plugin costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pytest_repro.experiment import Run
    from pytest_repro.recipes import (
        Buildable,
        Component,
        Domain,
        Field,
        Recipe,
        component,
        recipe,
    )
    from pytest_repro.records import Close, Entropy, Equivalent, Exact, Rung

__all__ = [
    "Buildable",
    "Close",
    "Component",
    "Domain",
    "Entropy",
    "Equivalent",
    "Exact",
    "Field",
    "Recipe",
    "Run",
    "Rung",
    "__version__",
    "component",
    "recipe",
]

__version__: Final = "0.1.0"

_HOMES: Final = {
    "Buildable": "pytest_repro.recipes",
    "Close": "pytest_repro.records",
    "Component": "pytest_repro.recipes",
    "Domain": "pytest_repro.recipes",
    "Entropy": "pytest_repro.records",
    "Equivalent": "pytest_repro.records",
    "Exact": "pytest_repro.records",
    "Field": "pytest_repro.recipes",
    "Recipe": "pytest_repro.recipes",
    "Run": "pytest_repro.experiment",
    "Rung": "pytest_repro.records",
    "component": "pytest_repro.recipes",
    "recipe": "pytest_repro.recipes",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
