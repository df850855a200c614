"""Properties of learning: gradients reach everything, are right, and lead somewhere."""

import re
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.autograd.gradcheck import GradcheckError

from pytest_repro.contracts.generators import seed_generators
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.shapes import roomy_sizes
from pytest_repro.contracts.torch_calls import Trial, first_float, reduce_loss
from pytest_repro.contracts.torch_descent import Adam
from pytest_repro.contracts.torch_results import leaves
from pytest_repro.records.module_contracts import Level

__all__ = ["check_gradcheck", "check_gradient_flow", "check_overfitting"]

_ROUNDS = 4
_MOST_ELEMENTS = 4000
_SPECIAL = ("zeros", "constant", "duplicates")
"""Where roots, norms and distances have no slope."""

_STEPS = ((1e-6, 1e-5), (1e-2, 1e-4))
"""Sizes of differences, with absolute bounds.

What some layers compute in single precision all the same, such as the RMSNorm of
transformers, is noise at the small one; what is bent sharply is off at the large one.
"""


def check_gradient_flow(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Every parameter, and every input, gets a finite gradient that is not always 0."""
    trial = Trial.of(subject, draw)
    module = trial.build().train()
    if not any(
        t.is_floating_point() for t in (*trial.inputs.values(), *module.parameters())
    ):
        msg = f"{subject.name} takes no numbers that have gradients"
        raise Inapplicable(msg)
    seen: dict[str, float] = {}
    roomy = roomy_sizes(trial.interface.groups)
    for offset in range(_ROUNDS):
        sizes = roomy if offset else draw.sizes
        point = Draw(seed=draw.seed + offset, sizes=sizes, values=draw.values)
        found = _flow_once(Trial.of(subject, point), module, seen)
        if found is not None:
            return found
    for values in _SPECIAL:
        point = Draw(seed=draw.seed, sizes=roomy, values=values)
        found = _flow_once(Trial.of(subject, point), module, {})
        if found is not None:
            return found
    return _dead(trial, module, seen)


def _flow_once(
    trial: Trial, module: nn.Module, seen: dict[str, float]
) -> Finding | None:
    inputs = {
        name: tensor.requires_grad_() if tensor.is_floating_point() else tensor
        for name, tensor in trial.inputs.items()
    }
    module.zero_grad()
    seed_generators(trial.draw.seed)
    try:
        output = trial.learn(module, inputs)
    except ValueError as error:
        if "more than 1 value per channel" in str(error):
            return None  # other rounds have more samples
        raise
    first_float(output)
    loss = reduce_loss(trial, output)
    if not loss.requires_grad:
        return Finding(
            suspicion="a detach, an item() or no_grad cuts everything off?",
            where="output",
            obtained="no gradient",
            reference="a result that depends on parameters and inputs",
        )
    loss.backward()
    wanted = [
        *module.named_parameters(),
        *((f"input {n}", t) for n, t in inputs.items()),
    ]
    for name, tensor in wanted:
        if tensor.grad is not None:
            if not bool(tensor.grad.isfinite().all()):
                return Finding(
                    suspicion="a gradient is NaN: a square root or norm at zero?",
                    where=name,
                    obtained=f"not finite, for {trial.draw.values} values",
                    reference="finite numbers",
                )
            most = float(tensor.grad.abs().max()) if tensor.grad.numel() else 0.0
            seen[name] = max(seen.get(name, 0.0), most)
    return None


def _dead(trial: Trial, module: nn.Module, seen: dict[str, float]) -> Finding | None:
    unused = [re.compile(pattern) for pattern in trial.declared.unused]
    floats = [f"input {n}" for n, t in trial.inputs.items() if t.is_floating_point()]
    parameters = [n for n, p in module.named_parameters() if p.requires_grad]
    for name in (*parameters, *floats):
        if any(pattern.search(name) for pattern in unused):
            continue
        if name not in seen:
            return Finding(
                suspicion="never used, or cut off by a detach?",
                where=name,
                obtained="no gradient",
                reference="a gradient",
            )
        if seen[name] == 0.0 and not name.startswith("input "):
            return Finding(
                suspicion="dead: what it does never reaches the result?",
                where=name,
                obtained=f"a gradient of 0 for {_ROUNDS} inputs",
                reference="a gradient that is not always 0",
            )
    return None


def check_gradcheck(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Derivatives agree with differences, in double precision."""
    trial = Trial.of(subject, draw)
    module = trial.judge().double()
    inputs = {
        name: tensor.double().requires_grad_() if tensor.is_floating_point() else tensor
        for name, tensor in trial.inputs.items()
    }
    varied = [t for t in (*inputs.values(), *module.parameters()) if t.requires_grad]
    if not varied or sum(t.numel() for t in varied) > _MOST_ELEMENTS:
        msg = f"{subject.name} has too many numbers for differences, or none"
        raise Inapplicable(msg)

    def run(*_varied: Tensor) -> tuple[Tensor, ...]:
        output = trial.learn(module, inputs)
        return tuple(_differentiable(t for _, t in leaves(output)))

    if not run():
        msg = f"nothing that {subject.name} returns has a gradient"
        raise Inapplicable(msg)
    told = ""
    for eps, atol in _STEPS:
        try:
            torch.autograd.gradcheck(
                run,
                varied,
                eps=eps,
                atol=atol,
                rtol=max(level.bound, 1e-3),
                fast_mode=True,
            )
        except GradcheckError as error:
            told = told or " ".join(str(error).split())[:200]
        else:
            return None
    return Finding(
        suspicion="a backward that somebody wrote is wrong, a detach cuts a part off,"
        " or a part has few bits?",
        where="gradient",
        obtained=told,
        reference="numeric differences",
    )


def _differentiable(tensors: Iterable[Tensor]) -> list[Tensor]:
    return [t for t in tensors if t.is_floating_point() and t.requires_grad]


def check_overfitting(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """A module can learn one batch by heart: its loss falls."""
    sizes = roomy_sizes(interface_of(subject).groups)
    trial = Trial.of(subject, Draw(seed=draw.seed, sizes=sizes, values=draw.values))
    module = trial.build().train()
    parameters = [p for p in module.parameters() if p.requires_grad]
    if not parameters:
        msg = f"{subject.name} has no parameters to learn"
        raise Inapplicable(msg)
    losses = _descend(trial, module, lambda output: reduce_loss(trial, output))
    steps, _, factor = trial.declared.overfit
    if losses[-1] <= factor * losses[0] or _follows(trial):
        return None
    return Finding(
        suspicion="gradients do not reach what decides?",
        where=f"loss after {steps} steps",
        obtained=f"{losses[-1]:.6g}",
        reference=f"at most {factor:g} of {losses[0]:.6g}",
    )


def _descend(
    trial: Trial, module: nn.Module, loss_of: Callable[[object], Tensor]
) -> list[float]:
    steps, rate, _ = trial.declared.overfit
    optimizer = Adam([p for p in module.parameters() if p.requires_grad], rate=rate)
    losses = []
    for _ in range(steps):
        seed_generators(trial.draw.seed)
        module.zero_grad()
        try:
            output = trial.learn(module)
        except ValueError as error:
            if "more than 1 value per channel" in str(error):
                raise Inapplicable(str(error)) from error
            raise
        first_float(output)
        loss = loss_of(output)
        if loss.requires_grad:
            loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def _follows(trial: Trial) -> bool:
    """Whether a module learns what it gave in another state.

    Few parameters cannot learn any numbers by heart: a PReLU has a single one.
    """
    if trial.declared.loss is not None:
        return False
    teacher = trial.build().train()
    generator = torch.Generator().manual_seed(trial.draw.seed)
    with torch.no_grad():
        for one in teacher.parameters():
            if one.requires_grad:
                noise = torch.randn(one.shape, generator=generator)
                one.add_(noise.to(one.dtype), alpha=0.3)
    seed_generators(trial.draw.seed)
    wanted = [t for _, t in leaves(trial.call(teacher)) if t.is_floating_point()]

    def loss_of(output: object) -> Tensor:
        given = [t for _, t in leaves(output) if t.is_floating_point()]
        pairs = zip(given, wanted, strict=True)
        return torch.stack([((one - its) ** 2).mean() for one, its in pairs]).sum()

    losses = _descend(trial, trial.build().train(), loss_of)
    return losses[-1] < trial.declared.overfit[2] * losses[0]
