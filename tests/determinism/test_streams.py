"""States of random generators are read and put back exactly."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.random import mtrand

from pytest_repro.determinism import global_streams, is_generator, stream_of

GLOBALS = [
    pytest.param("python", lambda: random.gauss(0, 1), id="python"),
    pytest.param("numpy", mtrand.standard_normal, id="numpy"),
    pytest.param("torch", lambda: torch.randn(()).item(), id="torch"),
]

PYTHON = random.Random(1)  # noqa: S311  # no secret

OWN = [
    pytest.param(PYTHON, lambda g: g.gauss(0, 1), id="Random"),
    pytest.param(
        torch.Generator().manual_seed(1),
        lambda g: torch.randn(17, generator=g).tolist(),
        id="torch",
    ),
    pytest.param(
        mtrand.RandomState(1), lambda g: g.standard_normal(), id="RandomState"
    ),
    *(
        pytest.param(
            np.random.Generator(kind(1)),
            lambda g: g.integers(0, 9, 3, dtype=np.uint8).tolist(),
            id=kind.__name__,
        )
        for kind in (
            np.random.PCG64,
            np.random.Philox,
            np.random.SFC64,
            np.random.MT19937,
        )
    ),
]


@pytest.mark.parametrize(("name", "draw"), GLOBALS)
def test_global_generators_are_put_back(name: str, draw: Callable[[], float]) -> None:
    """Also between the two numbers that one draw makes."""
    stream = global_streams()[name]
    first = draw()
    state = stream.get()
    after = [draw() for _ in range(3)]

    stream.put(state)

    assert stream.get() == state
    assert [draw() for _ in range(3)] == after
    assert first not in after


@pytest.mark.parametrize(("generator", "draw"), OWN)
def test_own_generators_are_put_back(
    generator: object, draw: Callable[[object], object]
) -> None:
    """Of every library, and every algorithm of numpy."""
    stream = stream_of(generator)
    draw(generator)
    state = stream.get()
    after = [draw(generator) for _ in range(3)]
    assert stream.get() != state

    stream.put(state)

    assert stream.get() == state
    assert [draw(generator) for _ in range(3)] == after


def test_generators_are_told_from_other_things() -> None:
    """Modules and functions are none."""
    yes = [PYTHON, torch.Generator(), np.random.default_rng(0)]

    assert all(is_generator(one) for one in yes)
    assert not any(is_generator(one) for one in (random, torch, len, 3, "torch"))
