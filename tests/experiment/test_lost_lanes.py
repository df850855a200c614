"""A lane that cannot be followed is lost, said to be lost, and costs nothing else."""

import random
from collections.abc import Iterator
from typing import Any, Self

import pytest
import torch
from torch import nn

from pytest_repro.errors import FingerprintError
from pytest_repro.experiment import Run, StepLedger
from pytest_repro.experiment.ledger import MAX_LANES
from pytest_repro.records import LostLane
from tests.experiment.following import lanes_of, small_model, started, stopped

STEPS = 5
SEALED_FROM = 2


class Sealed(torch.Tensor):
    """A tensor without bytes of its own, as sharded and nested ones are."""

    def __new__(cls, shard: torch.Tensor) -> Self:
        """Make the shell."""
        found: Self = torch.Tensor._make_wrapper_subclass(  # as torch tests do
            cls, shard.shape, dtype=shard.dtype
        )
        return found

    def __init__(self, shard: torch.Tensor) -> None:
        """Keep what has the bytes."""
        self.shard = shard

    @classmethod
    def __torch_dispatch__(cls, function: object, *_: object) -> Any:  # noqa: ANN401  # nothing
        """Compute nothing."""
        msg = f"{function} of a sealed tensor"
        raise TypeError(msg)


def batches(sealed_from: int) -> Iterator[torch.Tensor]:
    """Give the same batches each time, from some step on in a shell."""
    source = torch.Generator().manual_seed(3)
    for step in range(STEPS):
        rows = torch.randn(8, 4, generator=source)
        yield rows if step < sealed_from else Sealed(rows)


def train(run: Run, *, sealed_from: int = STEPS) -> None:
    """Train on the tensors in the shells."""
    model = small_model()
    optimizer = torch.optim.Adam(model.parameters())
    run.watch(model, optimizer, every=2)
    for step, batch in run.steps(batches(sealed_from)):
        loss = model(getattr(batch, "shard", batch)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.log("loss", loss, step=step)


def test_lost_lane_is_told_with_its_step_and_why() -> None:
    """The planted tensor has no bytes: what was before it stays, and it is named."""
    run, recorder = started()
    train(run, sealed_from=SEALED_FROM)
    recorder.finish()

    lanes = lanes_of(recorder)
    assert recorder.ledger is not None
    batch, rows = recorder.ledger.lost()

    assert lanes["data/batch"].steps == tuple(range(SEALED_FROM))
    assert (batch.name, batch.step) == ("data/batch", SEALED_FROM)
    assert batch.why.startswith("FingerprintError: Sealed wraps other tensors")
    assert (rows.name, rows.step) == ("data/rows", SEALED_FROM)


def test_nothing_else_is_lost() -> None:
    """The run goes on with the same bits, and all other lanes with their digests."""
    (plain, whole), (run, recorder) = started(), started()
    random.seed(0)
    train(plain)
    random.seed(0)
    train(run, sealed_from=SEALED_FROM)
    whole.finish()
    recorder.finish()

    expected, found = lanes_of(whole), lanes_of(recorder)
    missing = {"data/batch", "data/rows", "data/sample"}
    assert recorder.series == whole.series
    assert recorder.state == whole.state
    assert {name: found[name] for name in expected if name not in missing} == {
        name: lane for name, lane in expected.items() if name not in missing
    }


def test_sample_of_half_a_run_is_no_sample() -> None:
    """Two runs that lost their rows early would seem to share none."""
    run, recorder = started()
    train(run, sealed_from=SEALED_FROM)
    recorder.finish()

    assert "data/sample" not in lanes_of(recorder)


def test_whole_run_lost_nothing() -> None:
    """A ledger that could follow everything has nothing to tell."""
    run, recorder = started()
    train(run)
    recorder.finish()

    assert recorder.ledger is not None
    assert recorder.ledger.lost() == ()


class Late:
    """A digest that fails only when it is read back from a device."""

    is_ready = True

    def result(self) -> str:
        """Fail."""
        msg = "the device is gone"
        raise RuntimeError(msg)


def test_digest_that_fails_on_its_way_back_ends_its_lane() -> None:
    """It is read long after its step; the step is told all the same."""
    ledger = StepLedger(stopped)
    ledger.note("x/outputs", 0, lambda: ("0" * 16,))
    ledger.note("x/outputs", 1, lambda: (Late(),))
    ledger.note("x/outputs", 2, lambda: ("2" * 16,))

    (lane,) = ledger.lanes()

    assert lane.steps == (0,)
    assert ledger.lost() == (
        LostLane(name="x/outputs", step=1, why="RuntimeError: the device is gone"),
    )


class Untold(Exception):  # the worst of them
    """An error that fails while it is told."""

    def __str__(self) -> str:
        """Fail again."""
        raise self


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Untold(), "Untold"),
        (
            ValueError("<Box object at 0x7f0c2f6a3d10>\nmore"),
            "ValueError: <Box object at 0x…>",
        ),
        (ValueError("tab\tand \u202e bell\a"), "ValueError: tab and ? bell?"),
        (MemoryError(), "MemoryError"),
    ],
    ids=["untold", "address", "invisible", "bare"],
)
def test_reason_is_one_line_that_is_the_same_tomorrow(
    error: Exception, why: str
) -> None:
    """No address in memory, nothing invisible, and no second failure."""
    ledger = StepLedger(stopped)

    def make() -> tuple[str, ...]:
        raise error

    ledger.note("x/outputs", 0, make)

    assert [one.why for one in ledger.lost()] == [why]


def test_lanes_without_room_are_told() -> None:
    """A run with very many models is not followed in silence where it ends."""
    ledger = StepLedger(stopped)
    for number in range(MAX_LANES + 2):
        ledger.note(f"{number:03}/outputs", 7, lambda: ("0" * 16,))

    assert len(ledger.lanes()) == MAX_LANES
    assert [(one.name, one.step) for one in ledger.lost()] == [
        (f"{MAX_LANES:03}/outputs", 7),
        (f"{MAX_LANES + 1:03}/outputs", 7),
    ]


class Shut(nn.Linear):
    """A layer that answers with such a tensor."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Compute, and hide it."""
        return Sealed(super().forward(rows))


def test_outputs_alone_are_lost() -> None:
    """A model that answers with such a tensor is followed in everything else."""
    run, recorder = started()
    model = Shut(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer)
    for _ in run.steps(total=2):
        model(torch.ones(3, 4)).shard.square().mean().backward()
        optimizer.step()
    recorder.finish()

    lanes = lanes_of(recorder)

    assert recorder.ledger is not None
    assert [one.name for one in recorder.ledger.lost()] == ["model/outputs"]
    assert "model/outputs" not in lanes
    assert lanes["model/gradients"].steps == (0, 1)


def test_unreadable_bytes_still_end_a_fingerprint() -> None:
    """What decides is strict: only an explanation may go without."""
    run, _ = started()

    with pytest.raises(FingerprintError, match="wraps other tensors"):
        run.fingerprint("weights", {"w": Sealed(torch.ones(2))})
