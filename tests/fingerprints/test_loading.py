"""What loading the package costs, and what its digests do not depend on."""

import subprocess
import sys

import pytest

IMPORT_FRONT = "import sys, pytest_repro.fingerprints"
IMPORT_TORCH = f"{IMPORT_FRONT}.torch_tensors"
ASK = "; print('torch' in sys.modules)"

STATE = """
import enum, numpy
from pytest_repro.fingerprints import leaves, tree_digest
Colour = enum.Enum("Colour", ["RED", "BLUE"])
state = {
    "names": {"alpha", "beta", "gamma"},
    Colour.RED: frozenset({Colour.BLUE, "x", 2.5}),
    ("a", 1): numpy.arange(3),
}
print(tree_digest(state), leaves(state))
"""


def output_of(code: str, hash_seed: str = "0") -> str:
    """Run Python code in a process of its own."""
    command = [sys.executable, "-c", code]
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
    return subprocess.check_output(command, env=environment, text=True).strip()


@pytest.mark.parametrize(
    ("code", "answer"),
    [(IMPORT_FRONT + ASK, "False"), (IMPORT_TORCH + ASK, "True")],
    ids=["front door", "planted"],
)
def test_front_door_does_not_load_torch(code: str, answer: str) -> None:
    """Loading the package leaves torch alone; the torch files show it would be seen."""
    assert output_of(code) == answer


def test_hash_seed_is_not_value() -> None:
    """Sets, enums and keys come in another order and give the same digests."""
    outputs = {output_of(STATE, seed) for seed in ("1", "2")}

    assert len(outputs) == 1
