"""A trace says what was computed, from what and where, and changes nothing."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.fingerprints import quick_digest, tree_digest
from pytest_repro.fingerprints.torch_operations import OperationTracer
from pytest_repro.fingerprints.torch_operators import shown
from pytest_repro.records import BEFORE, GENERATOR, Operation, Phase
from tests.fingerprints.traced_training import (
    ROOT,
    STEPS,
    Knobs,
    line_of,
    traced,
    train,
)


@pytest.fixture(scope="module")
def trace() -> tuple[Operation, ...]:
    """The trace of the small training."""
    return traced()


def named(trace: tuple[Operation, ...], name: str) -> list[Operation]:
    """Calls of one operator."""
    return [one for one in trace if one.name == name]


def test_traced_training_has_the_same_bits() -> None:
    """Weights, buffers and the random generator end as they do untraced."""
    plain = tree_digest(train(Knobs()))
    state = torch.get_rng_state()

    watched = tree_digest(train(Knobs(), OperationTracer(ROOT)))

    assert watched == plain
    assert torch.equal(torch.get_rng_state(), state)


def test_traces_of_equal_trainings_are_equal(trace: tuple[Operation, ...]) -> None:
    """Fresh memory, addresses and the clock leave nothing in a trace."""
    assert traced() == trace


def test_digests_are_those_of_the_specification() -> None:
    """What went in and came out can be looked up by anybody who has the arrays."""
    tracer = OperationTracer(ROOT)
    a, b = torch.rand(4, 3), torch.rand(3, 5)

    tracer.start()
    c = a @ b
    tracer.stop()

    (call,) = tracer.operations()
    assert call.inputs == (quick_digest([a.numpy()]), quick_digest([b.numpy()]))
    assert call.outputs == (quick_digest([c.numpy()]),)
    assert call.shapes == ("float32[4, 5]",)


def test_phases_follow_each_other(trace: tuple[Operation, ...]) -> None:
    """Setup, then forward, backward and optimizer in each step, then evaluation."""
    phases = [(one.step, one.phase) for one in trace]

    inside = [Phase.FORWARD, Phase.BACKWARD, Phase.OPTIMIZER]
    assert list(dict.fromkeys(phases)) == [
        (BEFORE, Phase.SETUP),
        *((step, phase) for step in range(STEPS) for phase in inside),
        (STEPS, Phase.EVALUATION),
    ]


def test_forward_call_has_module_and_line(trace: tuple[Operation, ...]) -> None:
    """The convolution belongs to the module `conv`, and to the line that calls it."""
    call = named(trace, "aten.convolution.default")[0]

    assert (call.module, call.phase) == ("Small.conv", Phase.FORWARD)
    assert call.source == line_of("self.norm(self.conv(images))")


def test_backward_call_has_module_and_line_of_the_forward_call(
    trace: tuple[Operation, ...],
) -> None:
    """A gradient is looked for where its function was called."""
    call = named(trace, "aten.native_batch_norm_backward.default")[0]

    assert (call.module, call.phase) == ("Small.norm", Phase.BACKWARD)
    assert call.source == line_of("self.norm(self.conv(images))")


def test_update_has_the_line_of_the_step(trace: tuple[Operation, ...]) -> None:
    """What an optimizer computes belongs to the line that calls `step`."""
    call = named(trace, "aten.addcdiv_.default")[0]

    assert (call.module, call.phase) == ("", Phase.OPTIMIZER)
    assert call.source == line_of("        optimizer.step()")


def test_initialisers_are_sources_whose_old_contents_are_no_input(
    trace: tuple[Operation, ...],
) -> None:
    """`uniform_` reads the state of the generator, and not the memory it fills."""
    calls = named(trace, "aten.uniform_.default")

    assert len(calls) == 3
    assert all(one.is_source for one in calls)
    assert [len(one.inputs) for one in calls] == [1, 1, 1]
    assert all(one.inputs[0].startswith(GENERATOR) for one in calls)


def test_memory_that_nobody_wrote_is_not_traced(trace: tuple[Operation, ...]) -> None:
    """`empty` gives whatever was there: nothing that could be compared."""
    assert not [one for one in trace if "empty" in one.name]


def test_running_statistics_count_as_written(trace: tuple[Operation, ...]) -> None:
    """Batch norm writes them though its schema does not say so."""
    first, second = named(trace, "aten.native_batch_norm.default")

    assert first.outputs[:2] == second.inputs[3:5]
    assert first.outputs[:2] != first.inputs[3:5]


def test_arguments_are_text_without_defaults(trace: tuple[Operation, ...]) -> None:
    """What a reader needs to know of a call that has no tensor."""
    call = named(trace, "aten.native_batch_norm.default")[0]

    assert call.arguments == "training=True, momentum=0.1, eps=1e-05"


def test_sketch_tells_norm_and_bounds() -> None:
    """Norm, mean, smallest, largest; then four sums."""
    tracer = OperationTracer(ROOT)
    numbers = torch.tensor([3.0, 0.0, -4.0, 0.0])

    tracer.start()
    numbers.neg()
    tracer.stop()

    (call,) = tracer.operations()
    assert call.sketch[:4] == (5.0, 0.25, -3.0, 4.0)
    assert len(call.sketch) == 8


def test_lists_of_tensors_are_read_and_written() -> None:
    """Optimizers update all parameters by one call."""
    tracer = OperationTracer(ROOT)
    ones, twos = [torch.ones(2), torch.ones(3)], [torch.ones(2) * 2, torch.ones(3) * 2]

    tracer.start()
    torch._foreach_add_(ones, twos, alpha=3)
    tracer.stop()

    (call,) = tracer.operations()
    assert len(call.inputs) == 4
    assert call.shapes == ("float32[2]", "float32[3]")
    assert call.outputs == tuple(quick_digest([one.numpy()]) for one in ones)
    assert call.arguments == "alpha=3"


def test_autocast_computes_the_same_bits() -> None:
    """Casts of autocast are calls as others are."""
    model = nn.Linear(8, 8)
    inputs = torch.rand(4, 8)
    tracer = OperationTracer(ROOT)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        plain = model(inputs)
    torch.clear_autocast_cache()

    tracer.start()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        watched = model(inputs)
    tracer.stop()

    assert torch.equal(watched, plain)
    assert [one.shapes for one in tracer.operations()][-1] == ("bfloat16[4, 8]",)


def closure_training(tracer: OperationTracer | None) -> torch.Tensor:
    """Fit by LBFGS, whose step calls the forward and backward pass."""
    torch.manual_seed(0)
    weights = torch.zeros(3, requires_grad=True)
    inputs, targets = torch.rand(9, 3), torch.rand(9)
    optimizer = torch.optim.LBFGS([weights], max_iter=4)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.mse_loss(inputs @ weights, targets)
        loss.backward()
        return loss

    if tracer is not None:
        tracer.start()
        tracer.begin(0)
    optimizer.step(closure)
    if tracer is not None:
        tracer.stop()
    return weights


def test_closure_of_an_optimizer_is_forward_and_backward() -> None:
    """Within one `step` of LBFGS all three phases take turns, and bits stay."""
    tracer = OperationTracer(ROOT)
    plain = closure_training(None)

    watched = closure_training(tracer)

    assert torch.equal(watched, plain)
    assert {one.phase for one in tracer.operations()} == {
        Phase.FORWARD,
        Phase.BACKWARD,
        Phase.OPTIMIZER,
    }


def test_tensor_without_bits_has_no_digest() -> None:
    """A meta tensor computes nothing; its calls are kept, and never compared."""
    tracer = OperationTracer(ROOT)
    ghost = torch.ones(3, device="meta")

    tracer.start()
    ghost.neg()
    tracer.stop()

    (call,) = tracer.operations()
    assert call.inputs == call.outputs == ("-",)


def test_nothing_is_traced_before_and_after() -> None:
    """Only calls between start and stop; hooks of modules are gone afterwards."""
    tracer = OperationTracer(ROOT)
    torch.ones(3).neg()
    tracer.start()
    tracer.stop()
    before = copy.deepcopy(nn.modules.module._global_forward_hooks)

    torch.ones(3).neg()

    assert tracer.operations() == ()
    assert not before


def test_long_trace_is_cut() -> None:
    """Memory is bounded, and the tracer says that there was more."""
    tracer = OperationTracer(ROOT, most=2)

    tracer.start()
    for _ in range(5):
        torch.ones(3)
    tracer.stop()

    assert len(tracer.operations()) == 2
    assert tracer.is_cut


def test_code_outside_the_project_has_no_line(tmp_path: Path) -> None:
    """A line is named only if it can be found in the project."""
    tracer = OperationTracer(tmp_path)

    tracer.start()
    torch.ones(3)
    tracer.stop()

    assert [one.source for one in tracer.operations()] == [""]


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\u202eb", "a\udcffb", "a" * 600])
def test_text_from_anybody_is_made_fit_for_a_table(text: str) -> None:
    """Nothing that a table refuses, and two such texts are still two."""
    fit = shown(text)

    assert fit.isprintable()
    assert len(fit) <= 160
    assert fit != shown(text + "x")


def test_short_printable_text_stays() -> None:
    """Most text does."""
    assert shown("p=0.5, train=True") == "p=0.5, train=True"


def test_batches_of_a_loader_are_traced() -> None:
    """Order and contents: a permutation, what it chooses, and the batch."""
    loader = DataLoader(TensorDataset(torch.rand(4, 2)), batch_size=4, shuffle=True)
    tracer = OperationTracer(ROOT)

    tracer.start()
    ((batch,),) = loader
    tracer.stop()

    calls = tracer.operations()
    (stack,) = named(calls, "aten.stack.default")
    assert stack.outputs == (quick_digest([batch.numpy()]),)
    assert named(calls, "aten.randperm.generator")[0].arguments.startswith("n=4")
    assert len(named(calls, "aten.select.int")) == 4
