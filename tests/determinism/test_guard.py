"""The context of a run: pinned inside, as before outside."""

import json
import os
import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro import canonical
from pytest_repro.determinism import derive, generator_states, pinned, torch_flags
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Determinism
from tests.determinism.process import run_python

CANARY = "canary-7b1e"
FACTS = """
import json
from pytest_repro.determinism import pinned
from pytest_repro.records import Determinism
with pinned(Determinism(), 4) as state:
    import numpy.random
    print(json.dumps(state.facts()))
"""


def everything() -> tuple[dict[str, bytes], dict[str, Any]]:
    """Read all generators and flags of this process."""
    return generator_states(), torch_flags.read_flags()


def disturb() -> None:
    """Do what a careless experiment does."""
    random.random()  # noqa: S311  # moves the generator
    torch.rand(3)
    torch.manual_seed(99)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(2)
    torch.backends.cudnn.fp32_precision = "tf32"


def fail_carelessly() -> None:
    """Disturb, then fail."""
    disturb()
    msg = "careless"
    raise ZeroDivisionError(msg)


def test_process_is_as_before() -> None:
    """Generators and flags are put back exactly, whatever the run did to them."""
    before = everything()

    with pinned(Determinism(), 0):
        inside = everything()
        disturb()

    assert everything() == before
    assert inside != before


def test_process_is_as_before_after_an_exception() -> None:
    """A run that fails is undone like any other."""
    before = everything()

    with pytest.raises(ZeroDivisionError, match="careless"), pinned(Determinism(), 0):
        fail_carelessly()

    assert everything() == before


def test_contexts_nest() -> None:
    """The inner context is undone to the outer one."""
    before = everything()

    with pinned(Determinism(), 0):
        outer = everything()
        with pinned(Determinism(deterministic_algorithms=False), 1):
            disturb()
        after = everything()

    assert outer == after
    assert everything() == before


@given(st.integers(0, 2**63))
def test_seed_decides_every_generator(seed: int) -> None:
    """Equal seeds give equal states, different seeds different ones."""
    with pinned(Determinism(), seed):
        first = generator_states()
    with pinned(Determinism(), seed):
        again = generator_states()
    with pinned(Determinism(), seed + 1):
        other = generator_states()

    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_first_import_leaves_torch_as_it_was_imported() -> None:
    """Imported inside the context or after it, torch ends up unpinned and unseeded."""
    code = """
import json, sys
from pytest_repro.determinism import pinned
from pytest_repro.records import Determinism
finders, pins = list(sys.meta_path), None
with pinned(Determinism(), 7):
    if {inside}:
        import torch
        pins = [torch.get_deterministic_debug_mode(), torch.rand(3).tolist()]
import torch
from pytest_repro.determinism.torch_flags import read_flags
print(json.dumps([pins, read_flags(), finders == sys.meta_path]))
"""
    inside = run_python(code.format(inside=True))

    after = run_python(code.format(inside=False))

    assert inside[0][0] == 2
    assert after[1]["deterministic_debug_mode"] == 0
    assert inside[1:] == after[1:]
    assert after[2] is True


def test_facts_fit_into_a_record() -> None:
    """Facts are plain, sorted, and survive the strict reader unchanged."""
    with pinned(Determinism(), 2**62) as state:
        facts = state.facts()

    assert canonical.loads(canonical.dumps(facts)) == facts
    assert list(facts) == sorted(facts)
    assert facts["seed"] == str(2**62)
    assert facts["seed.torch"] == str(derive(2**62, "torch"))


def test_facts_tell_what_is_in_force_and_not_what_was_asked() -> None:
    """A flag that the run changed shows as it is."""
    with pinned(Determinism(), 0) as state:
        before = state.facts()
        torch.backends.cudnn.benchmark = True
        after = state.facts()

    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"torch.cudnn.benchmark"}


def test_facts_repeat_in_another_process() -> None:
    """Two workers with equal variables have equal facts."""
    variables = {**os.environ, "PYTHONHASHSEED": "3"}

    first, second = run_python(FACTS, variables), run_python(FACTS, variables)

    assert first == second
    assert first["hash_seed"] == 3
    assert first["env.PYTHONHASHSEED"] == "3"


def test_facts_hold_no_variable_outside_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A secret in the environment, even under a familiar prefix, is not recorded."""
    for name in ("API_TOKEN", "OMP_SECRET", "MKL_PASSWORD", "TZ_KEY", "LC_TOKEN"):
        monkeypatch.setenv(name, CANARY)

    with pinned(Determinism(), 0) as state:
        facts = json.dumps(state.facts())

    assert CANARY not in facts


def test_nonsense_is_refused_before_anything_changes() -> None:
    """A precision that does not exist leaves the process untouched."""
    before = everything()

    with (
        pytest.raises(ReproUsageError, match="'ieee' or 'tf32'"),
        pinned(Determinism(matmul_precision="fp8"), 0),
    ):
        disturb()

    assert everything() == before
