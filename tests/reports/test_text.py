"""Golden texts of the blocks that end a session."""

from dataclasses import replace
from textwrap import dedent

import pytest

from pytest_repro.records import (
    Action,
    Cause,
    Divergence,
    Finding,
    Match,
    Outcome,
    Problem,
    Rung,
    SeedVerdict,
    Verdict,
)
from pytest_repro.reports import experiment_lines, session_lines
from tests.reports.making import (
    DIVERGED,
    ID,
    IDENTICAL,
    MISSING,
    NEAR,
    outcome_of,
    session_of,
    skipped,
)


def block(outcome: Outcome) -> str:
    """Join the lines of an outcome."""
    return "\n".join(experiment_lines(outcome))


def golden(text: str) -> str:
    """Take the indentation of this file off a block."""
    return dedent(text).strip("\n")


def test_session_ends_as_the_product_page_shows() -> None:
    """A block for each experiment by node id, then one line for all."""
    passed = outcome_of(NEAR, experiment="experiments/test_digits.py::test_digits_cnn")
    session = session_of([outcome_of(DIVERGED), passed])

    assert "\n".join(session_lines(session)) == golden(
        """
        experiments/test_digits.py::test_digits_cnn
          seed 0   WITHIN ROUNDING   inside the declared tolerance: test/loss at 0.4 of Close(rtol=0.001, atol=0); left the bits at step 3 (conv1.weight.grad)
          verdict  PASSED   1 of 8 seeds, 4.1 s
        experiments/test_digits.py::test_digits_mlp
          seed 0   DIVERGED   train/loss differs at step 12
                     obtained   2.2968161  0x4012fef1
                     reference  2.2413447  0x400f7233
          verdict  FAILED   1 of 8 seeds, 4.1 s
                   look closer: pytest-repro diff "experiments/test_digits.py::test_digits_mlp"
        1 passed, 1 failed · 2 experiments, 2 seeds of 16 · report .repro/report/index.html
        """  # noqa: E501  # lines as they are printed
    )


def test_missing_reference_says_how_to_record_it() -> None:
    """The cause is typed, and the command can be copied."""
    outcome = replace(
        outcome_of(MISSING), candidate=".repro/pending/digits", reference=""
    )

    assert block(outcome) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          seed 0   NOT COMPARABLE   no reference for linux-x86_64-avx2-cpu-torch2.13
          cause    missing reference
          verdict  FAILED   1 of 8 seeds, 4.1 s
                   record it: pytest --repro --repro-record "experiments/test_digits.py::test_digits_mlp"
                   candidate: .repro/pending/digits
        """  # noqa: E501  # lines as they are printed
    )


def test_changed_config_lists_the_keys_aligned() -> None:
    """What changed stands beneath the cause, name by name."""
    verdict = replace(
        MISSING,
        cause=Cause.CHANGED_CONFIG,
        reason="lr is 0.2, in the reference 0.1; 1 more",
        findings=(
            Finding(
                name="lr",
                rung=Rung.NOT_COMPARABLE,
                detail="obtained 0.2   reference 0.1",
            ),
            Finding(
                name="width",
                rung=Rung.NOT_COMPARABLE,
                detail="obtained 1024  reference 512",
            ),
        ),
    )

    assert block(outcome_of(verdict)) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          seed 0   NOT COMPARABLE   lr is 0.2, in the reference 0.1; 1 more
          cause    changed config
                     lr     obtained 0.2   reference 0.1
                     width  obtained 1024  reference 512
          verdict  FAILED   1 of 8 seeds, 4.1 s
                   look closer: pytest-repro diff "experiments/test_digits.py::test_digits_mlp"
        """  # noqa: E501  # lines as they are printed
    )


def test_cause_without_seeds_keeps_its_reason() -> None:
    """Where no seed ran, the cause carries the reason, and its further lines."""
    verdict = replace(
        MISSING,
        cause=Cause.CORRUPT_REFERENCE,
        reason="run.json: digest differs\n  remedy  git checkout reference_runs",
    )

    assert block(replace(outcome_of(verdict), seeds=(), wall_s=0)) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          cause    corrupt reference: run.json: digest differs
                     remedy  git checkout reference_runs
          verdict  FAILED   0 of 8 seeds, 0.0 s
        """
    )


def test_explanation_of_a_seed_that_does_not_hold_has_a_line() -> None:
    """One line says which part parted first; a seed that holds needs none."""
    failed = outcome_of(DIVERGED)
    told = replace(failed.seeds[0], explanation="optimizer at step 12: equal gradients")
    holds = replace(told, verdict=IDENTICAL)

    assert "  cause    optimizer at step 12: equal gradients\n" in block(
        replace(failed, seeds=(told,))
    )
    assert "cause" not in block(replace(outcome_of(IDENTICAL), seeds=(holds,)))


def test_several_seeds_and_what_they_say_together() -> None:
    """Labels are padded, and the folded verdict has a line of its own."""
    open_seed = replace(IDENTICAL, rung=Rung.INCONCLUSIVE, reason="acc is 0.4 margins")
    together = replace(
        IDENTICAL,
        rung=Rung.EQUIVALENT,
        required=Rung.EQUIVALENT,
        reason="acc shifts by 0.001",
        match=Match.NEAREST,
    )
    outcome = replace(
        outcome_of(together, wall_s=125.0),
        seeds=(
            SeedVerdict(seed=0, verdict=IDENTICAL),
            SeedVerdict(seed=11, verdict=open_seed),
        ),
    )

    assert block(outcome) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          seed 0   IDENTICAL      same bits: 1 final metric, 1 trace, 1 fingerprint
          seed 11  INCONCLUSIVE   acc is 0.4 margins
          seeds    EQUIVALENT     acc shifts by 0.001
          against  reference_runs/digits, the nearest of another environment
          verdict  PASSED   2 of 8 seeds, 2 min 5 s
        """
    )


def test_divergence_elsewhere_than_the_reason_is_placed() -> None:
    """Where the bits part in another place than the reason names, it is told."""
    place = Divergence(
        path="weights",
        step=3,
        obtained="sha256:aaaa…",
        reference="sha256:bbbb…",
        obtained_bits="sha256:" + "a" * 64,
        reference_bits="sha256:" + "b" * 64,
        is_bounded=True,
    )
    details = ["test/loss leaves Close(atol=1) by 2x: 3 against 1", "acc differs"]
    verdict = replace(
        DIVERGED,
        reason=f"{details[0]}; 1 more",
        divergence=place,
        findings=tuple(
            Finding(name="m", rung=Rung.DIVERGED, detail=detail) for detail in details
        ),
    )

    assert "\n".join(experiment_lines(outcome_of(verdict))[:6]) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          seed 0   DIVERGED   test/loss leaves Close(atol=1) by 2x: 3 against 1; 1 more
                     parted     at or before step 3 (weights)
                     obtained   sha256:aaaa…
                     reference  sha256:bbbb…
                     also       acc differs
        """
    )


def test_divergence_without_a_step_is_placed_too() -> None:
    """What belongs to no step is named alone."""
    place = Divergence(path="acc", step=None, obtained="1", reference="2")
    verdict = replace(DIVERGED, reason="lower than it was", divergence=place)

    assert "             parted     in acc\n" in block(outcome_of(verdict))


def test_rung_below_the_required_one_says_what_is_required() -> None:
    """An equivalent result that is not enough says why."""
    verdict = replace(IDENTICAL, rung=Rung.EQUIVALENT, reason="acc shifts by 0.001")

    lines = experiment_lines(outcome_of(verdict))

    assert lines[2:4] == [
        "  verdict  FAILED   1 of 8 seeds, 4.1 s",
        "           required: WITHIN ROUNDING",
    ]


@pytest.mark.parametrize("action", [Action.RECORDED, Action.UPDATED])
def test_written_reference_says_why(action: Action) -> None:
    """A recorded or updated reference is neither passed nor failed."""
    outcome = replace(outcome_of(MISSING), action=action, message="new optimizer")

    last = experiment_lines(outcome)[-1]

    assert last == (
        f"  verdict  {action.value.upper()}   1 of 8 seeds, 4.1 s · new optimizer"
    )


def test_skipped_experiment_says_why_and_nothing_else() -> None:
    """A skip has no seeds and no cause."""
    assert block(skipped()) == golden(
        """
        experiments/test_gpu.py::test_gpu
          verdict  SKIPPED   needs a GPU
        """
    )


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_is_told(cause: Cause) -> None:
    """No cause is silent, and none passes."""
    text = block(outcome_of(replace(MISSING, cause=cause)))

    assert f"  cause    {cause.value}\n" in text
    assert "  verdict  FAILED   " in text


@pytest.mark.parametrize("rung", [rung for rung in Rung if rung.height])
def test_every_rung_is_told(rung: Rung) -> None:
    """Each rung stands in the line of its seed, in words."""
    verdict = replace(IDENTICAL, rung=rung)

    lines = experiment_lines(outcome_of(verdict))

    assert lines[1].startswith(f"  seed 0   {rung.label}   same bits")
    assert ("PASSED" in lines[-1]) == (rung.height >= 4)


def test_problems_of_the_session_are_told_before_the_last_line() -> None:
    """Each problem has its name, its lines and its place in the count."""
    problem = Problem(name="ORPHAN", message="reference_runs/old\nremove it: prune")
    mild = Problem(name="UNKNOWN", message="no git here", is_fatal=False)
    session = replace(session_of([outcome_of(IDENTICAL)]), problems=(problem, mild))

    assert session_lines(session)[-4:] == [
        "ORPHAN  reference_runs/old",
        "  remove it: prune",
        "UNKNOWN  no git here",
        (
            "1 passed, 1 problem, 1 warning · 1 experiment, 1 seed of 8"
            " · report .repro/report/index.html"
        ),
    ]


def test_empty_session_compared_nothing() -> None:
    """A session without outcomes does not look like success."""
    assert session_lines(replace(session_of([]), report="")) == [
        "nothing compared · 0 experiments, 0 seeds of 0"
    ]


HOSTILE = "a\x1b[31mb\x07c\r\nd\u202ee\u2066f\u200bg\x9bh\x00i\ud800j"


def hostile(text: str) -> Outcome:
    """Build an outcome that holds a text in every field that is shown."""
    finding = Finding(name=text, rung=Rung.NOT_COMPARABLE, detail=text)
    place = Divergence(path=text, step=1, obtained=text, reference=text)
    seed = replace(DIVERGED, reason=text, divergence=place, findings=(finding,))
    verdict: Verdict = replace(MISSING, reason=text, findings=(finding,))
    return Outcome(
        experiment=text,
        action=Action.COMPARED,
        verdict=replace(verdict, match=Match.NEAREST),
        seeds=(SeedVerdict(seed=0, verdict=seed),),
        reference=text,
        candidate=text,
        message=text,
    )


def test_control_and_bidirectional_characters_are_taken_out() -> None:
    """Nothing in any field can move the cursor, reorder or break a line."""
    problem = Problem(name=HOSTILE, message=HOSTILE)
    session = replace(
        session_of([hostile(HOSTILE)]), problems=(problem,), report=HOSTILE
    )

    lines = session_lines(session)

    assert [line for line in lines if not line.isprintable()] == []
    assert lines[0] == "a[31mbc  defghij"


def test_long_id_is_shortened_in_its_middle_but_not_in_the_command() -> None:
    """Both ends of an id stay, and what is copied is whole."""
    experiment = "experiments/" + "deep/" * 40 + "test_it.py::test_it"

    lines = experiment_lines(outcome_of(DIVERGED, experiment=experiment))

    assert len(lines[0]) == 120
    assert lines[0].startswith("experiments/deep/")
    assert lines[0].endswith("test_it.py::test_it")
    assert f'"{experiment}"' in lines[-1]


@pytest.mark.parametrize("active", ["$(id)", "`id`", '"; id; "', "a\\", "!!"])
def test_command_runs_nothing_from_an_id(active: str) -> None:
    """An id that a shell would act on is quoted so that it does not."""
    lines = experiment_lines(outcome_of(DIVERGED, experiment=f"{ID}[{active}]"))

    assert lines[-1] == (f"           look closer: pytest-repro diff '{ID}[{active}]'")


def test_many_changes_are_counted() -> None:
    """A long list ends with how many are left out."""
    findings = tuple(
        Finding(name=f"k{index:02}", rung=Rung.NOT_COMPARABLE, detail="changed")
        for index in range(13)
    )
    verdict = replace(MISSING, cause=Cause.CHANGED_CONFIG, findings=findings)

    text = block(outcome_of(verdict))

    assert "k09  changed\n             … 3 more\n" in text
    assert "k10" not in text


def test_escapes_are_told_and_counted() -> None:
    """Ten lines at most, and how many more there are; the experiment still passes."""
    told = tuple(f"a.py:{number} uuid.uuid4()" for number in range(12))

    lines = experiment_lines(replace(outcome_of(IDENTICAL), escapes=told))

    assert lines[2] == "  escaped  a.py:0 uuid.uuid4()"
    assert lines[11] == "  escaped  a.py:9 uuid.uuid4()"
    assert lines[12] == "             … 2 more"
    assert lines[13].startswith("  verdict  PASSED")
