"""Follow a model and its optimizer from step to step, by hooks that only look.

The lanes of one step, in the order in which it brings them about::

    inputs  outputs  gradients  settings  optimizer  parameters  buffers

and ``evaluation``: the outputs in evaluation mode, of all calls until the next step of
training. A changed momentum of a batch norm moves no loss, and shows there.

A hook stays on the model for as long as the run, so it must survive whatever is done to
a model: copies and pickles of it carry a hook that does nothing, and code that is being
traced or compiled does not see it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Final, TypeAlias

import torch
from torch.nn.parameter import is_lazy
from torch.utils.hooks import RemovableHandle

from pytest_repro.experiment.contents import Parts, parts_of, text_of
from pytest_repro.experiment.following import Following
from pytest_repro.experiment.pace import Cost
from pytest_repro.experiment.torch_repeats import Repeats
from pytest_repro.fingerprints.torch_settings import NO_SETTINGS, settings_of
from pytest_repro.records import BEFORE

__all__ = ["ModelLedger"]

MINDS_HOOKS: Final = (torch.nn.TransformerEncoderLayer, torch.jit.ScriptModule)
"""Modules that compute on another path if they have a hook, or cannot have one."""

CALLS: Final = 16
COLD: Final = 4
"""By how much a hook is dearer amid a training than in a row of calls of its own: the
caches hold other things. Measured by training with hooks that look at nothing."""

Optimizer: TypeAlias = torch.optim.Optimizer | None


class ModelLedger:
    """Writes the lanes of one model.

    Attributes:
        pace: How often that is.
        step: The step under way.
        calls: What was seen of calls and is not written yet, by lane.
    """

    def __init__(
        self,
        following: Following,
        model: torch.nn.Module,
        optimizer: Optimizer,
        *,
        name: str,
    ) -> None:
        """Write the initial state, and hook the model and its optimizer.

        Args:
            following: Has the ledger, and writes the generators where no loop says
                when a step begins.
            model: The model.
            optimizer: Its optimizer, or None.
            name: What the lanes are called before the slash.
        """
        self._ledger = following.ledger
        self._following = following
        self._model = model
        self._optimizer = optimizer
        self._name = name
        self.pace = following.ledger.pace
        self.step = 0
        self.calls: dict[str, Parts] = {}
        self._repeats = Repeats()
        self._settings: tuple[list[object], str] = ([], "")
        self._hooks = self._hook()
        following.note_generators(BEFORE)
        self._note_first()
        self._note_state(BEFORE, ("settings", "optimizer", "parameters", "buffers"))

    def end_step(self) -> None:
        """Count a step of the loop; for models without an optimizer."""
        if self._optimizer is None:
            self._end()

    def finish(self, *, is_over: bool = False) -> None:
        """Take the hooks off, and write what was called since the last step.

        Args:
            is_over: Whether the run was stopped, maybe amid such calls.
        """
        for hook in self._hooks:
            hook.remove()
        if is_over:
            return
        self._note_calls("inputs", self.step)
        self._note_calls("outputs", self.step)
        self._note_calls("evaluation", self.step - 1)

    def _hook(self) -> list[RemovableHandle]:
        hooks: list[RemovableHandle] = []
        if not isinstance(self._model, MINDS_HOOKS):
            pair = _Hook(self, self._before), _Hook(self, self._after)
            hooks = _attach(self._model, *pair)
            self.pace.stand_by(COLD * _dispatch_s(self.pace.clock, *pair))
        if self._optimizer is not None:
            end = self._optimizer.register_step_post_hook(self._end)
            hooks.append(end)
        return hooks

    def _before(self, module: object, args: object, kwargs: object) -> None:
        if module is not self._model or not self._model.training:
            return
        with self.pace:
            self._note_calls("evaluation", self.step - 1)
            if not self._ledger.is_walking:
                self._following.note_generators(self.step)
            if "inputs" not in self.calls:
                self._following.note_inputs(self.step, (args, kwargs))
            read = partial(self._repeats.parts_of, (args, kwargs))
            self._call("inputs", self.step, read)

    def _after(self, module: object, _: object, output: object) -> None:
        if module is not self._model:
            return
        if not self._model.training:
            read = partial(parts_of, output)
            self._call("evaluation", self.step - 1, read, Cost.SELDOM)
        else:
            with self.pace:
                self._call("outputs", self.step, partial(parts_of, output))

    def _end(self, *_: object) -> None:
        if self.calls or self.step % self.pace.least == 0:
            with self.pace:
                self._note_step(self.step)
            self._repeats.forget()
        self.step += 1
        if not self._ledger.is_walking:
            self.pace.turn()

    def _note_step(self, step: int) -> None:
        self._note_calls("evaluation", step - 1)
        self._note_calls("inputs", step)
        self._note_calls("outputs", step)
        self._note_state(step, tuple(_READERS))

    def _call(
        self, part: str, step: int, read: Callable[[], Parts], cost: Cost = Cost.DATA
    ) -> None:
        """Add a call of the model to those of its step."""
        taken = self._ledger.take(self._lane(part), cost, read, step)
        self.calls[part] = self.calls.get(part, ()) + taken

    def _note_calls(self, part: str, step: int) -> None:
        self._ledger.put(self._lane(part), step, self.calls.pop(part, ()))

    def _note_state(self, step: int, parts: tuple[str, ...]) -> None:
        for part in parts:
            if part == "settings":
                self._ledger.note(self._lane(part), step, self._settings_parts)
            else:
                read = partial(_READERS[part], self._model, self._optimizer)
                self._ledger.note(self._lane(part), step, read, Cost.STATE)

    def _note_first(self) -> None:
        """Write the first parameter: it tells other draws from other initialisers."""
        first = next(self._model.parameters(), None)
        self._ledger.note(
            self._lane("first"),
            BEFORE,
            lambda: () if first is None else parts_of(first),
        )

    def _settings_parts(self) -> Parts:
        """Digest hyperparameters, which are nearly always those of the step before."""
        if self._optimizer is None:
            return ()
        values = [
            value
            for group in self._optimizer.param_groups
            for key, value in group.items()
            if key not in NO_SETTINGS
        ]
        has_tensor = any(isinstance(value, torch.Tensor) for value in values)
        if has_tensor or values != self._settings[0]:
            told = [
                _told(value)
                for settings in settings_of(self._optimizer)
                for value in settings.values()
            ]
            self._settings = (values, text_of(told))
        return (self._settings[1],)

    def _lane(self, part: str) -> str:
        return f"{self._name}/{part}"


def _attach(
    model: torch.nn.Module, before: "_Hook", after: "_Hook"
) -> list[RemovableHandle]:
    return [
        model.register_forward_pre_hook(before, with_kwargs=True),
        model.register_forward_hook(after),
    ]


def _dispatch_s(clock: Callable[[], float], before: "_Hook", after: "_Hook") -> float:
    """Measure what a hook costs that has nothing to look at [s]; no ledger sees it."""
    plain, hooked = torch.nn.Identity(), torch.nn.Identity()
    _attach(hooked, before, after)
    times = []
    for module in (plain, hooked):
        module(None)
        began_s = clock()
        for _ in range(CALLS):
            module(None)
        times.append((clock() - began_s) / CALLS)
    return (times[1] - times[0]) / 2


class _Hook:
    """Looks at a call of the model; a copy of it, or a pickle, does nothing.

    Most calls are in steps at which nothing is due, so it finds that out by itself, and
    at once: each function that is called there costs a step more than it seems to.
    """

    def __init__(self, owner: ModelLedger, look: Callable[..., None]) -> None:
        self._owner = owner
        self._look = look

    def __call__(self, module: torch.nn.Module, *call: object) -> None:
        if torch.compiler.is_compiling():
            return
        owner = self._owner
        if module.training and owner.step % owner.pace.least and not owner.calls:
            owner.pace.passes += 1
        elif not torch._C._is_tracing():  # noqa: SLF001  # as torch.jit.is_tracing does
            self._look(module, *call)

    def __reduce__(self) -> tuple[object, ...]:
        # Takes anything and returns None, wherever the pickle is read.
        return getattr, (nullcontext(), "__exit__")


def _gradients(model: torch.nn.Module, _: Optimizer) -> Parts:
    return parts_of([parameter.grad for parameter in model.parameters()])


def _parameters(model: torch.nn.Module, _: Optimizer) -> Parts:
    return parts_of(list(_filled(model.parameters())))


def _buffers(model: torch.nn.Module, _: Optimizer) -> Parts:
    return parts_of(list(_filled(model.buffers())))


def _optimizer(_: torch.nn.Module, optimizer: Optimizer) -> Parts:
    if optimizer is None:
        return ()
    known, groups = optimizer.state, optimizer.param_groups
    return parts_of([known.get(one) for group in groups for one in group["params"]])


def _filled(tensors: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Leave out those whose shape is not known before the first call."""
    return (one for one in tensors if not is_lazy(one))


def _told(value: object) -> str:
    """Write a hyperparameter; one that lives on a device is not waited for."""
    is_remote = isinstance(value, torch.Tensor) and not value.is_cpu
    return "on a device" if is_remote else repr(value)


_READERS: Final[Mapping[str, Callable[[torch.nn.Module, Optimizer], Parts]]] = {
    "gradients": _gradients,
    "settings": _optimizer,
    "optimizer": _optimizer,
    "parameters": _parameters,
    "buffers": _buffers,
}
"""In the order in which a step brings them about; `ModelLedger` reads the settings."""
