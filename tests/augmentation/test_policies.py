"""A policy: conditions, schedules, strength; what it draws, keeps and refuses."""

import dataclasses

import pytest
import torch

from pytest_repro.augmentation import (
    Bounds,
    Brightness,
    Flip,
    Invert,
    MixUp,
    Parameters,
    Policy,
    Rotate,
    Schedule,
    Translate,
    Trouble,
    TroubleKind,
    When,
)
from pytest_repro.errors import (
    CheckpointError,
    CorruptRecord,
    ReproUsageError,
    ReproWarning,
)
from pytest_repro.recipes import dump, load
from tests.augmentation.subjects import (
    IDS,
    IMAGES,
    SUBJECTS,
    Raises,
    Spoils,
    augmented,
    policy_of,
)

ALWAYS = Invert.Config(p=1.0)
MANY = tuple(range(500))


def acted(policy: Policy, epoch: int = 0, **more: object) -> list[tuple[bool, ...]]:
    """Draw for 500 samples and say on which each operation acts."""
    drawn = policy.draw(1, epoch, MANY, **more)  # type: ignore[arg-type]  # labels or step
    return [part.acted for part in drawn.parts]


def test_an_operation_acts_from_an_epoch_until_another() -> None:
    """The second epoch is the first in which it no longer acts."""
    when = When(from_epoch=1, until_epoch=3)
    policy = policy_of(Flip.Config(p=1.0, when=when))

    assert [all(acted(policy, epoch)[0]) for epoch in range(4)] == [
        False,
        True,
        True,
        False,
    ]


def test_an_operation_acts_on_labels() -> None:
    """Only on samples that have one of them."""
    policy = policy_of(Flip.Config(p=1.0, when=When(labels=(0, "cat"))))

    found = acted(policy, labels=[0, "cat", 1, "dog"] * 125)

    assert found == [(True, True, False, False) * 125]


def test_labels_that_are_needed_are_asked_for() -> None:
    """Whoever forgets them is told how to give them."""
    policy = policy_of(Flip.Config(when=When(labels=(0,))))

    with pytest.raises(ReproUsageError, match=r"Flip acts by label: draw\(…, labels"):
        acted(policy)


def test_of_two_operations_exactly_one_acts() -> None:
    """A condition on another draw makes one of two."""
    policy = policy_of(
        Flip.Config(), Rotate.Config(p=1.0, when=When(not_applied="Flip"))
    )

    first, second = acted(policy)

    assert second == tuple(not one for one in first)
    assert 150 < sum(first) < 350


def test_adding_an_operation_changes_no_other_draw() -> None:
    """Draws are addressed by name, not by place."""
    alone = policy_of(Rotate.Config()).draw(1, 0, MANY).parts[0]
    behind = policy_of(Flip.Config(), Rotate.Config()).draw(1, 0, MANY).parts[1]

    assert behind == alone


def test_bounds_follow_their_schedule() -> None:
    """From no angle at all to 30 degrees."""
    high = Schedule(start=0.0, end=30.0, length=2)
    policy = policy_of(Rotate.Config(p=1.0, degrees=Bounds(low=0.0, high=high)))

    largest = [
        max(policy.draw(1, epoch, MANY).parts[0].values[0][1]) for epoch in range(3)
    ]

    assert largest[0] == 0
    assert 14 < largest[1] <= 15
    assert 29 < largest[2] <= 30


def test_probability_follows_its_schedule() -> None:
    """From never to always."""
    policy = policy_of(Flip.Config(p=Schedule(start=0.0, end=1.0, length=2)))

    assert [sum(acted(policy, epoch)[0]) for epoch in (0, 2)] == [0, 500]


def test_strength_moves_values_towards_the_identity() -> None:
    """At one half every distance is half as far; whole ones are cut towards it."""
    policy = policy_of(Brightness.Config(), Translate.Config())
    full = policy.draw(1, 0, MANY).parts
    half = policy.at_strength(0.5).draw(1, 0, MANY).parts

    assert half[0].values[0][1] == pytest.approx(
        [1 + (one - 1) / 2 for one in full[0].values[0][1]]
    )
    assert half[1].values[0][1] == tuple(int(one / 2) for one in full[1].values[0][1])


def test_strength_scales_the_probability_of_what_has_no_magnitude() -> None:
    """Whoever is inverted at one half would be inverted at 1."""
    policy = policy_of(Invert.Config(p=1.0))

    (found,) = acted(policy.at_strength(0.5))

    assert 200 < sum(found) < 300


@pytest.mark.parametrize(("p", "strength"), [(1.5, 1.0), (0.5, -0.1), (0.5, 1.1)])
def test_what_is_no_probability_is_refused(p: float, strength: float) -> None:
    """Probability and strength lie in [0, 1]."""
    with pytest.raises(ReproUsageError, match=r"lie in \[0, 1\]"):
        acted(policy_of(Flip.Config(p=p, strength=strength)))


def test_two_operations_of_one_name_are_refused() -> None:
    """They would draw the same numbers."""
    with pytest.raises(ReproUsageError, match=r"two operations are called 'Flip'"):
        policy_of(Flip.Config(), Flip.Config(direction="vertical"))


def test_a_condition_on_what_comes_later_is_refused() -> None:
    """It is not drawn yet."""
    with pytest.raises(ReproUsageError, match="no such operation comes before"):
        policy_of(Rotate.Config(when=When(applied="Flip")), Flip.Config())


def test_a_policy_comes_back_from_its_dump() -> None:
    """With schedules, conditions and all operations inside."""
    policy = policy_of(
        *(one for one, _ in SUBJECTS),
        Flip.Config(
            name="again", p=Schedule(start=0.0, end=1.0), when=When(labels=(1, "a"))
        ),
    )

    assert load(dump(policy.config)) == policy.config


def test_parameters_come_back_from_their_bytes() -> None:
    """Floats bit for bit; ids keep their kind."""
    drawn = policy_of(*(one for one, _ in SUBJECTS)).draw(2**63 - 1, 4, (*IDS, "3"))

    assert Parameters.from_bytes(drawn.to_bytes()) == drawn


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format":"other"}', b"\xff"])
def test_bytes_that_are_no_parameters_are_refused(data: bytes) -> None:
    """With what to do instead."""
    with pytest.raises(CorruptRecord, match="draw again"):
        Parameters.from_bytes(data)


def test_parameters_with_a_missing_sample_are_refused() -> None:
    """Each row has one item for each sample."""
    drawn = policy_of(Rotate.Config()).draw(0, 0, IDS)
    short = dataclasses.replace(drawn, ids=IDS[:-1])

    with pytest.raises(CorruptRecord, match="one item for each of 8"):
        Parameters.from_bytes(short.to_bytes())


def test_parameters_of_another_batch_are_refused() -> None:
    """As many samples as were drawn for."""
    policy = policy_of(Flip.Config())

    with pytest.raises(ReproUsageError, match="has 2 samples, and was drawn for 9"):
        policy.apply(IMAGES[:2], policy.draw(0, 0, IDS))


def test_parameters_of_other_operations_are_refused() -> None:
    """Both sides are shown."""
    drawn = policy_of(Flip.Config()).draw(0, 0, IDS)

    with pytest.raises(ReproUsageError, match=r"policy +Rotate\n +parameters +Flip"):
        policy_of(Rotate.Config()).apply(IMAGES, drawn)


def test_labels_that_change_cannot_be_forgotten() -> None:
    """`apply` refuses where only `apply_labelled` tells the truth."""
    policy = policy_of(MixUp.Config())

    with pytest.raises(ReproUsageError, match="MixUp changes labels"):
        policy.apply(IMAGES, policy.draw(0, 0, IDS))


def test_an_empty_batch_stays_empty() -> None:
    """Nothing is drawn for nobody."""
    policy = policy_of(*(one for one, batch in SUBJECTS if batch is IMAGES))

    assert augmented(policy, IMAGES[:0], ()).shape == (0, 3, 13, 10)


@pytest.mark.parametrize(
    ("into", "kind"),
    [(0.0, TroubleKind.CONSTANT), (float("inf"), TroubleKind.NOT_FINITE)],
)
def test_a_spoilt_sample_is_recorded(into: float, kind: TroubleKind) -> None:
    """With its id, and what was drawn for it; the others are not."""
    policy = policy_of(Spoils.Config(p=0.5, into=into))
    drawn = policy.draw(0, 2, IDS)
    noted: list[Trouble] = []

    policy.apply(IMAGES, drawn, note=noted.append)

    spoilt = [one for one, acts in zip(IDS, drawn.parts[0].acted, strict=True) if acts]
    assert [one.id for one in noted] == spoilt
    assert {one.kind for one in noted} == {kind}
    assert {one.epoch for one in noted} == {2}
    assert dict(noted[0].values)["amount"] > 0.5


def test_a_sample_that_was_constant_before_is_no_trouble() -> None:
    """Black images are not the operation's doing."""
    policy, noted = policy_of(ALWAYS), list[Trouble]()

    policy.apply(torch.zeros(9, 1, 4, 4), policy.draw(0, 0, IDS), note=noted.append)

    assert noted == []


def test_an_operation_that_fails_is_recorded_and_raised() -> None:
    """The record outlives the exception."""
    policy, noted = policy_of(Raises.Config(p=1.0)), list[Trouble]()

    with pytest.raises(RuntimeError, match="no room for 9"):
        policy.apply(IMAGES, policy.draw(0, 0, IDS), note=noted.append)

    assert noted[0].kind is TroubleKind.RAISED
    assert noted[0].message == "no room for 9"
    assert noted[0].to_mapping()["tag"] == "aug"


def test_troubles_are_told_unless_asked_for() -> None:
    """By a warning that says how to keep them."""
    policy = policy_of(Spoils.Config(p=1.0))

    with pytest.warns(ReproWarning, match=r"made sample 0 constant in epoch 0"):
        policy.apply(IMAGES[:1], policy.draw(0, 0, IDS[:1]))


def test_a_checkpoint_of_another_policy_is_refused() -> None:
    """Both digests are shown."""
    ours, theirs = policy_of(Flip.Config()), policy_of(Flip.Config(p=0.6))

    ours.check_sidecar(ours.sidecar())
    with pytest.raises(CheckpointError, match=r"another augmentation\n +augmentation"):
        ours.check_sidecar(theirs.sidecar())


def test_a_checkpoint_without_a_policy_is_refused() -> None:
    """It says nothing of one."""
    with pytest.raises(CheckpointError, match="says nothing"):
        policy_of(Flip.Config()).check_sidecar({})
