"""Every component that is shipped keeps what it promises, with its defaults.

Augmentations are held to theirs in the corpus, with more settings than the defaults.
"""

from collections.abc import Callable

from pytest_repro.contracts import parametrize_with_properties
from pytest_repro.contracts.components import parts_of_component
from pytest_repro.recipes.entry_points import SHIPPED, load_modules
from pytest_repro.training.torch_optimizers import SGD, Adam, AdamW, Optimizer

COMPONENTS = load_modules(SHIPPED).components
CONFIGS = [one.config for one in COMPONENTS]


@parametrize_with_properties(CONFIGS, examples=1)
def test_a_shipped_config_is_built_and_dumped(promise: Callable[[], None]) -> None:
    """Whatever has defaults can be built with them, and survives a dump."""
    promise()


@parametrize_with_properties([SGD, Adam, AdamW], examples=2)
def test_a_shipped_optimizer_keeps_its_promises(promise: Callable[[], None]) -> None:
    """By the contract that the component itself gives."""
    promise()


def test_what_is_shipped_promises_something() -> None:
    """Each operation and each optimizer says more than that it can be built."""
    told = {one.owner for one in COMPONENTS if len(parts_of_component(one)) > 1}
    bases = {one.owner for one in COMPONENTS if issubclass(one.owner, Optimizer)}

    assert len(COMPONENTS) >= 34
    assert bases <= told
    assert len(told) >= 20
