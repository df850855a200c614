"""Where rounding-sized noise enters a torch program, without touching the program.

Hooks that torch offers for all modules and all optimizers, in four places:

1. All parameters of a module, once each, before the module is first called: ±8 ulps. A
   parameter that is not initialised by then is moved when the module is called again.
2. Every output of a module that has no children, or parameters of its own: ±32 ulps.
   Tensors are found in tuples, lists, dicts and dataclasses. What shares its memory
   with an input is left alone (`Identity`, `Flatten`, in-place activations), and so is
   a parameter that is given out. Autograd passes through as if nothing had happened.
3. Gradients, just before an optimizer uses them: ±32 ulps; of a sparse one the stored
   values. Where `step` is given a closure (`LBFGS`), after each call of the closure.
4. State of an optimizer that has the shape of its parameter (`exp_avg`,
   `momentum_buffer`), after each step: ±8 ulps. An optimizer's arithmetic rounds too:
   `sqrt` of two vendors' libraries differs in the last bit, and then equal gradients
   give unequal updates. Noise on the state reaches the next update with the same
   size, and needs no copy of the parameters, as noise on the update itself would.

What flows moves by four times as much as what is stored, being the result of long sums,
whose order is what harmless changes change; what is stored adds up from step to step.
Of 16-bit numbers all move by one, since sums of those are kept in 32 bits and rounded
once. `noise` says why all of it is louder than a single rounding.

Left alone: functions called outside modules (`F.relu`), whatever is scripted, traced,
compiled or transformed by `torch.func`, state of other shapes (`LBFGS`, step counts),
and tensors on meta devices, quantized, or of subclasses that compute by themselves.
The path on CUDA is the same code; it is unmeasured.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, Final, TypeAlias

import torch
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.nn.parameter import is_lazy
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.weak import WeakIdKeyDictionary

from pytest_repro.determinism.noise import FLOW_ULPS, HALF_ULPS, STORED_ULPS
from pytest_repro.determinism.torch_ulps import has_ulps, move_, moved

__all__ = ["install"]

Closure: TypeAlias = Callable[[], object]
Arguments: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]

_WIDTH_OF_HALF: Final = 2


def install(seed_of: Callable[[str], int]) -> Callable[[], None]:
    """Install the hooks.

    Args:
        seed_of: Gives the seed of the noise on a device, such as ``cuda:0``.

    Returns:
        A function that removes them.
    """
    noise = _Noise(seed_of)
    handles = (
        register_module_forward_pre_hook(noise.before_forward),
        register_module_forward_hook(noise.after_forward, with_kwargs=True),
        register_optimizer_step_pre_hook(noise.before_step),
        register_optimizer_step_post_hook(noise.after_step),
    )

    def remove() -> None:
        for handle in handles:
            handle.remove()

    return remove


class _Noise:
    """The noise of one replica: its generators, and what it has moved already."""

    def __init__(self, seed_of: Callable[[str], int]) -> None:
        self._seed_of = seed_of
        self._generators: dict[torch.device, torch.Generator] = {}
        self._called = WeakIdKeyDictionary()
        self._moved = WeakIdKeyDictionary()

    def before_forward(self, module: torch.nn.Module, _: object) -> None:
        """Move the parameters of a module that has not been called before."""
        if _is_recording() or module in self._called:
            return
        parameters: list[torch.Tensor] = list(module.parameters())
        for parameter in parameters:
            if not is_lazy(parameter) and parameter not in self._moved:
                self._moved[parameter] = None
                self._move(parameter, STORED_ULPS)
        if not any(is_lazy(parameter) for parameter in parameters):
            self._called[module] = None

    def after_forward(
        self,
        module: torch.nn.Module,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        output: object,
    ) -> Any:  # noqa: ANN401  # whatever the module returned
        """Return the output of a module with noise."""
        if _is_recording() or not _computes_itself(module):
            return output
        given = {_memory_of(value) for value in (*args, *kwargs.values())}

        def noisy(tensor: torch.Tensor) -> torch.Tensor:
            return tensor if _memory_of(tensor) in given else self._noisy(tensor)

        return _changed(output, noisy)

    def before_step(
        self,
        optimizer: torch.optim.Optimizer,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Arguments | None:
        """Move the gradients, or make the closure do so that computes them."""
        match args, kwargs:
            case (itself, closure, *rest), _ if callable(closure):
                return (itself, self._wrapped(closure, optimizer), *rest), kwargs
            case _, {"closure": closure} if callable(closure):
                return args, {**kwargs, "closure": self._wrapped(closure, optimizer)}
        self._move_gradients(optimizer)
        return None

    def after_step(
        self,
        optimizer: torch.optim.Optimizer,
        _: tuple[Any, ...],
        __: dict[str, Any],
    ) -> None:
        """Move the state of the parameters that had a gradient."""
        for parameter in _with_gradient(optimizer):
            for name, value in optimizer.state.get(parameter, {}).items():
                is_tensor = isinstance(value, torch.Tensor) and name != "step"
                if is_tensor and value.shape == parameter.shape:
                    self._move(value, STORED_ULPS)

    def _wrapped(self, closure: Closure, optimizer: torch.optim.Optimizer) -> Closure:
        @wraps(closure)
        def closure_and_noise() -> object:
            loss = closure()
            self._move_gradients(optimizer)
            return loss

        return closure_and_noise

    def _move_gradients(self, optimizer: torch.optim.Optimizer) -> None:
        for parameter in _with_gradient(optimizer):
            gradient = parameter.grad
            if gradient is not None and gradient.layout is torch.sparse_coo:
                gradient = gradient._values()  # noqa: SLF001  # values() wants no duplicates
            if gradient is not None:
                self._move(gradient, FLOW_ULPS)

    def _move(self, tensor: torch.Tensor, ulps: int) -> None:
        if has_ulps(tensor):
            move_(tensor, _ulps_for(tensor, ulps), self._generator(tensor.device))

    def _noisy(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return the moved tensor with the gradient of the tensor itself."""
        if not has_ulps(tensor) or isinstance(tensor, torch.nn.Parameter):
            return tensor
        ulps = _ulps_for(tensor, FLOW_ULPS)
        there = moved(tensor, ulps, self._generator(tensor.device))
        if not (tensor.requires_grad and torch.is_grad_enabled()):
            return there
        # Exact, as both lie between the same powers of two; inf − inf is no change.
        return tensor + there.sub_(tensor.detach()).nan_to_num_(0.0)

    def _generator(self, device: torch.device) -> torch.Generator:
        if device not in self._generators:
            seed = self._seed_of(str(device))
            self._generators[device] = torch.Generator(device).manual_seed(seed)
        return self._generators[device]


def _is_recording() -> bool:
    """Tell whether operations are being recorded, or transformed, rather than done."""
    if torch.compiler.is_compiling() or torch.jit.is_tracing():  # type: ignore[attr-defined, no-untyped-call]  # public, but not exported
        return True
    # The only way to ask; what is drawn under vmap would not be ours.
    return torch._C._functorch.peek_interpreter_stack() is not None  # noqa: SLF001


def _computes_itself(module: torch.nn.Module) -> bool:
    """Tell modules that do arithmetic from those that only call others."""
    if isinstance(module, torch.jit.ScriptModule):
        return False
    has_children = next(module.children(), None) is not None
    return not has_children or next(module.parameters(recurse=False), None) is not None


def _memory_of(value: object) -> object:
    """Return what a tensor shares with its views; something of its own for others."""
    if isinstance(value, torch.Tensor) and has_ulps(value) and value.numel():
        return value.device, value.untyped_storage().data_ptr()
    return id(value)


def _ulps_for(tensor: torch.Tensor, ulps: int) -> int:
    word = tensor.element_size() // (2 if tensor.is_complex() else 1)
    return HALF_ULPS if word == _WIDTH_OF_HALF else ulps


def _with_gradient(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [
        parameter
        for group in optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]


def _changed(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:  # noqa: ANN401  # whatever a module returns
    """Change the tensors in a value; containers are copied only where one changed."""
    match value:
        case torch.Tensor():
            return change(value)
        case tuple():
            items = [_changed(item, change) for item in value]
            if _same(items, value):
                return value
            return getattr(type(value), "_make", type(value))(items)
        case list() | dict():
            keys = list(value) if isinstance(value, dict) else range(len(value))
            return _replaced(value, {k: _changed(value[k], change) for k in keys})
        case _ if is_dataclass(value) and not isinstance(value, type):
            names = [
                field.name for field in fields(value) if hasattr(value, field.name)
            ]
            return _with_fields(
                value, {k: _changed(getattr(value, k), change) for k in names}
            )
        case _:
            return value


def _replaced(container: Any, items: Mapping[Any, object]) -> Any:  # noqa: ANN401  # as above
    if all(container[key] is item for key, item in items.items()):
        return container
    changed = copy.copy(container)
    for key, item in items.items():
        changed[key] = item
    return changed


def _with_fields(record: Any, items: Mapping[str, object]) -> Any:  # noqa: ANN401  # as above
    if all(getattr(record, name) is item for name, item in items.items()):
        return record
    changed = copy.copy(record)
    for name, item in items.items():
        object.__setattr__(changed, name, item)  # frozen ones too
    return changed


def _same(items: list[object], value: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(items, value, strict=True))
