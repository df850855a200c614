"""Sound modules that were blamed once; faults that come at times only."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.contracts import (
    ModuleContract,
    find_counterexample,
    promises_of,
    property_named,
    subject_of,
)
from pytest_repro.errors import ContractError
from tests.contracts.corpus.correct_modules import CORRECT

SOUND = {one.name: one for one in CORRECT}
BLAMED = (
    ("Fours", "batch_size_invariance"),
    ("FewPlaces", "finite"),
    ("FewPlaces", "padding_invariance"),
    ("MaskedMax", "padding_invariance"),
    ("PReLU", "overfit_one_batch"),
    ("ScaledInSingle", "gradcheck"),
    ("GRU that promises no result", "batch_permutation"),
    ("GRU that promises no result", "batch_size_invariance"),
    ("GRU that promises no result", "empty_batch"),
)


@pytest.mark.parametrize(("name", "rule"), BLAMED)
def test_sound_module_is_not_blamed(name: str, rule: str) -> None:
    """Declared sizes, masks of numbers, few parameters, states with layers first."""
    subject = subject_of(SOUND[name])

    found = find_counterexample(subject, property_named("module", rule))

    assert found is None


def _causal() -> nn.Module:
    class Shifted(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)

    return Shifted()


def test_padding_of_a_result_without_a_promise_is_left_out() -> None:
    """A longer sequence has a longer result, whether or not anybody said so."""
    part = ModuleContract(
        name="shifted",
        build=_causal,
        arguments={"x": "Float batch time 4"},
        time="time",
        causal=True,
    )

    rule = property_named("module", "padding_invariance")

    assert find_counterexample(subject_of(part), rule) is None


def test_a_fault_that_comes_at_times_is_told_as_such() -> None:
    """No error of Hypothesis, but a counter-example that names the suspicion."""
    values = itertools.chain([0.0, 0.0, torch.nan], itertools.repeat(0.0))

    class Once(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + next(values)

    part = ModuleContract(name="once", build=Once, arguments={"x": "Float batch 4"})

    found = find_counterexample(subject_of(part), property_named("module", "finite"))

    assert found is not None
    assert "at times only" in found.finding.suspicion


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time": "length", "causal": True}, "time='length' names no dimension"),
        ({"batch": "rows"}, "batch='rows' names no dimension"),
        ({"time": "time", "mask": "!hidden"}, "mask='hidden' names no argument"),
        ({"mask": "input"}, "mask='input' needs time=…"),
    ],
)
def test_names_that_lead_nowhere_are_refused(wrong: dict[str, str], told: str) -> None:
    """What hangs on a misspelt name would pass in silence."""
    part = ModuleContract(
        name="part",
        build=nn.ReLU,
        arguments={"input": "Float batch time 4"},
        **wrong,  # type: ignore[arg-type]  # as written
    )

    with pytest.raises(ContractError, match=told):
        promises_of(subject_of(part))
