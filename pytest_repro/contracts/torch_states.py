"""Properties of what a module keeps: its start, state, copies and randomness."""

import copy
import io
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from pytest_repro.contracts.generators import seed_generators, states_of_generators
from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.torch_calls import Trial, reduce_loss
from pytest_repro.contracts.torch_descent import Momentum
from pytest_repro.contracts.torch_results import compare, compare_tensors, leaves
from pytest_repro.records.module_contracts import BITWISE, Level, rtol

__all__ = [
    "check_copies",
    "check_eval",
    "check_init",
    "check_resume",
    "check_rng",
    "check_roundtrip",
    "check_sharing",
]

_ROUNDED: Final = rtol(1e-5)


def check_init(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """The same seed gives the same initial state, whatever was built before."""
    trial = Trial.of(subject, draw)
    first = _state(trial.build())
    trial.build(offset=1)
    torch.rand(3)
    second = _state(trial.build())
    text = "initial values come from elsewhere than seeds (time, entropy, id)?"
    return _states_differ(second, first, level=level, suspicion=text)


def _state(module: nn.Module) -> dict[str, Tensor]:
    found = dict(module.state_dict(keep_vars=True))
    found |= dict(module.named_buffers())
    return {n: t.detach().clone() for n, t in found.items() if isinstance(t, Tensor)}


def _states_differ(
    obtained: Mapping[str, Tensor],
    reference: Mapping[str, Tensor],
    *,
    level: Level,
    suspicion: str,
) -> Finding | None:
    if obtained.keys() != reference.keys():
        return Finding(
            suspicion=suspicion,
            where="state dict",
            obtained=", ".join(sorted(set(obtained) - set(reference))) or "fewer keys",
            reference=", ".join(sorted(set(reference) - set(obtained))) or "fewer keys",
        )
    for name, tensor in obtained.items():
        found = compare_tensors(tensor, reference[name], level=level, where=name)
        if found is not None:
            return Finding(suspicion=suspicion, **found)
    return None


def check_eval(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Judging twice gives the same, whatever comes in between, and keeps nothing."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    before = _state(module)
    first = trial.call(module)
    kept = [tensor.clone() for _, tensor in leaves(first)]
    other = Trial.of(subject, Draw(seed=draw.seed + 1, sizes=draw.sizes))
    trial.call(module, other.inputs)
    found = compare(
        [tensor for _, tensor in leaves(first)],
        kept,
        level=BITWISE,
        suspicion="a later call writes over an earlier result: a buffer used again?",
    ) or compare(
        trial.call(module),
        first,
        level=level,
        suspicion="a counter, a cache or randomness decides what comes out in eval?",
    )
    text = "judging changes the state: statistics updated in eval?"
    return (
        found
        or _states_differ(_state(module), before, level=BITWISE, suspicion=text)
        or _judging_costs(trial)
    )


def _judging_costs(trial: Trial) -> Finding | None:
    """What was learnt is still there after judging, but for rounding.

    Some modules judge by other weights than they learn: averaged, or merged ones.
    """
    module = trial.build().train()
    _nudge(module)
    before = _state(module)
    trial.call(module.eval())
    text = "what was learnt is lost by judging: averaged weights that are not put back?"
    return _states_differ(
        _state(module.train()), before, level=_ROUNDED, suspicion=text
    )


@torch.no_grad()
def _nudge(module: nn.Module) -> None:
    """Move everything that learns, as learning would."""
    for parameter in module.parameters():
        if parameter.requires_grad:
            parameter.add_(0.25)


def check_rng(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Judging draws no random numbers, and learning draws only seeded ones."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    before = states_of_generators()
    trial.call(module)
    after = states_of_generators()
    for library, state in before.items():
        if not _equal(state, after[library]):
            return Finding(
                suspicion="draws random numbers in eval: dropout that is always on?",
                where=f"generator of {library}",
                obtained="moved on",
                reference="as before",
            )
    results = []
    for _ in range(2):
        module = trial.build().train()
        seed_generators(draw.seed)
        try:
            results.append(trial.call(module))
        except ValueError:  # batch statistics of one sample, rightly refused
            return None
    text = "learning draws numbers that no seed governs?"
    return compare(results[1], results[0], level=level, suspicion=text)


def _equal(one: object, other: object) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(map(_equal, one, other))
    return bool(getattr(one == other, "all", lambda: one == other)())


def check_roundtrip(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """A state that was saved and loaded makes another instance the same."""
    trial = Trial.of(subject, draw)
    module = trial.build()
    _practise(trial, module)
    module.eval()
    kept = io.BytesIO()
    torch.save(module.state_dict(), kept)
    kept.seek(0)
    other = trial.build(offset=1).eval()
    other.load_state_dict(torch.load(kept, weights_only=True))
    found = compare(
        trial.call(other),
        trial.call(module),
        level=level,
        suspicion="missing in the state dict: persistent=False, a plain attribute?",
    )
    return found or _remembers(trial, other, level=level)


def _remembers(trial: Trial, judge: nn.Module, *, level: Level) -> Finding | None:
    """A module that has judged before judges by the state that it loads."""
    fresh = trial.build(offset=1).eval()
    _nudge(fresh)
    judge.load_state_dict(fresh.state_dict())
    return compare(
        trial.call(judge),
        trial.call(fresh),
        level=level,
        suspicion="judges by the state before: a cache that loading does not clear?",
    )


def _practise(trial: Trial, module: nn.Module) -> None:
    """Let a module see data while it learns, so that its buffers move."""
    module.train()
    try:
        for offset in range(2):
            seed_generators(trial.draw.seed + offset)
            trial.call(module)
    except ValueError:  # batch statistics of one sample, rightly refused
        return


def check_resume(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Learning on after saving and loading goes where learning on without them goes."""
    trial = Trial.of(subject, draw)
    module = trial.build()
    if not any(p.requires_grad for p in module.parameters()):
        msg = f"{subject.name} has no parameters to learn"
        raise Inapplicable(msg)
    optimizer = Momentum(module.parameters(), rate=0.01)
    _train(trial, module, optimizer, steps=range(2))
    kept = io.BytesIO()
    torch.save((module.state_dict(), optimizer.velocities), kept)
    _train(trial, module, optimizer, steps=range(2, 4))
    kept.seek(0)
    state, velocities = torch.load(kept, weights_only=True)
    other = trial.build(offset=1)
    other.load_state_dict(state)
    again = Momentum(other.parameters(), rate=0.01)
    again.load(velocities)
    _train(trial, other, again, steps=range(2, 4))
    text = "something that learning needs is not in the state dict?"
    return _states_differ(_state(other), _state(module), level=level, suspicion=text)


def _train(
    trial: Trial, module: nn.Module, optimizer: Momentum, *, steps: range
) -> None:
    module.train()
    for step in steps:
        seed_generators(trial.draw.seed + step)
        module.zero_grad()
        try:
            loss = reduce_loss(trial, trial.learn(module))
        except ValueError as error:  # batch statistics of one sample, rightly refused
            raise _as_inapplicable(error) from error
        if loss.requires_grad:
            loss.backward()
            nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()


def _as_inapplicable(error: ValueError) -> Exception:
    is_refusal = "more than 1 value per channel" in str(error)
    return Inapplicable(str(error)) if is_refusal else error


def check_copies(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """A deep copy gives the same, and the whole module can be written to a file."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    try:
        torch.save(module, io.BytesIO())
    except Exception as error:  # noqa: BLE001  # whatever pickling meets
        return Finding(
            suspicion="cannot be written to a file: holds a lambda, a local function"
            " or something open?",
            where="pickle",
            obtained=" ".join(f"{type(error).__name__}: {error}".split())[:200],
            reference="bytes",
        )
    twin, before = copy.deepcopy(module), trial.call(module)
    found = compare(
        trial.call(twin), before, level=level, suspicion="a copy lost something?"
    )
    _nudge(module)
    text = "a copy leans on the original: a shallow copy, a function that holds it?"
    return found or compare(trial.call(twin), before, level=level, suspicion=text)


def check_sharing(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Two instances share nothing that either can change."""
    trial = Trial.of(subject, draw)
    first, second = trial.build(), trial.build()
    mine = {t.data_ptr(): n for n, t in _tensors(first).items() if t.numel()}
    for name, tensor in _tensors(second).items():
        if tensor.numel() and tensor.data_ptr() in mine:
            return Finding(
                suspicion="a default or a global is shared by all instances?",
                where=name,
                obtained=f"the memory of {mine[tensor.data_ptr()]} of another instance",
                reference="memory of its own",
            )
    before = trial.call(second.eval())
    lists = _containers(second)
    _practise(trial, first)
    for name, text in _containers(second).items():
        if text != lists[name]:
            return Finding(
                suspicion="a mutable default or class attribute is shared?",
                where=name,
                obtained=text[:200],
                reference=lists[name][:200],
            )
    text = "one instance changes another: shared state?"
    return compare(trial.call(second), before, level=level, suspicion=text)


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def _containers(module: nn.Module) -> dict[str, str]:
    return {
        f"{path or type(part).__name__}.{name}": repr(value)
        for path, part in module.named_modules()
        for name, value in (*vars(type(part)).items(), *vars(part).items())
        if isinstance(value, list | dict | set) and not name.startswith("_")
    }
