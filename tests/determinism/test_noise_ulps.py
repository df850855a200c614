"""How far rounding-sized noise moves numbers, and which it leaves alone."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.determinism.noise import FLOW_ULPS, STORED_ULPS
from pytest_repro.determinism.torch_generators import make_generator
from pytest_repro.determinism.torch_ulps import draw_steps, has_ulps, move_, moved
from tests.determinism.ulps import ulps_between

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
WIDTHS = {
    torch.float16: 16,
    torch.bfloat16: 16,
    torch.float32: 32,
    torch.float64: 64,
}
INTEGERS = {16: torch.int16, 32: torch.int32, 64: torch.int64}


@st.composite
def numbers(draw: st.DrawFn) -> torch.Tensor:
    """Draw arbitrary bits as floats of any kind that has ulps."""
    dtype = draw(st.sampled_from(FLOATS))
    width = WIDTHS[dtype]
    word = st.integers(-(2 ** (width - 1)), 2 ** (width - 1) - 1)
    words = draw(st.lists(word, max_size=20))
    return torch.tensor(words, dtype=INTEGERS[width]).view(dtype)


@given(
    numbers(), st.sampled_from([1, 2, STORED_ULPS, FLOW_ULPS]), st.integers(0, 2**40)
)
def test_no_number_moves_further_than_asked(
    tensor: torch.Tensor, ulps: int, seed: int
) -> None:
    """Every finite number of any bits stays finite, and within the ulps."""
    finite = tensor[tensor.isfinite()]

    noisy = moved(finite, ulps, make_generator(seed))

    assert max(ulps_between(finite, noisy), default=0) <= ulps
    assert bool(noisy.isfinite().all())


@given(numbers(), st.integers(0, 2**40))
def test_no_number_leaves_the_powers_of_two_around_it(
    tensor: torch.Tensor, seed: int
) -> None:
    """Sign and exponent stay, so a probability never exceeds 1; NaN stays NaN."""
    noisy = moved(tensor, FLOW_ULPS, make_generator(seed))

    assert torch.equal(noisy.signbit(), tensor.signbit())
    is_normal = tensor.isfinite() & (tensor.abs() >= torch.finfo(tensor.dtype).tiny)
    assert torch.equal(
        noisy[is_normal].double().frexp().exponent,
        tensor[is_normal].double().frexp().exponent,
    )
    assert torch.equal(noisy.isnan(), tensor.isnan())


@pytest.mark.parametrize("dtype", FLOATS)
def test_numbers_with_a_meaning_stay(dtype: torch.dtype) -> None:
    """Zeros of either sign, ones, powers of two and infinities keep their bits."""
    values = [0.0, -0.0, 1.0, -1.0, 0.5, 1024.0, math.inf, -math.inf]
    tensor = torch.tensor(values, dtype=dtype)

    noisy = moved(tensor, FLOW_ULPS, make_generator(0))

    assert torch.equal(noisy, tensor)
    assert torch.equal(noisy.signbit(), tensor.signbit())


@pytest.mark.parametrize("dtype", FLOATS)
def test_most_numbers_move_both_ways_as_far_as_asked(dtype: torch.dtype) -> None:
    """The noise is there: each of ±1 … ±4 occurs, and nothing in between powers stays.

    Fractions near a power of two have less room, so the sample keeps away from them.
    """
    tensor = torch.full((4000,), 1.375, dtype=dtype)

    noisy = moved(tensor, 4, make_generator(1))

    assert set(ulps_between(tensor, noisy)) == {1, 2, 3, 4}
    assert bool((noisy > tensor).any())
    assert bool((noisy < tensor).any())


@pytest.mark.parametrize(
    ("ulps", "limit"), [(4, 24.3), (STORED_ULPS, 37.7), (FLOW_ULPS, 103.4)]
)
def test_steps_are_uniform_and_without_bias(ulps: int, limit: float) -> None:
    """Each step up and each step down is as probable as any other.

    Chi-squared with 7, 15 and 63 degrees of freedom exceeds the limit with probability
    0.001; the seed is fixed, so this is a fact and not a gamble.
    """
    steps = draw_steps(torch.Size([20_000 * ulps]), ulps, make_generator(2)).long()

    counts = torch.bincount(steps + ulps, minlength=2 * ulps + 1)

    assert counts[ulps] == 0
    spread = (counts[counts > 0].double() - 10_000).square().sum() / 10_000
    assert float(spread) < limit


@pytest.mark.parametrize("ulps", [1, 2, STORED_ULPS, FLOW_ULPS])
def test_steps_are_as_many_as_asked(ulps: int) -> None:
    """As many ulps as asked either way, and never none."""
    steps = draw_steps(torch.Size([2000]), ulps, make_generator(3))

    assert set(steps.tolist()) == {*range(-ulps, 0), *range(1, ulps + 1)}


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_complex_numbers_move_in_both_parts(dtype: torch.dtype) -> None:
    """Real and imaginary parts are numbers like any others."""
    tensor = torch.full((64,), 1.3 - 0.7j, dtype=dtype).conj()

    noisy = moved(tensor, 4, make_generator(4))

    distances = (
        ulps_between(noisy.real, tensor.real),
        ulps_between(noisy.imag, tensor.imag),
    )
    assert all(1 <= max(some) <= 4 for some in distances)


def test_memory_format_is_kept() -> None:
    """Noise does not turn `channels_last` into another layout."""
    tensor = torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)

    noisy = moved(tensor, 4, make_generator(5))

    assert noisy.stride() == tensor.stride()


def test_moving_in_place_disturbs_no_graph() -> None:
    """A graph that already holds the tensor still runs backward."""
    weight = torch.nn.Parameter(torch.full((3,), 1.3))
    loss = weight.square().sum()

    move_(weight, 1, make_generator(6))
    loss.backward()

    assert weight.grad is not None
    assert set(ulps_between(weight, torch.full((3,), 1.3))) == {1}


def test_inference_tensors_move_anywhere() -> None:
    """A tensor made under inference mode moves outside of it, and the reverse."""
    with torch.inference_mode():
        inside = torch.full((3,), 1.3)
    outside = torch.full((3,), 1.3)

    move_(inside, 1, make_generator(7))
    with torch.inference_mode():
        move_(outside, 1, make_generator(7))

    assert torch.equal(inside, outside)
    assert set(ulps_between(outside, torch.full((3,), 1.3))) == {1}


def test_elements_that_share_memory_stay() -> None:
    """A broadcast row would be moved several times, so it is not moved at all."""
    row = torch.full((1,), 1.3)

    move_(row.expand(5), 1, make_generator(8))

    assert row.item() == torch.tensor(1.3).item()


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(3),
        torch.ones(3, dtype=torch.bool),
        torch.ones(3, device="meta"),
        torch.ones(3).to(torch.float8_e4m3fn),
        torch.eye(3).to_sparse(),
    ],
    ids=["int", "bool", "meta", "float8", "sparse"],
)
def test_other_tensors_have_no_ulps(tensor: torch.Tensor) -> None:
    """Integers, bools and tensors without bits of their own are told apart."""
    assert not has_ulps(tensor)
