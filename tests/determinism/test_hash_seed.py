"""The hash seed that a process really has."""

import os

import pytest

from pytest_repro.determinism.hash_seed import _siphash
from tests.determinism.process import run_python

LOOK = """
import json, os
from pytest_repro.determinism.hash_seed import hash_probe, hash_seed_in_force
first = hash_seed_in_force(), hash_probe()
os.environ["PYTHONHASHSEED"] = "12"
print(json.dumps([*first, hash_seed_in_force(), hash_probe()]))
"""


def test_siphash_agrees_with_its_paper() -> None:
    """SipHash-2-4 of the paper's appendix A gives the paper's number."""
    key = 0x0706050403020100, 0x0F0E0D0C0B0A0908

    found = _siphash(key, bytes(range(15)), (2, 4))

    assert found == 0xA129CA6149BE45E5


@pytest.mark.parametrize("seed", ["0", "1", "20240229", "4294967295"])
def test_seed_of_the_start_is_found(seed: str) -> None:
    """The claim of PYTHONHASHSEED is confirmed by hashing again under it."""
    found, probe, _, _ = run_python(LOOK, {**os.environ, "PYTHONHASHSEED": seed})

    again = run_python(LOOK, {**os.environ, "PYTHONHASHSEED": seed})
    assert str(found) == seed
    assert probe == again[1]


def test_claim_from_inside_is_not_believed() -> None:
    """Setting the variable in a running process changes no hash, and is found out."""
    variables = {**os.environ, "PYTHONHASHSEED": "7"}

    before, probe, claimed, still = run_python(LOOK, variables)

    assert before == 7
    assert claimed is None
    assert probe == still


def test_random_hashing_has_no_seed() -> None:
    """Two processes without a seed hash text differently, and say so."""
    variables = {**os.environ, "PYTHONHASHSEED": "random"}

    first, second = run_python(LOOK, variables), run_python(LOOK, variables)

    assert first[0] is None
    assert first[1] != second[1]
