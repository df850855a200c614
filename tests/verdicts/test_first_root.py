"""From two operation traces to the call in which the runs parted."""

import time
from dataclasses import replace

import pytest

from pytest_repro.records import BEFORE, Operation, Phase
from pytest_repro.verdicts.operations import Change, Root, RootKind, first_root
from tests.verdicts.tracing import call, chain, naive_root

TRACE = chain("a", "b", "c", "d", "e", "f")


def root(obtained: tuple[Operation, ...], reference: tuple[Operation, ...]) -> Root:
    """Find the root of traces that have one."""
    found = first_root(obtained, reference)
    assert found is not None
    return found


def test_equal_traces_have_no_root() -> None:
    """Nothing parted."""
    assert first_root(TRACE, TRACE) is None


def test_empty_traces_have_no_root() -> None:
    """Nothing was traced, so nothing is said."""
    assert first_root((), TRACE) is None


def test_first_call_with_equal_inputs_and_unequal_outputs_is_the_root() -> None:
    """A kernel that computes something else; what follows only carries it on."""
    found = root(chain("a", "b", "c!", "d", "e", "f"), TRACE)

    assert found.kind is RootKind.COMPUTED
    assert found.obtained is not None
    assert found.obtained.name == "c"
    assert found.equal_before == 2


def test_other_argument_is_the_root() -> None:
    """Equal inputs, another number beside them: that is named."""
    one, other = call("drop", arguments="p=0.4, train=True"), call("drop")
    other = replace(other, arguments="p=0.5, train=True", outputs=("0" * 16,))

    found = root((one,), (other,))

    assert found.kind is RootKind.ARGUMENT
    assert found.changes == (Change(name="p", obtained="0.4", reference="0.5"),)


def test_list_among_arguments_is_one_argument() -> None:
    """Commas within brackets separate nothing."""
    one = call("conv", arguments="stride=[1, 1], padding=[0, 1]")
    other = call("conv", arguments="stride=[1, 2], padding=[0, 1]", outputs=("1" * 16,))

    found = root((one,), (other,))

    assert found.changes == (
        Change(name="stride", obtained="[1, 1]", reference="[1, 2]"),
    )


def test_argument_without_effect_is_not_blamed_for_a_later_root() -> None:
    """A kernel that differs with equal inputs is the root, whatever came before."""
    odd = replace(TRACE[0], arguments="eps=1e-9")

    found = root((odd, *chain("a", "b", "c!", "d")[1:]), chain("a", "b", "c", "d"))

    assert found.kind is RootKind.COMPUTED


def test_argument_without_any_effect_is_told_as_such() -> None:
    """It differs, and no output shows it."""
    found = root((replace(TRACE[0], arguments="eps=1e-9"), *TRACE[1:]), TRACE)

    assert found.kind is RootKind.ARGUMENT
    assert found.shown_by is None


def test_another_random_state_is_no_other_kernel() -> None:
    """Who drew before is another question than what this operator computes."""
    one = call("uniform_", inputs=("rng:" + "1" * 16,), outputs=("1" * 16,))
    other = call("uniform_", inputs=("rng:" + "2" * 16,), outputs=("2" * 16,))

    assert root((one,), (other,)).kind is RootKind.RANDOM


def test_equal_random_state_and_other_numbers_are_another_kernel() -> None:
    """The same state, drawn from by other code."""
    one = call("uniform_", inputs=("rng:" + "1" * 16,), outputs=("1" * 16,))

    found = root((one,), (replace(one, outputs=("2" * 16,)),))

    assert found.kind is RootKind.COMPUTED


def test_random_state_that_nobody_draws_from_does_not_count() -> None:
    """Dropout in evaluation reads no number."""
    one = call("dropout", inputs=("rng:" + "1" * 16,))

    assert first_root((one,), (replace(one, inputs=("rng:" + "2" * 16,)),)) is None


def test_unequal_inputs_that_no_call_made_come_from_outside() -> None:
    """A batch that differs: the call that reads it first, and which input."""
    one = call("mm", inputs=("1" * 16, "3" * 16), outputs=("5" * 16,))
    other = call("mm", inputs=("1" * 16, "4" * 16), outputs=("6" * 16,))

    found = root((one,), (other,))

    assert found.kind is RootKind.OUTSIDE
    assert found.unequal == (1,)


def test_call_that_only_one_side_makes_is_the_root() -> None:
    """One more operation, and every later number is another."""
    found = root(
        chain("a", "b", "extra", "c", "d", "e"), chain("a", "b", "c", "d", "e")
    )

    assert found.kind is RootKind.STRUCTURE
    assert [one.name for one in found.added] == ["extra"]
    assert found.removed == ()
    assert found.shown_by is not None
    assert found.shown_by.obtained.name == "c"


def test_call_that_is_missing_is_the_root() -> None:
    """The same the other way round."""
    found = root(chain("a", "c", "d", "e"), chain("a", "b", "c", "d", "e"))

    assert (found.added, [one.name for one in found.removed]) == ((), ["b"])
    assert found.obtained is None


def test_replaced_call_is_the_root() -> None:
    """Another function in its place."""
    found = root(chain("a", "gelu", "c", "d", "e"), chain("a", "relu", "c", "d", "e"))

    assert [one.name for one in found.added] == ["gelu"]
    assert [one.name for one in found.removed] == ["relu"]


def test_same_calls_in_other_shapes_are_the_same_calls() -> None:
    """A wider layer: the first call that makes one is named, not the last."""
    names = ("uniform_", "fill_", "addmm", "relu", "mm")
    wide, narrow = (
        tuple(
            call(name, outputs=(f"{number:015x}{mark}",), shapes=(shape,))
            for number, name in enumerate(names)
        )
        for mark, shape in (("a", "float32[9, 4]"), ("b", "float32[8, 4]"))
    )
    before = call("randperm")

    found = root((before, *wide), (before, *narrow))

    assert (found.kind, found.equal_before) == (RootKind.ARGUMENT, 1)
    assert found.obtained is not None
    assert found.obtained.name == "uniform_"
    assert found.changes == (
        Change(name="shape", obtained="float32[9, 4]", reference="float32[8, 4]"),
    )


def test_idle_call_does_not_hide_a_later_root() -> None:
    """Something computed for a log, which nobody reads; then a kernel that differs."""
    plain = chain("a", "b", "c", "d", "e")
    idle = call("norm", inputs=plain[1].outputs, outputs=("9" * 16,))
    parted = chain("a", "b", "c", "d!", "e")

    found = root((*parted[:2], idle, *parted[2:]), plain)

    assert found.kind is RootKind.COMPUTED
    assert found.obtained is not None
    assert found.obtained.name == "d"


def test_idle_call_alone_is_told_to_have_no_effect() -> None:
    """It is a difference, and explains none."""
    idle = call("norm", outputs=("9" * 16,))

    found = root((*TRACE[:2], idle, *TRACE[2:]), TRACE)

    assert found.kind is RootKind.STRUCTURE
    assert found.shown_by is None


def test_extra_call_is_blamed_across_calls_that_agree() -> None:
    """Between it and the first unequal output others agree, and one more is idle."""
    side = [
        call(name, inputs=("8" * 16,), outputs=("7" * 16,)) for name in ("x", "y", "z")
    ]
    made = call("extra", inputs=("1" * 16,), outputs=("2" * 16,))
    idle = call("norm", outputs=("9" * 16,))
    reader = call("mm", inputs=("1" * 16,), outputs=("3" * 16,))
    other = replace(reader, inputs=("2" * 16,), outputs=("4" * 16,))

    found = root((made, *side, idle, *side, other), (*side, *side, reader))

    assert [one.name for one in found.added] == ["extra"]


def test_extra_draw_explains_another_random_state() -> None:
    """Who drew more is named, not who then drew other numbers."""
    state = ("rng:" + "1" * 16,)
    before = chain("a", "b", "c")
    other = call("uniform_", inputs=state, outputs=("5" * 16,))
    one = replace(other, inputs=("rng:" + "2" * 16,), outputs=("6" * 16,))
    draw = call("rand", inputs=state, outputs=("7" * 16,))

    found = root((draw, *before, one), (*before, other))

    assert found.kind is RootKind.STRUCTURE
    assert [call.name for call in found.added] == ["rand"]


def test_renamed_module_is_no_difference() -> None:
    """The numbers are the same under another name."""
    renamed = tuple(replace(one, module="net.other") for one in TRACE)

    assert first_root(renamed, TRACE) is None


def test_shifted_lines_are_no_difference() -> None:
    """A comment above moves every line."""
    shifted = tuple(replace(one, source="train.py:99") for one in TRACE)

    assert first_root(shifted, TRACE) is None


def test_shorter_reference_is_no_difference() -> None:
    """A reference keeps a bounded trace; where it ends, nothing is claimed."""
    assert first_root(TRACE, TRACE[:3]) is None


def test_digest_that_may_not_be_compared_is_no_difference() -> None:
    """Unreadable contents are not unequal."""
    one = call("nested", outputs=("-",))

    assert first_root((one,), (replace(one, outputs=("1" * 16,)),)) is None


def test_unreadable_inputs_prove_no_other_kernel() -> None:
    """Whether they are equal nobody knows, so the call is not accused."""
    one = call("nested", inputs=("-",), outputs=("1" * 16,))

    found = root((one,), (replace(one, outputs=("2" * 16,)),))

    assert found.kind is RootKind.OUTSIDE


@pytest.mark.parametrize(
    ("dtype", "apart", "is_rounding"),
    [
        ("float32", 1e-7, True),
        ("float32", 1e-5, False),
        ("float64", 1e-12, True),
        ("float64", 1e-10, False),
        ("bfloat16", 1e-2, True),
        ("bfloat16", 3e-2, False),
    ],
)
def test_size_of_the_difference_is_told(
    dtype: str, apart: float, *, is_rounding: bool
) -> None:
    """Relative to the norm, and whether rounding makes such, by the type."""
    one = call("mm", shapes=(f"{dtype}[4]",), outputs=("1" * 16,))
    one = replace(one, sketch=(2.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0))
    sums = (1.0, 0.0, 1.0, 2 * apart)
    other = replace(one, outputs=("2" * 16,), sketch=(*one.sketch[:4], *sums))

    found = root((one,), (other,))

    assert found.size == pytest.approx(apart, rel=1e-9)
    assert found.is_rounding is is_rounding


def test_size_is_unknown_where_a_sketch_is_not_finite() -> None:
    """Infinite numbers are not so-and-so far apart."""
    one = call("mm", outputs=("1" * 16,))
    one = replace(one, sketch=(float("inf"), 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0))

    found = root((one,), (replace(one, outputs=("2" * 16,)),))

    assert (found.size, found.is_rounding) == (None, None)


def test_classical_rule_misses_an_initialiser_and_this_one_does_not() -> None:
    """The known hole: fresh memory counted as an input, and never equal.

    The rule is checked here to fail, so that the test of ours means something.
    """
    state = "rng:" + "1" * 16
    one = call("uniform_", inputs=("3" * 16, state), outputs=("5" * 16,))
    other = call("uniform_", inputs=("4" * 16, state), outputs=("6" * 16,))
    ours = [replace(side, inputs=(state,), is_source=True) for side in (one, other)]

    assert naive_root((one,), (other,)) is None
    assert root((ours[0],), (ours[1],)).kind is RootKind.COMPUTED


def test_classical_rule_misses_data_and_this_one_does_not() -> None:
    """Where a batch differs, no call has equal inputs and unequal outputs."""
    one = chain("a", "b", "c", first="1" * 16)
    other = chain("a", "b", "c", first="2" * 16)

    assert naive_root(one, other) is None
    assert root(one, other).kind is RootKind.OUTSIDE


@pytest.mark.parametrize("shift", [0, 1, 40])
def test_long_traces_take_no_long_time(shift: int) -> None:
    """Five thousand calls in 50 steps, with other calls in every step.

    The bound is a hang guard for slow machines, not a figure.
    """
    names = [f"op{number % 7}" for number in range(100)]
    extra = [f"more{number}" for number in range(shift)]
    long = [
        replace(call(name, outputs=(f"{number:016x}",)), step=step)
        for step in range(50)
        for number, name in enumerate(names)
    ]
    other = [
        replace(call(name, outputs=(f"{number:016x}",)), step=step)
        for step in range(50)
        for number, name in [*((999, name) for name in extra), *enumerate(names)]
    ]

    start = time.process_time()
    found = first_root(other, long)

    assert time.process_time() - start < 20
    assert (found is None) == (shift == 0)


def test_setup_comes_first() -> None:
    """A weight that was drawn otherwise is found before the first step."""
    one = replace(call("uniform_"), step=BEFORE, phase=Phase.SETUP, is_source=True)

    found = root((replace(one, outputs=("1" * 16,)), *TRACE), (one, *TRACE))

    assert found.obtained is not None
    assert found.obtained.step == BEFORE
