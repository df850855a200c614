"""Plain nested state of torch modules, optimizers and generators.

A checkpoint file and a `state_dict` each leave something out that changes results:
buffers that are not persistent, which weights are tied, which gradient is missing. And
they put something in that does not: how a layer is called. So state is taken here from
the live objects, by position, and `trees` digests it; names only label paths.

Not included: what a module returns from `get_extra_state`, training mode, hooks, and
tensors that are plain attributes. Pass those beside the module where they matter.

Tensors are aliases if they are one object, or the same elements of the same memory;
memory that overlaps only in part is not noticed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.nodes import LabelledList
from pytest_repro.fingerprints.torch_settings import settings_of
from pytest_repro.fingerprints.torch_tensors import refusal

__all__ = [
    "generator_state",
    "module_buffers",
    "module_gradients",
    "module_parameters",
    "module_state",
    "optimizer_state",
    "plain_state",
]


class _Slot(NamedTuple):
    """A place of a module that holds a tensor."""

    kind: str
    name: str
    tensor: torch.Tensor


def plain_state(
    value: torch.nn.Module | torch.optim.Optimizer | torch.Generator,
) -> dict[str, object]:
    """Return what `trees` digests in place of a torch object.

    Args:
        value: The object.

    Returns:
        Dicts and lists of numbers and tensors, which are not copied.
    """
    match value:
        case torch.nn.Module():
            return module_state(value)
        case torch.optim.Optimizer():
            return optimizer_state(value)
        case _:
            return generator_state(value)


def module_state(module: torch.nn.Module) -> dict[str, object]:
    """Return parameters and buffers of a module.

    Args:
        module: The module.

    Returns:
        The results of `module_parameters` and `module_buffers`.
    """
    return {
        "parameters": module_parameters(module),
        "buffers": module_buffers(module),
    }


def module_parameters(module: torch.nn.Module) -> LabelledList:
    """Return the parameters in order of registration.

    A parameter that is registered again appears as ``("alias of", index)``, so that
    untying two weights changes the digest although no bit changes. Whether a gradient
    is required does not enter.

    Args:
        module: The module.

    Returns:
        A tensor or an alias for each registration, labelled with its name.
    """
    return _of_kind(module, "parameter")


def module_buffers(module: torch.nn.Module) -> dict[str, LabelledList]:
    """Return the buffers in order of registration, those that no checkpoint holds too.

    Args:
        module: The module.

    Returns:
        Two lists like that of `module_parameters`: ``persistent`` and
        ``non_persistent``. Aliases may point at parameters, which count first.
    """
    return {
        "persistent": _of_kind(module, "persistent"),
        "non_persistent": _of_kind(module, "non_persistent"),
    }


def module_gradients(module: torch.nn.Module) -> LabelledList:
    """Return the gradients in the order of the parameters.

    Args:
        module: The module.

    Returns:
        For each registration of a parameter its gradient, an alias, or None where
        there is no gradient.
    """
    slots = [slot for slot in _slots(module) if slot.kind == "parameter"]
    aliases = _aliases(slots, id)
    return LabelledList(
        (slot.name, slot.tensor.grad if alias is None else alias)
        for slot, alias in zip(slots, aliases, strict=True)
    )


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, object]:
    """Return an optimizer's state and hyperparameters.

    A parameter is known by its position among all groups, as in `state_dict`. Names of
    parameters do not enter; a state that was only looked up, and is empty, is none.
    Settings are those that `torch_settings` tells.

    Args:
        optimizer: The optimizer.

    Returns:
        ``state`` by position, and ``param_groups`` with positions for ``params``.

    Raises:
        FingerprintError: If there is state of a tensor that is in no group.
    """
    position: dict[int, int] = {}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            position.setdefault(id(parameter), len(position))
    return {
        "state": {
            _position_of(key, position): entry
            for key, entry in optimizer.state.items()
            if not (isinstance(entry, Mapping) and not entry)
        },
        "param_groups": [
            {
                "params": [position[id(parameter)] for parameter in group["params"]],
                **settings,
            }
            for group, settings in zip(
                optimizer.param_groups, settings_of(optimizer), strict=True
            )
        ],
    }


def generator_state(generator: torch.Generator) -> dict[str, object]:
    """Return the state of a random generator.

    Args:
        generator: The generator.

    Returns:
        Its kind of device and its state as bytes in a tensor.
    """
    return {"device": generator.device.type, "state": generator.get_state()}


def _of_kind(module: torch.nn.Module, kind: str) -> LabelledList:
    slots = list(_slots(module))
    aliases = _aliases(slots, _memory_of)
    return LabelledList(
        (slot.name, slot.tensor if alias is None else alias)
        for slot, alias in zip(slots, aliases, strict=True)
        if slot.kind == kind
    )


def _slots(module: torch.nn.Module) -> Iterable[_Slot]:
    """Walk every registration: parameters first, then buffers."""
    for name, parameter in module.named_parameters(remove_duplicate=False):
        yield _Slot("parameter", name, parameter)
    temporary = {
        f"{prefix}.{name}" if prefix else name
        for prefix, child in module.named_modules(remove_duplicate=False)
        for name in child._non_persistent_buffers_set  # noqa: SLF001  # known nowhere else
    }
    for name, buffer in module.named_buffers(remove_duplicate=False):
        kind = "non_persistent" if name in temporary else "persistent"
        yield _Slot(kind, name, buffer)


def _aliases(
    slots: list[_Slot], identity: Callable[[torch.Tensor], object]
) -> list[tuple[str, int] | None]:
    first: dict[object, int] = {}
    found: list[tuple[str, int] | None] = []
    for index, slot in enumerate(slots):
        origin = first.setdefault(identity(slot.tensor), index)
        found.append(None if origin == index else ("alias of", origin))
    return found


def _memory_of(tensor: torch.Tensor) -> object:
    """Return what two tensors share exactly if they are the same elements."""
    if refusal(tensor) or tensor.layout is not torch.strided or not tensor.numel():
        return id(tensor)
    place = (tensor.device, tensor.data_ptr(), tensor.dtype)
    return (*place, tensor.shape, tensor.stride(), tensor.is_conj(), tensor.is_neg())


def _position_of(key: object, position: Mapping[int, int]) -> object:
    if not isinstance(key, torch.Tensor):
        return key
    if id(key) not in position:
        msg = "the optimizer keeps state of a tensor that is in no parameter group"
        raise FingerprintError(msg)
    return position[id(key)]
