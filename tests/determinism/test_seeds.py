"""Seeds from names, and the generators that they seed."""

import hashlib
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.determinism import (
    derive,
    generator_states,
    keep_generators,
    seed_everything,
)
from pytest_repro.determinism.torch_generators import make_generator
from tests.determinism.process import run_python

SEEDS = st.integers(min_value=-(2**70), max_value=2**70)
NAMES = st.text(min_size=1, max_size=20)

DRAW = """
import json, random
from pytest_repro.determinism import generator_states, seed_everything
{before}
seed_everything(3)
{after}
import numpy as np, numpy.random, torch
states = {{name: state.hex() for name, state in generator_states().items()}}
print(json.dumps([random.random(), np.random.rand(), torch.rand(1).item(), states]))
"""


def draw_all() -> tuple[float, float, float]:
    """Draw one number from each global generator."""
    return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002, S311


@given(SEEDS, NAMES)
def test_derived_seed_follows_the_documented_bytes(seed: int, name: str) -> None:
    """derive-sha256-v1 is what its docstring says, computed here from that text."""
    parts = b"derive-sha256-v1", str(seed).encode(), name.encode()
    text = b"".join(len(part).to_bytes(8, "little") + part for part in parts)

    expected = int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1

    assert derive(seed, name) == expected
    assert 0 <= expected < 2**63


def test_golden_derived_seed() -> None:
    """A known seed stays known, so the algorithm cannot change under its name."""
    assert derive(0, "shuffle") == 4463085416754510212


@given(SEEDS, st.lists(NAMES, unique=True, max_size=6), st.randoms())
def test_derived_seeds_ignore_the_order_of_calls(
    seed: int, names: list[str], shuffler: random.Random
) -> None:
    """Each name gets the same seed whoever asks first."""
    first = {name: derive(seed, name) for name in names}
    shuffler.shuffle(names)

    second = {name: derive(seed, name) for name in names}

    assert first == second
    assert len(set(second.values())) == len(names)


def test_seed_and_name_cannot_run_into_each_other() -> None:
    """Seed 1 and name '1a' are not seed 11 and name 'a'."""
    assert derive(1, "1a") != derive(11, "a")


def test_one_seed_for_all_would_correlate_numpy_and_torch() -> None:
    """The reason for different seeds: from one, both draw the same 32-bit words."""
    numpy_words = np.random.RandomState(0).randint(0, 2**32, 8, dtype=np.uint32)
    words = torch.empty(4, dtype=torch.int64)

    words.random_(0, 2**32, generator=make_generator(0))

    assert set(words.tolist()) <= set(numpy_words.tolist())


def test_library_seeds_differ() -> None:
    """Python, numpy and torch are seeded apart from each other."""
    seeds = {derive(0, name) for name in ("python", "numpy", "torch")}

    assert len(seeds) == 3


def test_seeding_repeats_every_draw() -> None:
    """The same root seed gives the same draws, another gives others."""
    put_back = keep_generators()

    draws = []
    for seed in (1, 1, 2):
        seed_everything(seed)
        draws.append(draw_all())

    put_back()
    assert draws[0] == draws[1]
    assert all(a != b for a, b in zip(draws[0], draws[2], strict=True))


def test_library_is_seeded_whenever_it_comes() -> None:
    """Importing before or after seeding makes no difference to any draw."""
    libraries = "import torch, numpy.random"

    early = run_python(DRAW.format(before=libraries, after=""))
    late = run_python(DRAW.format(before="", after=libraries))

    assert early == late


def test_cancelled_seeding_leaves_later_imports_alone() -> None:
    """What `seed_everything` returns forgets the libraries that have not come."""
    code = """
import json
from pytest_repro.determinism import generator_states, seed_everything
{cancel}
import numpy.random
print(json.dumps(generator_states()["numpy"].hex()))
"""
    seeded = run_python(code.format(cancel="seed_everything(3)"))

    left_alone = run_python(code.format(cancel="seed_everything(3)()"))

    assert seeded == run_python(code.format(cancel="seed_everything(3)"))
    assert seeded != left_alone


@given(st.integers(0, 5), st.integers(0, 5))
def test_generators_are_put_back_exactly(before: int, during: int) -> None:
    """Draws after putting back are those that would have come."""
    outer = keep_generators()
    for _ in range(before):
        draw_all()
        random.gauss()
        np.random.standard_normal()  # noqa: NPY002  # leaves half a pair behind
    states = generator_states()
    put_back = keep_generators()
    for _ in range(during):
        draw_all()

    put_back()

    assert generator_states() == states
    outer()


def test_another_numpy_generator_is_put_back_too() -> None:
    """A global generator that was replaced returns as the very object it was."""
    before = np.random.get_bit_generator()  # type: ignore[attr-defined]  # not in the stubs
    put_back = keep_generators()
    np.random.set_bit_generator(np.random.PCG64(1))  # type: ignore[attr-defined]  # as above

    states = generator_states()
    put_back()

    assert b"PCG64" in states["numpy"]
    assert np.random.get_bit_generator() is before  # type: ignore[attr-defined]  # as above
    assert b"MT19937" in generator_states()["numpy"]


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("python", random.random),
        ("numpy", np.random.rand),
        ("torch", lambda: torch.rand(1)),
    ],
)
def test_one_draw_changes_one_state(name: str, draw: object) -> None:
    """States tell who drew: one library's draw changes that library's state only."""
    assert callable(draw)
    put_back = keep_generators()
    before = generator_states()

    draw()

    after = generator_states()
    put_back()
    assert {key for key in after if after[key] != before[key]} == {name}


def test_pending_gauss_is_part_of_the_state() -> None:
    """The second half of a pair of normal numbers is state like any other."""
    put_back = keep_generators()
    seed_everything(0)
    random.gauss()

    states = generator_states()
    seed_everything(0)
    random.random()  # noqa: S311
    random.random()  # noqa: S311

    assert generator_states()["python"] != states["python"]
    put_back()


def test_states_name_only_what_is_imported() -> None:
    """A process without numpy and torch has one generator."""
    code = """
import json
from pytest_repro.determinism import generator_states
print(json.dumps(sorted(generator_states())))
"""
    assert run_python(code) == ["python"]


def test_made_generator_stands_apart() -> None:
    """A generator of one's own repeats and leaves the default one alone."""
    before = generator_states()

    draws = [torch.rand(3, generator=make_generator(derive(0, "x"))) for _ in range(2)]

    assert draws[0].tolist() == draws[1].tolist()
    assert generator_states() == before
