"""Properties of a test case: flat, prefixed, on one line."""

from dataclasses import replace

from pytest_repro.records import Action, Cause, Effect, Scorecard, Standing
from pytest_repro.reports import junit_properties
from tests.reports.making import DIVERGED, IDENTICAL, MISSING, outcome_of


def test_divergence_is_told_in_flat_properties() -> None:
    """Everything a dashboard needs to group and to show a failure."""
    assert junit_properties(outcome_of(DIVERGED)) == [
        ("repro_verdict", "FAILED"),
        ("repro_rung", "DIVERGED"),
        ("repro_required", "WITHIN_ROUNDING"),
        (
            "repro_reason",
            "train/loss differs at step 12: 2.2968161 against 2.2413447",
        ),
        ("repro_match", "KEY"),
        ("repro_seeds", "1"),
        ("repro_seeds_allowed", "8"),
        ("repro_wall_s", "4.100"),
        ("repro_environment", "linux-x86_64-avx2-cpu-torch2.13"),
        ("repro_reference", "reference_runs/digits"),
        ("repro_parted_path", "train/loss"),
        ("repro_parted_step", "12"),
        ("repro_parted_obtained", "2.2968161"),
        ("repro_parted_obtained_bits", "0x4012fef1"),
        ("repro_parted_reference", "2.2413447"),
        ("repro_parted_reference_bits", "0x400f7233"),
        (
            "repro_seed_0",
            "DIVERGED: train/loss differs at step 12: 2.2968161 against 2.2413447",
        ),
    ]


def test_step_zero_is_told() -> None:
    """A step that is false as a number is not left out."""
    place = replace(DIVERGED.divergence, step=0) if DIVERGED.divergence else None

    found = dict(junit_properties(outcome_of(replace(DIVERGED, divergence=place))))

    assert found["repro_parted_step"] == "0"


def test_cause_is_told_if_there_is_one() -> None:
    """The typed cause is there exactly when nothing could be compared."""
    missing = dict(junit_properties(outcome_of(MISSING)))
    identical = dict(junit_properties(outcome_of(IDENTICAL)))

    assert missing["repro_cause"] == Cause.MISSING_REFERENCE.value
    assert "repro_cause" not in identical


def test_names_are_prefixed_and_values_are_one_printable_line() -> None:
    """No value can break the line or the XML."""
    outcome = outcome_of(replace(DIVERGED, reason="a\nb\x00\x1b[31m\u202e"))

    pairs = junit_properties(outcome)

    assert all(name.startswith("repro_") for name, _ in pairs)
    assert all(value.isprintable() for _, value in pairs)
    assert ("repro_reason", "a b[31m") in pairs


def test_explanation_of_the_seed_that_parted_is_told() -> None:
    """What the terminal shows as the cause is a property, too."""
    failed = outcome_of(DIVERGED)
    told = replace(failed.seeds[0], explanation="optimizer at step 12")

    found = dict(junit_properties(replace(failed, seeds=(told,))))

    assert found["repro_explanation"] == "optimizer at step 12"
    assert "repro_explanation" not in dict(junit_properties(failed))


def test_scorecard_is_told() -> None:
    """Each kind of answer has a property, with the circumstances in order."""
    card = Scorecard(
        experiment="a",
        seed=0,
        effects=(
            effect("threads", Standing.BREAKS),
            effect("hash-seed", Standing.SAME),
            effect("locale", Standing.SAME),
        ),
        still=("clock",),
        runs=5,
    )
    varied = replace(outcome_of(IDENTICAL), action=Action.VARIED, scorecard=card)

    pairs = [
        pair for pair in junit_properties(varied) if pair[0].startswith("repro_varied")
    ]

    assert pairs == [
        ("repro_varied_runs", "5"),
        ("repro_varied_is_steady", "true"),
        ("repro_varied_same", "hash-seed, locale"),
        ("repro_varied_breaks", "threads"),
        ("repro_varied_held_still", "clock"),
    ]


def test_each_escape_is_told() -> None:
    """Lines that drew what no seed governs are numbered."""
    outcome = replace(outcome_of(IDENTICAL), escapes=("a.py:1 time()", "b.py:2 id()"))

    found = dict(junit_properties(outcome))

    assert found["repro_escape_0"] == "a.py:1 time()"
    assert found["repro_escape_1"] == "b.py:2 id()"


def effect(axis: str, standing: Standing) -> Effect:
    """Build what one variation did."""
    return Effect(
        variations=(axis,), axes=(axis,), standing=standing, verdict=IDENTICAL
    )
