"""Plain script and witness give the bits of the plugin, also for what parts make."""

from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.overhead_sessions import numbers_of
from benchmarks.plain import PlainRun
from benchmarks.witness import END, START, Event, Witness, part
from pytest_repro import Recipe, recipe
from pytest_repro.determinism import seed_everything
from pytest_repro.experiment import Recorder, Run
from pytest_repro.recipes import RecipeFunction
from pytest_repro.training import Batches
from pytest_repro.training.rates import Milestones
from pytest_repro.training.torch_evaluation import Classification
from pytest_repro.training.torch_losses import CrossEntropy
from pytest_repro.training.torch_optimizers import SGD, scheduled

STEPS = 9


@recipe
def small() -> Recipe:
    """A line that tells even rows from odd ones."""
    return Recipe(
        data=Batches.Config(batch=5),
        eval=Classification.Config(),
        loss=CrossEntropy.Config(smoothing=0.1),
        optim=SGD.Config(lr=0.5),
        sched=Milestones.Config(at=(6,)),
    )


def train(repro: Run | PlainRun, subject: RecipeFunction[Recipe] = small) -> None:
    """Train it from parts, as the shipped experiments do."""
    parts = repro.recipe(subject)
    inputs = torch.rand(16, 3, generator=repro.generator("inputs"))
    labels = torch.arange(16) % 2
    loader = parts.data.build().load(repro, list(zip(inputs, labels, strict=True)))
    model = nn.Linear(3, 2)
    optimizer = parts.optim.build().attach(model)
    schedule = scheduled(optimizer, parts.sched.build())
    criterion = parts.loss.build()
    repro.watch(model, optimizer, every=4)
    repro.checkpoint(schedule)
    for step, (rows, aims) in repro.steps(loader.epochs(3), total=STEPS):
        loss: Tensor = criterion(model(rows), aims)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        repro.log("train/loss", loss, step=step)
    for name, value in sorted(parts.eval.build()(model, inputs, labels).items()):
        repro.log(name, value)


def seen(subject: RecipeFunction[Recipe] = small) -> list[Event]:
    """Let the witness see the training."""
    seed_everything(0)
    witness = Witness(0, Path())
    train(witness, subject)
    return witness.events


def test_parts_give_the_bits_of_the_plugin() -> None:
    """Recipe, loader, schedule and evaluation are the same without the plugin."""
    seed_everything(0)
    recorder, plain = Recorder(), PlainRun(0, Path())
    train(Run(0, recorder, folder=Path(), root=Path()))
    recorder.finish()

    seed_everything(0)
    train(plain)

    assert frozenset(plain.numbers) == numbers_of(recorder.series, recorder.metrics)
    assert len(plain.numbers) == STEPS + len(recorder.metrics)


def test_witness_sees_the_plan_of_the_data_before_the_first_step() -> None:
    """What is told of the samples precedes them, and other batches show there."""
    first, again = seen(), seen()
    other = seen(small.with_(data__batch=4))

    assert first == again
    assert [one.when for one in first[:3]] == [START, START, START]
    assert first[-1].when == END
    assert part(other, first).told == START


def test_witness_sees_a_planted_fault_in_a_recipe() -> None:
    """A rate that drops one step later shows in the state after that step."""
    late = seen(small.with_(sched__at=(7,)))

    assert part(late, seen()).true == "6"
