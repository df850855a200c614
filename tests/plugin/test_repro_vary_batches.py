"""`--repro-vary` splits batches where an experiment offers a place for it.

One session runs a loop that accumulates rightly, one that forgets the weights, one with
batch norm, one that offers no place, and a trainer's whose batches have no equal parts.
"""

from typing import Final

import pytest

from pytest_repro.records import Effect, Standing
from tests.plugin.project import Project, Session, share

EXPERIMENTS: Final = """\
import pytest
import torch
from torch.utils.data import DataLoader

from pytest_repro import Close
from pytest_repro.experiment.feeding import Feed
from pytest_repro.experiment.halving import parts_for

close = pytest.mark.repro(metrics={"*": Close(rtol=1e-4)})


def train(repro, model, backward, watched=False, lr=0.001):
    rows = torch.linspace(-1, 2, 96).exp().reshape(12, 8)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    if watched:
        repro.watch(model, optimizer)
    for step in repro.steps(total=6):
        optimizer.zero_grad()
        backward(rows * (step + 1))
        optimizer.step()
        weights = sum(one.detach().square().sum() for one in model.parameters())
        repro.log("weights", weights, step=step)


def loss_of(model, rows):
    return (model(rows) - 1).square().mean()


@close
def test_right(repro):
    model = torch.nn.Linear(8, 1)

    def backward(rows):
        for weight, part in repro.micro_batches(rows):
            (weight * loss_of(model, part)).backward()

    train(repro, model, backward)


@close
def test_unweighted(repro):
    model = torch.nn.Linear(8, 1)

    def backward(rows):
        for _, part in repro.micro_batches(rows):
            loss_of(model, part).backward()

    train(repro, model, backward)


@close
def test_norm(repro):
    model = torch.nn.Sequential(torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 1))

    def backward(rows):
        for weight, part in repro.micro_batches(rows):
            (weight * loss_of(model, part)).backward()

    train(repro, model, backward, watched=True, lr=0.3)


@close
def test_nowhere(repro):
    model = torch.nn.Linear(8, 1)
    train(repro, model, lambda rows: loss_of(model, rows).backward())


@close
def test_uneven(repro):
    loader = DataLoader(torch.ones(9, 8), batch_size=3)
    model = torch.nn.Linear(8, 1)
    for rows in Feed(repro, loader, parts=parts_for("Mine", loader)):
        loss_of(model, rows).backward()
    repro.log("bias", model.bias.grad.sum())
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session in which nothing but batches is varied."""

    def build(project: Project) -> Session:
        axes = "--repro-vary-axes=batch accumulation"
        return project.write({"test_them.py": EXPERIMENTS}).run("--repro-vary", axes)

    return share(tmp_path_factory, "vary-batches", build)[1]


def effect_on(session: Session, name: str) -> Effect:
    """Return the one effect on an experiment."""
    card = session.outcomes[name].scorecard
    assert card is not None, session.output
    (effect,) = card.effects
    return effect


def test_sums_in_another_order_are_rounding(session: Session) -> None:
    """A loop that accumulates as it should is not accused."""
    effect = effect_on(session, "test_right")

    assert effect.standing in {Standing.SAME, Standing.WITHIN}
    assert session.outcomes["test_right"].verdict.holds


def test_a_loop_that_forgets_the_weights_is_found(session: Session) -> None:
    """The planted fault: every part counts as much as a batch."""
    effect = effect_on(session, "test_unweighted")

    assert effect.standing is Standing.BREAKS
    assert effect.verdict.divergence is not None
    assert effect.verdict.divergence.step == 0


def test_batch_norm_is_named_and_no_fault(session: Session) -> None:
    """A part is another batch to it: a dependence, and not one of rounding."""
    effect = effect_on(session, "test_norm")

    assert effect.standing is Standing.DEPENDS
    assert effect.note.startswith("BatchNorm1d: a part is another batch to it")


def test_without_a_place_nothing_is_cleared(session: Session) -> None:
    """Batches that were not split tell nothing about an experiment."""
    assert effect_on(session, "test_nowhere").standing is Standing.UNTOUCHED


def test_a_reason_is_told_where_batches_stay_whole(session: Session) -> None:
    """A trainer weights its parts alike, so unequal ones are not tried in silence."""
    effect = effect_on(session, "test_uneven")

    assert effect.standing is Standing.UNTOUCHED
    assert effect.note == "batches of 3 rows have no 2 equal parts"
    assert f"  batches=2  nothing to vary: {effect.note}\n" in session.output
