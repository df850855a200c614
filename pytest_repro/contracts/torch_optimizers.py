"""Checks of optimizers, by a few steps on four small parameters."""

import inspect
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.torch_results import compare
from pytest_repro.records.module_contracts import BITWISE, Level, OptimizerContract

__all__ = [
    "check_all_move",
    "check_gradient_scale",
    "check_gradients_kept",
    "check_lr_zero",
    "check_no_shared_state",
    "check_parameter_order",
    "check_state_roundtrip",
    "check_step_deterministic",
    "check_without_gradient",
]

_SHAPES: Final = ((2, 3), (4,), (), (3, 2))
_STEPS: Final = 3
_HALF: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Training:
    """Parameters, the optimizer that moves them, and the gradients that it gets."""

    parameters: Sequence[nn.Parameter]
    optimizer: Any
    gradients: Sequence[Sequence[Tensor]]

    @classmethod
    def of(
        cls, subject: Subject, draw: Draw, *, order: Sequence[int] = (0, 1, 2, 3)
    ) -> "_Training":
        """Build parameters and optimizer anew; gradients are drawn for all steps."""
        generator = torch.Generator().manual_seed(draw.seed)
        drawn = [torch.randn(shape, generator=generator) for shape in _SHAPES]
        parameters = [nn.Parameter(one) for one in drawn]
        return cls(
            parameters=parameters,
            optimizer=_declared(subject).build([parameters[n] for n in order]),
            gradients=[
                [torch.randn(shape, generator=generator) for shape in _SHAPES]
                for _ in range(2 * _STEPS)
            ],
        )

    @property
    def values(self) -> list[Tensor]:
        """Copies of the parameters."""
        return [one.detach().clone() for one in self.parameters]

    def step(self, number: int, *, scale: float = 1.0, idle: int | None = None) -> None:
        """Take one step; the parameter `idle` gets no gradient."""
        for place, one in enumerate(self.parameters):
            gradient = self.gradients[number][place] * scale
            one.grad = None if place == idle else gradient
        step = inspect.signature(self.optimizer.step).parameters.get("closure")
        if step is not None and step.default is step.empty:
            self.optimizer.step(self._loss)
        else:
            self.optimizer.step()

    def _loss(self) -> Tensor:
        """Give the loss that has these gradients, to who asks for it, as LBFGS does."""
        parts = [(p * p.grad).sum() for p in self.parameters if p.grad is not None]
        return torch.stack(parts).sum().detach()

    def set_rate(self, key: str, factor: float) -> None:
        """Scale the learning rate, as a schedule does."""
        for group in self.optimizer.param_groups:
            group[key] = group[key] * factor

    def steps(self, first: int = 0, last: int = _STEPS) -> list[Tensor]:
        """Take some steps, and give the parameters after them."""
        for number in range(first, last):
            self.step(number)
        return self.values


def check_step_deterministic(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """Two of them go the same way."""
    return compare(
        _Training.of(subject, draw).steps(),
        _Training.of(subject, draw).steps(),
        level=BITWISE,
        suspicion="draws random numbers, or begins with what another one left?",
    )


def check_state_roundtrip(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """Saved in the middle and loaded into another one, it goes where it would have."""
    first, other = _Training.of(subject, draw), _Training.of(subject, draw)
    first.steps()
    first.set_rate(_declared(subject).learning_rate, 0.5)
    state = _saved(first.optimizer.state_dict())
    for mine, its in zip(other.parameters, first.parameters, strict=True):
        mine.data.copy_(its.data)
    other.optimizer.load_state_dict(state)
    last = 2 * _STEPS
    return compare(
        other.steps(_STEPS, last),
        first.steps(_STEPS, last),
        level=BITWISE,
        suspicion="state that is not in state_dict, such as a count of steps, or a"
        " learning rate that is not restored?",
    )


def check_lr_zero(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """A learning rate of 0 moves nothing."""
    training = _Training.of(subject, draw)
    training.set_rate(_declared(subject).learning_rate, 0)
    before = training.values
    return compare(
        training.steps(),
        before,
        level=BITWISE,
        suspicion="a part of the step, such as weight decay, is not scaled by the"
        " learning rate, or the rate is read once?",
    )


def check_without_gradient(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """Who has no gradient stays, before and after others and itself had some."""
    for warm in (0, 1):
        for idle in range(len(_SHAPES)):
            training = _Training.of(subject, draw)
            training.steps(0, warm)
            before = training.values[idle]
            training.step(warm, idle=idle)
            found = compare(
                training.values[idle],
                before,
                level=BITWISE,
                suspicion="a parameter whose gradient is None is moved:"
                " weight decay, or momentum of old steps?",
            )
            if found is not None:
                return found
    return None


def check_all_move(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Each parameter that has gradients is somewhere else after some steps."""
    training = _Training.of(subject, draw)
    before = training.values
    for place, (mine, its) in enumerate(zip(training.steps(), before, strict=True)):
        if torch.equal(mine, its):
            return Finding(
                suspicion="a parameter is left out: a group that is ignored, a shape"
                " that is filtered away, a step that does nothing?",
                where=f"parameter {place} of shape {tuple(its.shape)}",
                obtained=f"where it was, after {_STEPS} steps with gradients",
                reference="somewhere else",
            )
    return None


def check_gradients_kept(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Gradients are read, not written."""
    training = _Training.of(subject, draw)
    for number in range(_HALF):
        training.step(number)
    obtained = [one.grad for one in training.parameters]
    return compare(
        obtained,
        training.gradients[_HALF - 1],
        level=BITWISE,
        suspicion="weight decay or clipping in place, on the gradient itself?",
    )


def check_parameter_order(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """In reverse order each parameter goes the same way."""
    return compare(
        _Training.of(subject, draw, order=(3, 2, 1, 0)).steps(),
        _Training.of(subject, draw).steps(),
        level=BITWISE,
        suspicion="state is kept by place, or one parameter's step enters the next?",
    )


def check_no_shared_state(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """Another optimizer that steps in between changes nothing."""
    alone = _Training.of(subject, draw).steps()
    training, other = _Training.of(subject, draw), _Training.of(subject, draw)
    for number in range(_STEPS):
        other.step(_STEPS + number, scale=3.0)
        training.step(number)
    return compare(
        training.values,
        alone,
        level=BITWISE,
        suspicion="instances share state: a mutable default, or an attribute of the"
        " class?",
    )


def check_gradient_scale(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Twice the gradient makes another first step, or the same, as declared."""
    plain, twice = _Training.of(subject, draw), _Training.of(subject, draw)
    plain.step(0)
    twice.step(0, scale=2.0)
    suspicion = "the step follows the size of the gradient, against the declaration?"
    found = compare(twice.values, plain.values, level=level, suspicion=suspicion)
    if not _declared(subject).learns_from_scale or found is not None:
        return None if _declared(subject).learns_from_scale else found
    return Finding(
        suspicion="the size of the gradient does not matter, against the declaration?",
        where="parameters",
        obtained="the same for twice the gradient",
        reference="another step",
    )


def _declared(subject: Subject) -> OptimizerContract:
    declared = subject.contract
    if not isinstance(declared, OptimizerContract):
        msg = f"{subject.name} is no optimizer"
        raise Inapplicable(msg)
    return declared


def _saved(state: object) -> Any:  # noqa: ANN401  # whatever it holds
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)
