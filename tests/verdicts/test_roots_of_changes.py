"""Real changes of a real training, each found in the operation that it changed."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from pytest_repro.records import Operation, Phase
from pytest_repro.references.operations_table import read_operations
from pytest_repro.verdicts.operations import Root, RootKind, first_root
from tests.fingerprints.traced_training import ROOT, Knobs, line_of, traced
from tests.verdicts.tracing import naive_root

CALLS = "x = self.norm(self.conv(images))"


@pytest.fixture(scope="module")
def reference() -> tuple[Operation, ...]:
    """The trace of the unchanged training in this process."""
    return traced()


def root(obtained: tuple[Operation, ...], reference: tuple[Operation, ...]) -> Root:
    """Find the root of traces that have one."""
    found = first_root(obtained, reference)
    assert found is not None
    return found


def one_call(found: Root) -> Operation:
    """Return the call of the obtained run."""
    assert found.obtained is not None
    return found.obtained


@pytest.mark.parametrize(
    ("knobs", "name", "change", "line"),
    [
        (Knobs(dropout=0.4), "aten.bernoulli_.float", "p", "x = self.drop("),
        (Knobs(eps=1e-6), "aten.add_.Tensor", "other", "        optimizer.step()"),
        (
            Knobs(momentum=0.2),
            "aten.native_batch_norm.default",
            "momentum",
            CALLS,
        ),
    ],
)
def test_changed_hyperparameter_is_an_argument(
    knobs: Knobs,
    name: str,
    change: str,
    line: str,
    reference: tuple[Operation, ...],
) -> None:
    """The operation, the argument, and the line from which it comes."""
    found = root(traced(knobs), reference)

    assert (found.kind, one_call(found).name) == (RootKind.ARGUMENT, name)
    assert [one.name for one in found.changes] == [change]
    assert one_call(found).source == line_of(line)


def test_flipped_label_comes_from_outside(reference: tuple[Operation, ...]) -> None:
    """The loss reads other labels, and no operation has made them."""
    found = root(traced(Knobs(flips=True)), reference)

    assert found.kind is RootKind.OUTSIDE
    assert one_call(found).name == "aten.nll_loss_forward.default"
    assert found.unequal == (1,)
    assert one_call(found).source == line_of("loss = functional.cross_entropy(")


@pytest.mark.parametrize(
    ("function", "name"),
    [(torch.tanh, "aten.tanh.default"), (torch.sigmoid, "aten.sigmoid.default")],
)
def test_replaced_operation_is_named_on_both_sides(
    function: Callable[[torch.Tensor], torch.Tensor],
    name: str,
    reference: tuple[Operation, ...],
) -> None:
    """Another activation in the place of the ReLU."""
    found = root(traced(Knobs(activation=function)), reference)

    assert found.kind is RootKind.STRUCTURE
    assert [one.name for one in found.added] == [name]
    assert [one.name for one in found.removed] == ["aten.relu.default"]
    assert one_call(found).source == line_of("x = self.knobs.activation(x)")


def test_extra_operation_is_named(reference: tuple[Operation, ...]) -> None:
    """One more multiplication, and who first shows it."""
    found = root(traced(Knobs(has_extra=True)), reference)

    assert found.kind is RootKind.STRUCTURE
    assert [one.name for one in found.added] == ["aten.mul.Tensor"]
    assert one_call(found).source == line_of("x = x.mul(1.5)")


def test_idle_operations_have_no_effect(reference: tuple[Operation, ...]) -> None:
    """What is computed for nobody is found, and said to explain nothing."""
    found = root(traced(Knobs(has_idle=True)), reference)

    assert found.kind is RootKind.STRUCTURE
    assert found.shown_by is None


def test_extra_draw_is_named(reference: tuple[Operation, ...]) -> None:
    """Initial weights differ because something was drawn before them."""
    found = root(traced(Knobs(draws_before=True)), reference)

    assert found.kind is RootKind.STRUCTURE
    assert [one.name for one in found.added] == ["aten.rand.default"]
    assert one_call(found).source == line_of("torch.rand(1)")
    assert found.shown_by is not None
    assert found.shown_by.obtained.name == "aten.uniform_.default"


def test_another_seed_is_another_random_state(
    reference: tuple[Operation, ...],
) -> None:
    """The first initialiser draws from another state: no kernel is to blame."""
    found = root(traced(Knobs(seed=1)), reference)

    assert found.kind is RootKind.RANDOM
    assert one_call(found).phase is Phase.SETUP
    assert one_call(found).source == line_of("self.conv = nn.Conv2d(")


def elsewhere(**variables: str) -> tuple[Operation, ...]:
    """Trace the unchanged training in another process, with variables set."""
    own = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.fingerprints.traced_training"],
        cwd=ROOT,
        env={**own, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables},
        stdout=subprocess.PIPE,
        check=True,
    )
    return read_operations(done.stdout)


@pytest.fixture(scope="module")
def plain() -> tuple[Operation, ...]:
    """The trace of the unchanged training in another process."""
    return elsewhere()


def test_another_process_has_the_same_trace(plain: tuple[Operation, ...]) -> None:
    """Nothing of a process is in its trace: hash seed, addresses, fresh memory."""
    assert elsewhere(PYTHONHASHSEED="5", MALLOC_PERTURB_="165") == plain


def kernels() -> str:
    """Name the CPU kernels that torch would choose here."""
    return torch.backends.cpu.get_cpu_capability()


@pytest.mark.skipif(kernels() == "DEFAULT", reason="there are no other kernels here")
def test_other_kernels_are_found_in_the_initialiser(
    plain: tuple[Operation, ...],
) -> None:
    """The known hole: `uniform_` of a convolution under another instruction set.

    The random states are equal, the numbers are not. If old memory were an input, as
    in the classical rule, there would be no root here.
    """
    found = root(elsewhere(ATEN_CPU_CAPABILITY="default"), plain)

    assert found.kind is RootKind.COMPUTED
    assert one_call(found).name == "aten.uniform_.default"
    assert one_call(found).source == line_of("self.conv = nn.Conv2d(")
    assert found.is_rounding is True


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="no MKL")
def test_other_branch_of_mkl_is_found_in_a_product(
    plain: tuple[Operation, ...],
) -> None:
    """Another order of summation in a matrix product, in the range of rounding."""
    found = root(elsewhere(MKL_CBWR="COMPATIBLE"), plain)

    assert found.kind is RootKind.COMPUTED
    assert one_call(found).name in {"aten.addmm.default", "aten.mm.default"}
    assert found.is_rounding is True


def test_other_number_of_threads_is_found_or_changes_nothing(
    plain: tuple[Operation, ...],
) -> None:
    """Where two threads split sums otherwise, an operation is named that sums."""
    found = first_root(elsewhere(OMP_NUM_THREADS="2"), plain)

    names = {one_call(found).name} if found else set()
    assert names <= {
        "aten.addmm.default",
        "aten.convolution_backward.default",
        "aten.mm.default",
        "aten.native_batch_norm.default",
        "aten.native_batch_norm_backward.default",
        "aten.sum.dim_IntList",
    }


@pytest.mark.skipif(kernels() == "DEFAULT", reason="there are no other kernels here")
def test_classical_rule_is_blind_to_old_memory(plain: tuple[Operation, ...]) -> None:
    """With old memory as an input, it does not find the initialiser: a planted fault.

    Two processes never have the same garbage in fresh memory; the digests stand for it.
    """
    other = elsewhere(ATEN_CPU_CAPABILITY="default")
    garbage = [("1" * 16,), ("2" * 16,)]
    found = [
        _with_old_memory(trace, digests)
        for trace, digests in zip((other, plain), garbage, strict=True)
    ]

    blind = naive_root(*found)

    assert blind is None or blind.name != "aten.uniform_.default"


def _with_old_memory(
    trace: tuple[Operation, ...], garbage: tuple[str, ...]
) -> list[Operation]:
    return [
        replace(one, inputs=garbage + one.inputs) if one.is_source else one
        for one in trace
    ]
