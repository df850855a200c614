"""The step ledger follows a run and leaves no trace in it."""

import copy
import io
import random

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.determinism import generator_states
from pytest_repro.errors import HorizonReached
from pytest_repro.experiment import Run, pace
from pytest_repro.records import BEFORE
from tests.experiment.following import (
    lanes_of,
    running,
    small_model,
    started,
    stopped,
    train,
)

STEPS = 4


def test_every_part_of_a_step_has_a_lane() -> None:
    """Data, generators, forward, backward, optimizer, evaluation; each at its steps."""
    run, recorder = started()
    model = small_model()
    train(run, model)
    model.eval()
    model(torch.ones(1, 4))

    recorder.finish()

    steps = {name: lane.steps for name, lane in lanes_of(recorder).items()}
    each, initial = tuple(range(STEPS)), tuple(range(BEFORE, STEPS))
    assert {name: steps[name] for name in steps if not name.startswith("rng/")} == {
        "data/batch": each,
        "data/rows": each,
        "data/sample": tuple(range(32)),  # of 4 batches of 8 rows
        "model/buffers": initial,
        "model/evaluation": (STEPS - 1,),
        "model/first": (BEFORE,),
        "model/gradients": each,
        "model/inputs": each,
        "model/optimizer": initial,
        "model/outputs": each,
        "model/parameters": initial,
        "model/settings": initial,
    }
    # The generators once more when the loop asks for a batch and there is none.
    assert steps["rng/torch"] == (*initial, STEPS)
    assert steps["rng/python"] == (*initial, STEPS)


@pytest.mark.parametrize("clock", [stopped, running()])
def test_ledger_changes_nothing(clock: object) -> None:
    """Same traces, fingerprints and generators, however much is followed."""
    plain, plain_recorder = started(None)
    random.seed(0)
    train(plain, small_model())
    plain_recorder.finish()
    expected = generator_states()

    run, recorder = started(clock)  # type: ignore[arg-type]  # one of two clocks
    random.seed(0)
    train(run, small_model())
    recorder.finish()

    assert recorder.series == plain_recorder.series
    assert recorder.state == plain_recorder.state
    assert generator_states() == expected


def test_same_training_gives_the_same_ledger() -> None:
    """Lanes, steps, positions and digests are all functions of the run."""
    found = []
    for _ in range(2):
        run, recorder = started()
        random.seed(0)
        train(run, small_model())
        recorder.finish()
        found.append(lanes_of(recorder))

    assert found[0] == found[1]


def test_positions_follow_the_order_of_a_step() -> None:
    """Generators, batch, inputs, outputs, gradients, optimizer, parameters, buffers."""
    run, recorder = started()
    train(run, small_model())
    recorder.finish()
    lanes = lanes_of(recorder)

    names = (
        "rng/torch",
        "data/batch",
        "model/inputs",
        "model/outputs",
        "model/gradients",
        "model/settings",
        "model/optimizer",
        "model/parameters",
        "model/buffers",
    )
    places = [
        lanes[name].orders[lanes[name].steps.index(step)]
        for step in range(STEPS)
        for name in names
    ]

    assert places == sorted(set(places))


def test_thinned_lanes_keep_their_positions() -> None:
    """What is left out does not move what stays."""
    (run, dense), (other, thin) = started(), started(running())
    train(run, small_model(), steps=40)
    train(other, small_model(), steps=40)
    every, some = lanes_of(dense), lanes_of(thin)

    kept = {
        name: dict(zip(lane.steps, lane.orders, strict=True))
        for name, lane in some.items()
    }

    assert len(some["model/gradients"].steps) < len(every["model/gradients"].steps)
    assert all(
        kept[name].items()
        <= dict(zip(every[name].steps, every[name].orders, strict=True)).items()
        for name in kept
    )


def test_evaluations_between_two_steps_are_one_entry() -> None:
    """All calls in evaluation mode until the next step of training are rolled up."""
    run, recorder = started()
    model = small_model()

    def evaluate(step: int) -> None:
        model.eval()
        for _ in range(2 * (step % 2)):
            model(torch.ones(1, 4))
        model.train()

    train(run, model, evaluate=evaluate)
    recorder.finish()

    lane = lanes_of(recorder)["model/evaluation"]
    assert lane.steps == (1, 3)
    assert lane.digests[0] != lane.digests[1]


def test_copies_and_pickles_of_a_model_are_not_followed() -> None:
    """A weight average or a saved model carries a hook that does nothing."""
    run, recorder = started()
    model = small_model()
    run.watch(model, torch.optim.SGD(model.parameters(), lr=0.1))
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)

    for other in (copy.deepcopy(model), torch.load(file, weights_only=False)):
        assert torch.equal(
            other.eval()(torch.ones(1, 4)), model.eval()(torch.ones(1, 4))
        )
    recorder.finish()

    assert lanes_of(recorder)["model/evaluation"].steps == (BEFORE,)
    run, once = started()
    run.watch(model, torch.optim.SGD(model.parameters(), lr=0.1))
    model(torch.ones(1, 4))
    model(torch.ones(1, 4))
    once.finish()
    seen = lanes_of(once)["model/evaluation"].digests
    assert lanes_of(recorder)["model/evaluation"].digests == seen


def test_hooks_are_gone_afterwards() -> None:
    """A model outlives its run, and nobody looks at it then."""
    run, recorder = started()
    model = small_model()
    train(run, model)

    recorder.finish()

    assert not model._forward_hooks  # what a hook is in
    assert not model._forward_pre_hooks  # as above


def test_layer_that_minds_hooks_gets_none() -> None:
    """A transformer layer leaves its fast path for a hook: other bits."""
    run, recorder = started()
    layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)

    run.watch(layer)
    layer.eval()
    layer(torch.ones(1, 3, 4))
    recorder.finish()

    assert "model/evaluation" not in lanes_of(recorder)
    assert "model/parameters" in lanes_of(recorder)


def test_what_has_no_digest_loses_its_lane_only() -> None:
    """A model that returns a tensor without bits trains on, otherwise followed."""

    class Strange(nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  # torch's name
            return super().forward(input).to("meta")

    run, recorder = started()
    model = Strange(4, 2)
    run.watch(model)
    for _ in run.steps(total=2):
        model(torch.ones(1, 4))
    recorder.finish()

    assert "model/outputs" not in lanes_of(recorder)
    assert lanes_of(recorder)["model/inputs"].steps == (0, 1)


def test_short_run_has_the_beginning_of_a_whole_ledger() -> None:
    """A run that ends at its horizon is followed like the whole one, until then."""
    (whole, whole_recorder), (short, recorder) = started(), started(horizon=2)
    random.seed(0)
    train(whole, small_model())
    whole_recorder.finish()

    random.seed(0)
    with pytest.raises(HorizonReached):
        train(short, small_model())
    recorder.finish(has_stopped=True)

    every = lanes_of(whole_recorder)
    followed = lanes_of(recorder)
    del followed["data/sample"]  # of all rows that were seen: no steps
    for name, lane in followed.items():
        size = len(lane.steps)
        assert lane.digests == every[name].digests[:size]
        assert max(lane.steps) < 2


def test_without_an_optimizer_the_loop_counts() -> None:
    """Steps of `repro.steps` are those of the model then."""
    run, recorder = started()
    model = small_model()
    run.watch(model)
    for _ in run.steps(total=3):
        model(torch.ones(2, 4))
    recorder.finish()

    assert lanes_of(recorder)["model/outputs"].steps == (0, 1, 2)
    assert "model/optimizer" not in lanes_of(recorder)


def plainly(run: Run, batches: Tensor) -> None:
    """Train in a loop of one's own."""
    model = small_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer)
    for batch in batches:
        model(batch).sum().backward()
        optimizer.step()


def test_plain_loops_are_followed_too() -> None:
    """Without `repro.steps` a step begins with the model's first call."""
    run, recorder = started()
    plainly(run, torch.ones(3, 2, 4))
    recorder.finish()

    assert lanes_of(recorder)["rng/torch"].steps == (BEFORE, 0, 1, 2)


@pytest.mark.parametrize("is_walking", [True, False])
def test_sums_over_rows_leave_none_out(
    monkeypatch: pytest.MonkeyPatch, *, is_walking: bool
) -> None:
    """Rows that were not looked at end the sums; none is over fewer rows."""
    monkeypatch.setattr(pace, "MAX_STRIDES", {**pace.MAX_STRIDES, pace.Cost.ROWS: 2})
    sums = []
    for clock in (stopped, running()):
        run, recorder = started(clock)
        if is_walking:
            train(run, small_model(), steps=40)
        else:
            plainly(run, torch.arange(40 * 8.0).reshape(40, 2, 4))
        lane = lanes_of(recorder)["data/rows"]
        sums.append(dict(zip(lane.steps, lane.digests, strict=True)))
    every, some = sums

    assert len(every) == 40
    assert some.items() < every.items()
