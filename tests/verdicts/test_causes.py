"""Two runs alone tell which part of them differed first, and at which step."""

from dataclasses import replace

import pytest

from pytest_repro.records import BEFORE, RunRecord
from pytest_repro.verdicts.causes import (
    CauseClass,
    Onset,
    first_divergence,
    last_agreed,
)
from tests.verdicts.faulty import FAULT_STEP, Course, again, run, running

EXACT = {
    "shuffled otherwise": (
        Course(shuffle="other"),
        (CauseClass.DATA_ORDER, 0, "data/indices"),
    ),
    "shuffled otherwise, by workers": (
        Course(shuffle="other", workers=2),
        (CauseClass.DATA_ORDER, 0, "data/indices"),
    ),
    "one label": (Course(flipped=1), (CauseClass.DATA_CONTENT, 2, "data/batch")),
    "weights a thousandth larger": (
        Course(init=1.001),
        (CauseClass.INITIALISATION, BEFORE, "model/parameters"),
    ),
    "numbers drawn before the model": (
        Course(early_draws=3),
        (CauseClass.RNG, BEFORE, "rng/torch"),
    ),
    "numbers drawn after a step": (
        Course(draws=1),
        (CauseClass.RNG, FAULT_STEP, "rng/torch"),
    ),
    "numbers drawn before dropout": (
        Course(inner_draws=1),
        (CauseClass.RNG, FAULT_STEP, "model/outputs"),
    ),
    "rate of dropout": (
        Course(dropout=0.3),
        (CauseClass.FORWARD, 0, "model/outputs"),
    ),
    "smoothed labels": (
        Course(smoothing=0.01),
        (CauseClass.FORWARD, 0, "train/loss"),
    ),
    "gradients kept": (
        Course(forgets=True),
        (CauseClass.BACKWARD, FAULT_STEP, "model/gradients"),
    ),
    "eps of the optimizer": (
        Course(eps=1e-7),
        (CauseClass.OPTIMIZER, 0, "model/settings"),
    ),
    "milestone of the schedule": (
        Course(milestone=7),
        (CauseClass.SCHEDULE, 7, "model/settings"),
    ),
    "momentum of batch norm": (
        Course(momentum=0.2),
        (CauseClass.EVALUATION, 0, "model/buffers"),
    ),
    "evaluation mode forgotten": (
        Course(evaluates=False),
        (CauseClass.EVALUATION, 11, "model/evaluation"),
    ),
    "metric computed otherwise": (
        Course(rounds=2),
        (CauseClass.EVALUATION, None, "test/loss"),
    ),
}
"""Each fault, and what is to be said of it."""


def said(onset: Onset | None) -> tuple[CauseClass, int | None, str] | None:
    """Return class, step and part; None where nothing differs."""
    return None if onset is None else (onset.cause, onset.step, onset.part)


@pytest.mark.parametrize("fault", EXACT)
def test_class_and_step_of_a_fault(fault: str) -> None:
    """With everything followed, each fault is named by its class, at its step."""
    course, expected = EXACT[fault]

    onset = first_divergence(run(Course()), run(course))

    assert said(onset) == expected
    assert onset is not None
    assert onset.after is None


def test_equal_runs_have_no_onset() -> None:
    """The same training twice, also with loader workers, parts nowhere."""
    assert first_divergence(run(Course()), again(Course())) is None
    assert first_divergence(run(Course()), run(Course(workers=2))) is None


@pytest.mark.parametrize(
    ("course", "step"),
    [
        (Course(init=1.001), BEFORE),
        (Course(smoothing=0.01), BEFORE),
        (Course(milestone=7), 6),
        (Course(forgets=True), FAULT_STEP - 1),
        (Course(draws=1), FAULT_STEP - 1),
        (Course(evaluates=False), None),
    ],
    ids=["init", "forward", "schedule", "backward", "drawn", "evaluated"],
)
def test_last_step_that_was_computed_alike(course: Course, step: int | None) -> None:
    """Nothing parts up to it, and something may in the next."""
    assert last_agreed(run(Course()), run(course)) == step


BY_HAND = {
    "order": (Course(workers=None, shuffle="other"), CauseClass.DATA_ORDER),
    "label": (Course(workers=None, flipped=1), CauseClass.DATA_CONTENT),
}


@pytest.mark.parametrize("fault", BY_HAND)
def test_rows_tell_order_from_content_without_a_sampler(fault: str) -> None:
    """Batches cut by hand have no indices; the rows seen so far tell as much."""
    course, cause = BY_HAND[fault]

    onset = first_divergence(run(Course(workers=None)), run(course))

    assert onset is not None
    assert onset.cause is cause


@pytest.mark.parametrize("fault", BY_HAND)
def test_without_rows_the_data_are_all_that_is_known(fault: str) -> None:
    """Where neither indices nor rows were recorded, nothing is made up."""
    course, _ = BY_HAND[fault]
    reference, obtained = run(Course(workers=None)), run(course)

    onset = first_divergence(blind(reference), blind(obtained))

    assert onset is not None
    assert onset.cause is CauseClass.DATA


@pytest.mark.parametrize(
    ("fault", "cause"),
    [("order", CauseClass.DATA_ORDER), ("label", CauseClass.DATA)],
)
def test_a_sample_of_rows_tells_of_another_order(fault: str, cause: CauseClass) -> None:
    """Where sums of rows are not known, rows that both saw tell of an order."""
    course, _ = BY_HAND[fault]
    reference, obtained = run(Course(workers=None)), run(course)

    onset = first_divergence(without(reference, "rows"), without(obtained, "rows"))

    assert onset is not None
    assert onset.cause is cause


def test_rows_that_come_nowhere_else_are_another_content() -> None:
    """A rerun that ends at the divergence knows no later batch, but its own rows."""
    course, _ = BY_HAND["label"]
    reference = without(run(Course(workers=None)), "rows")
    obtained = without(run(course), "rows")
    first = first_divergence(reference, obtained)
    assert first is not None
    assert first.step is not None

    onset = first_divergence(reference, until(obtained, first.step - 1, ("batch",)))

    assert onset is not None
    assert (onset.cause, onset.step) == (CauseClass.DATA_CONTENT, first.step)


def test_a_reference_that_knows_all_its_rows_tells_one_that_it_never_saw() -> None:
    """One odd batch in a thinned run is another content if its rows come nowhere."""
    course, _ = BY_HAND["label"]
    obtained = without(run(course), "rows")

    onset = first_divergence(run(Course(workers=None)), obtained)

    assert onset is not None
    assert onset.cause is CauseClass.DATA_CONTENT
    assert "come nowhere else" in onset.evidence


def test_one_odd_batch_at_the_end_is_no_order() -> None:
    """Where all its rows come in the other run as well, nothing is made up."""
    course, _ = BY_HAND["label"]
    reference = without(run(Course(workers=None)), "rows")
    obtained = without(run(course), "rows")
    first = first_divergence(reference, obtained)
    assert first is not None
    assert first.step is not None
    sample = [lane for lane in reference.ledger if lane.name == "data/sample"]
    others = [lane for lane in obtained.ledger if lane.name != "data/sample"]
    moved = replace(obtained, ledger=(*others, *sample))

    onset = first_divergence(reference, until(moved, first.step - 1, ("batch",)))

    assert onset is not None
    assert onset.cause is CauseClass.DATA


def test_no_row_in_common_is_another_content() -> None:
    """Data that were scaled have no row of the others."""
    reference, obtained = run(Course(workers=None)), run(Course(workers=None))
    scaled = tuple(
        replace(lane, digests=tuple(f"{int(one, 16) ^ 1:016x}" for one in lane.digests))
        if lane.name in {"data/sample", "data/batch", "data/rows"}
        else lane
        for lane in obtained.ledger
    )

    onset = first_divergence(reference, replace(obtained, ledger=scaled))

    assert onset is not None
    assert onset.cause is CauseClass.DATA_CONTENT
    assert "no row of the one is a row of the other" in onset.evidence


@pytest.mark.parametrize(
    ("fault", "cause", "where"),
    [
        ("numbers drawn after a step", CauseClass.RNG, "between step 5 and step 6"),
        ("milestone of the schedule", CauseClass.SCHEDULE, "between step 5 and step 8"),
        ("eps of the optimizer", CauseClass.OPTIMIZER, "at step 0"),
    ],
)
def test_thinned_ledger_tells_a_stretch(
    fault: str, cause: CauseClass, where: str
) -> None:
    """Generators and settings are cheap, so they tell where the state is not known."""
    course, _ = EXACT[fault]
    reference = run(replace(Course(), clock=running()))

    onset = first_divergence(reference, run(replace(course, clock=running())))

    assert onset is not None
    assert (onset.cause, onset.where) == (cause, where)


def test_what_was_not_followed_is_not_guessed() -> None:
    """Without gradients and parameters around the step, there is only a stretch."""
    course, _ = EXACT["gradients kept"]
    lanes = ("gradients", "parameters", "optimizer", "buffers")
    reference, obtained = run(Course()), run(course)

    onset = first_divergence(until(reference, 2, lanes), until(obtained, 2, lanes))

    assert onset is not None
    assert onset.cause is CauseClass.UNKNOWN
    assert onset.where == "between step 3 and step 6"


def test_a_classifier_that_is_misled_says_something_else() -> None:
    """Without the lane that shows it, a fault gets another class: tests can fail."""
    course, expected = EXACT["milestone of the schedule"]
    reference, obtained = run(Course()), run(course)

    onset = first_divergence(
        without(reference, "settings"), without(obtained, "settings")
    )

    assert said(onset) != expected


def blind(record: RunRecord) -> RunRecord:
    """Drop whatever tells of rows."""
    return without(without(record, "rows"), "sample")


def without(record: RunRecord, part: str) -> RunRecord:
    """Drop a lane, whatever model it is of, and the fingerprints of that part."""
    return replace(
        record,
        ledger=tuple(one for one in record.ledger if not one.name.endswith(part)),
        state=tuple(one for one in record.state if not one.name.endswith(part)),
    )


def until(record: RunRecord, last: int, parts: tuple[str, ...]) -> RunRecord:
    """End lanes after a step, as if they were thinned from then on."""
    lanes = [
        replace(
            lane,
            steps=lane.steps[: last + 2],
            orders=lane.orders[: last + 2],
            digests=lane.digests[: last + 2],
        )
        if lane.name.endswith(parts)
        else lane
        for lane in record.ledger
    ]
    return replace(record, ledger=tuple(lanes), state=())


OLD = {
    "one label": CauseClass.UNKNOWN,
    "weights a thousandth larger": CauseClass.INITIALISATION,
    "numbers drawn before the model": CauseClass.RNG,
    "numbers drawn after a step": CauseClass.RNG,
    "rate of dropout": CauseClass.UNKNOWN,
    "eps of the optimizer": CauseClass.OPTIMIZER,
    "milestone of the schedule": CauseClass.SCHEDULE,
    "momentum of batch norm": CauseClass.EVALUATION,
}
"""What fingerprints each fourth step and traces still tell."""


@pytest.mark.parametrize("fault", OLD)
def test_old_references_are_explained_by_fingerprints_and_traces(fault: str) -> None:
    """A reference recorded without a ledger says less, and nothing wrong."""
    course, _ = EXACT[fault]
    reference = run(replace(Course(), clock=None))

    onset = first_divergence(reference, run(replace(course, clock=None)))

    assert onset is not None
    assert onset.cause is OLD[fault]


def test_without_a_watched_model_training_is_not_called_the_same() -> None:
    """Equal data and generators say nothing of a model that nobody followed."""
    course, _ = EXACT["rate of dropout"]
    reference, obtained = unwatched(run(Course())), unwatched(run(course))

    onset = first_divergence(reference, obtained)

    assert said(onset) == (CauseClass.UNKNOWN, 0, "train/loss")


def test_records_of_numbers_alone_are_not_explained() -> None:
    """Two losses that differ, and nothing else: there is nothing to add."""
    course, _ = EXACT["rate of dropout"]
    reference = replace(unwatched(run(Course())), ledger=())

    assert first_divergence(reference, unwatched(run(course))) is None


def unwatched(record: RunRecord) -> RunRecord:
    """Drop everything that watching a model gave."""
    lanes = (one for one in record.ledger if not one.name.startswith("model/"))
    return replace(record, ledger=tuple(lanes), state=())


def test_text_is_one_line_for_a_person() -> None:
    """Class, place, evidence."""
    course, _ = EXACT["gradients kept"]

    onset = first_divergence(run(Course()), run(course))

    assert onset is not None
    assert onset.text == ("backward at step 5: equal outputs and loss, other gradients")


@pytest.mark.parametrize(
    ("course", "text"),
    [
        (
            Course(begins_at=0.04),
            "the settings of the optimizer agree before step 0 only",
        ),
        (Course(smoothing=0.01), "what it is held against, or how it is computed"),
    ],
)
def test_text_says_no_more_and_no_less(course: Course, text: str) -> None:
    """There is no step -1, and labels that were not seen may be what differs."""
    onset = first_divergence(run(Course()), run(course))

    assert onset is not None
    assert onset.text.endswith(text)
