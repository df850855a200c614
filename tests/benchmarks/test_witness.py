"""The witness sees every step, and names the first one that differs."""

from pathlib import Path

import torch

from benchmarks.witness import END, START, Event, Parting, Witness, part


def state(when: str, bits: str, *, is_told: bool) -> Event:
    """Make an event of the state of a model."""
    return Event("state", when, bits, is_told)


REFERENCE = [
    state(START, "a", is_told=True),
    state("0", "b", is_told=True),
    Event("train/loss", "0", "1", is_told=True),
    state("1", "c", is_told=False),
    Event("train/loss", "1", "2", is_told=True),
    state("2", "d", is_told=False),
    Event("train/loss", "2", "3", is_told=True),
    Event("test/loss", END, "4", is_told=True),
]


def changed(*wheres: int) -> list[Event]:
    """Change the bits of some events."""
    return [
        event._replace(bits="x") if index in wheres else event
        for index, event in enumerate(REFERENCE)
    ]


def trained(lr: float, steps: int = 3) -> list[Event]:
    """Train a line before a witness, watched at every second step."""
    witness = Witness(0, Path())
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    witness.watch(model, optimizer, every=2)
    for step in range(steps):
        loss = model(torch.ones(4, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        witness.log("train/loss", loss, step=step)
    witness.fingerprint("weights", model)
    return witness.events


def test_equal_runs_do_not_part() -> None:
    """Where nothing differs, no step is named."""
    assert part(REFERENCE, REFERENCE) == Parting(true="", told="")


def test_state_that_nobody_asked_for_counts_as_true_only() -> None:
    """The step that the experiment tells comes after the step that differs."""
    found = part(changed(3, 6), REFERENCE)

    assert found == Parting(true="1", told="2")


def test_difference_in_evaluation_belongs_to_the_end() -> None:
    """A final metric has no step."""
    assert part(changed(7), REFERENCE) == Parting(true=END, told=END)


def test_missing_event_counts_on_either_side() -> None:
    """A number that one side lacks is a difference."""
    shorter = REFERENCE[:6] + REFERENCE[7:]

    assert part(shorter, REFERENCE).told == "2"
    assert part(REFERENCE, shorter).told == "2"


def test_witness_sees_every_step() -> None:
    """State after each step is hashed, told or not, and repeats bit for bit."""
    first, again = trained(lr=0.1), trained(lr=0.1)

    assert first == again
    assert [(one.when, one.is_told) for one in first if one.what == "state"] == [
        (START, True),
        ("0", True),
        ("1", False),
        ("2", True),
    ]


def test_witness_sees_a_planted_fault() -> None:
    """Another learning rate shows in the state after the very first step."""
    found = part(trained(lr=0.101), trained(lr=0.1))

    assert found == Parting(true="0", told="0")
