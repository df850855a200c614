"""Where two runs parted, in lines that a person reads."""

from dataclasses import replace

import pytest

from pytest_repro.records import BEFORE, Operation, Phase
from pytest_repro.reports.first_operation import root_lines
from pytest_repro.verdicts.operations import first_root
from tests.verdicts.tracing import call, chain

SKETCH = (2.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0)


def lines(obtained: tuple[Operation, ...], reference: tuple[Operation, ...]) -> str:
    """Render the root of two traces."""
    root = first_root(obtained, reference)
    assert root is not None
    return "\n".join(root_lines(root))


def test_other_kernel() -> None:
    """What, where, both sides, and how far apart."""
    reference = call("aten.mm.default", outputs=("1" * 16,))
    reference = replace(reference, sketch=SKETCH)
    obtained = replace(
        reference,
        source="train.py:9",
        outputs=("2" * 16,),
        sketch=(*SKETCH[:7], 2e-7),
    )

    assert lines((obtained,), (reference,)) == (
        "aten.mm.default, in net, step 0, forward: equal inputs gave unequal outputs\n"
        "  obtained   train.py:9  float32[4]  2222222222222222\n"
        "  reference  train.py:7  float32[4]  1111111111111111\n"
        "  apart      about 1.0e-07 of their norm, in the range of rounding\n"
        "  before it  0 operations are equal"
    )


def test_output_that_differs_is_shown() -> None:
    """Of several outputs the first may be equal."""
    shapes = ("float32[4]", "int64[9]")
    reference = call("aten.max.dim", outputs=("1" * 16, "2" * 16), shapes=shapes)
    obtained = replace(reference, outputs=("1" * 16, "3" * 16))

    shown = lines((obtained,), (reference,))

    assert "obtained   train.py:7  int64[9]  3333333333333333" in shown
    assert "reference  train.py:7  int64[9]  2222222222222222" in shown


def test_other_argument() -> None:
    """Both values of what was changed, and nothing of what was not."""
    reference = call("drop", arguments="p=0.5, train=True", outputs=("1" * 16,))
    obtained = replace(reference, arguments="p=0.4, train=True", outputs=("2" * 16,))

    shown = lines((obtained,), (reference,))

    assert "obtained   train.py:7  p=0.4\n" in shown
    assert "reference  train.py:7  p=0.5\n" in shown


def test_other_operations() -> None:
    """What each side calls, and who shows it first."""
    shown = lines(chain("a", "gelu", "c", "d", "e"), chain("a", "c", "d", "e"))

    assert shown == (
        "in net, step 0, forward: other operations are called\n"
        "  obtained   gelu  net  train.py:7\n"
        "  reference  nothing in their place\n"
        "  shown by   c, in net, step 0, forward, train.py:7\n"
        "  before it  1 operations are equal"
    )


def test_data_from_outside() -> None:
    """Which input differs."""
    one = call("mm", inputs=("1" * 16, "3" * 16), outputs=("5" * 16,))
    other = call("mm", inputs=("1" * 16, "4" * 16), outputs=("6" * 16,))

    shown = lines((one,), (other,))

    assert "it reads what no traced operation made" in shown
    assert "obtained   train.py:7  input 2 of 2 3333333333333333" in shown


def test_other_random_state() -> None:
    """A generator is no input that a person would count."""
    one = call("uniform_", inputs=("rng:" + "1" * 16,), outputs=("1" * 16,))
    other = call("uniform_", inputs=("rng:" + "2" * 16,), outputs=("2" * 16,))

    assert "obtained   train.py:7  generator 1111111111111111" in lines(
        (one,), (other,)
    )


def test_difference_without_effect() -> None:
    """It is told that it explains nothing."""
    one = call("mm", arguments="eps=1")

    shown = lines((replace(one, arguments="eps=2"),), (one,))

    assert "effect     none, as far as both traces go" in shown


def test_setup_and_call_without_a_line() -> None:
    """A place that has no step and no line."""
    one = replace(call("mm"), step=BEFORE, phase=Phase.SETUP, module="", source="")

    shown = lines((replace(one, outputs=("1" * 16,)),), (one,))

    assert shown.startswith("mm, before the first step: ")
    assert "obtained   no line of the project  float32[4]" in shown


@pytest.mark.parametrize("size", [6, 30])
def test_many_operations_are_counted(size: int) -> None:
    """Five are shown."""
    extra = tuple(f"x{number}" for number in range(size))

    shown = lines(chain("a", *extra, "c", "d", "e"), chain("a", "c", "d", "e"))

    assert f"and {size - 5} more" in shown


def test_text_of_a_trace_cannot_act() -> None:
    """Names come from stored files."""
    one = replace(call("mm\x1b[2J"), outputs=("1" * 16,))

    assert "\x1b" not in lines((one,), (replace(one, outputs=("2" * 16,)),))
