"""A ledger is described in a line, and what it left out in another."""

from pytest_repro.cli.followed import followed_lines, thinned_text
from pytest_repro.records import BEFORE, Lane, LostLane


def lane(name: str, steps: tuple[int, ...]) -> Lane:
    """Make a lane of some steps."""
    digests = tuple("0" * 16 for _ in steps)
    return Lane(name=name, steps=steps, orders=steps, digests=digests)


def test_record_without_a_ledger_has_no_line() -> None:
    """There is nothing to say."""
    assert followed_lines(()) == []


def test_dense_ledger_has_one_line() -> None:
    """How many lanes, and how far; evaluations are no series of steps."""
    lanes = (lane("model/evaluation", (9, 19)), lane("x/y", tuple(range(BEFORE, 20))))

    assert followed_lines(lanes) == ["2 lanes up to step 19"]


def test_thinned_ledger_says_so() -> None:
    """Which lanes leave out how many steps, the densest first."""
    dense = lane("a", tuple(range(9)))
    lanes = (dense, lane("b", (0, 1, 8)), lane("c", (0, 4, 8)))

    assert followed_lines(lanes) == [
        "3 lanes up to step 8",
        "thinned to every 4th step: c; every 8th step: b",
    ]


def test_ledger_that_ends_early_says_so() -> None:
    """Of a short run only the first step may be followed: the rest was left out."""
    lanes = (lane("data/sample", tuple(range(400))), lane("rng/torch", (BEFORE, 0)))

    assert thinned_text(lanes, steps=15) == "thinned to every 16th step: rng/torch"
    assert thinned_text(lanes, steps=1) == ""


def test_optimizer_that_steps_less_often_is_not_thinned() -> None:
    """Gradients of many steps may be added up: lanes of a model count by themselves."""
    walked = lane("rng/torch", tuple(range(8)))
    model = [lane(f"model/{part}", (0, 1)) for part in ("inputs", "gradients")]
    late = lane("model/outputs", (0,))

    assert thinned_text((walked, *model), steps=8) == ""
    assert thinned_text((walked, *model, late)) == (
        "thinned to every 2nd step: model/outputs"
    )


def test_lost_lane_says_so() -> None:
    """Since which step, and why; even where no lane is left."""
    lost = LostLane(name="a", step=4, why="MemoryError")

    assert followed_lines((lane("a", (0, 1, 2, 3)),), (lost,)) == [
        "1 lanes up to step 3",
        "lost a from step 4 on (MemoryError)",
    ]
    assert followed_lines((), (lost,)) == ["lost a from step 4 on (MemoryError)"]
