"""What a module and an optimizer are between two steps, taken and put back exactly.

More than `state_dict` says: that leaves out buffers which are not persistent, gradients
that are still accumulating, frozen parameters, train or eval mode, and numbers that a
schedule changes (the rate of a dropout, the momentum of a batch norm); and an
optimizer's `load_state_dict` casts its state to the dtype of the parameters.

Tensors are filled where they are, since optimizers, views and tied weights hold on to
them. The structure is not restored: the experiment builds it before its loop.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import torch

from pytest_repro.errors import CheckpointError

__all__ = [
    "fill_tensor",
    "module_state",
    "optimizer_state",
    "restore_module",
    "restore_optimizer",
]

_PLAIN: Final = (bool, int, float, str, type(None))
"""Types of attributes of a module that are kept, such as `training`."""

CALLED: Final = "_opt_called"
"""By this a schedule knows whether it is asked before its optimizer, and warns."""


def module_state(module: torch.nn.Module) -> dict[str, Any]:
    """Take the state of a module.

    Args:
        module: The module, its children included.

    Returns:
        Parameters with gradients, all buffers, plain attributes, extra state.
    """
    return {
        "parameters": {
            name: _parameter(one) for name, one in module.named_parameters()
        },
        "buffers": dict(_buffers(module)),
        "attributes": {name: _plain(one) for name, one in module.named_modules()},
        "extra": dict(_extra(module)),
    }


def restore_module(
    module: torch.nn.Module, state: Mapping[str, Any], path: str
) -> None:
    """Put the state of a module back.

    Args:
        module: A module of the same structure.
        state: What `module_state` gave.
        path: What messages call it.

    Raises:
        CheckpointError: If the structure is another one.
    """
    parameters = dict(module.named_parameters())
    _check_names(parameters, state["parameters"], f"{path}: parameters")
    for name, kept in state["parameters"].items():
        _restore_parameter(parameters[name], kept, f"{path}.{name}")
    own = dict(module.named_modules())
    _check_names(own, state["attributes"], f"{path}: modules")
    for name, attributes in state["attributes"].items():
        for attribute, value in attributes.items():
            setattr(own[name], attribute, value)
    for name, value in state["extra"].items():
        own[name].set_extra_state(value)
    _restore_buffers(own, dict(_buffers(module)), state["buffers"], path)


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Take the state of an optimizer, and of the parameters that it moves.

    Args:
        optimizer: The optimizer.

    Returns:
        Parameter groups, and for each parameter its value, gradient and state; what
        `state_dict` says instead, for an optimizer that has one of its own.
    """
    parameters = _parameters(optimizer)
    kept: dict[str, Any] = {
        "parameters": [_parameter(one) for one in parameters],
        "was_called": getattr(optimizer, CALLED, False),
    }
    if not _is_ordinary(optimizer):
        return {**kept, "own": optimizer.state_dict()}
    kept["groups"] = [
        {key: value for key, value in group.items() if key != "params"}
        for group in optimizer.param_groups
    ]
    # By position: state stands under the parameters themselves.
    kept["state"] = [optimizer.state.get(one) for one in parameters]
    return kept


def restore_optimizer(
    optimizer: torch.optim.Optimizer, state: Mapping[str, Any], path: str
) -> None:
    """Put the state of an optimizer back, without any cast.

    Args:
        optimizer: An optimizer of the same parameters.
        state: What `optimizer_state` gave.
        path: What messages call it.

    Raises:
        CheckpointError: If it has other parameters.
    """
    parameters = _parameters(optimizer)
    if len(parameters) != len(state["parameters"]):
        msg = (
            f"{path}: the checkpoint has {len(state['parameters'])} parameters, "
            f"the experiment {len(parameters)}"
        )
        raise CheckpointError(msg)
    pairs = zip(parameters, state["parameters"], strict=True)
    for index, (parameter, kept) in enumerate(pairs):
        _restore_parameter(parameter, kept, f"{path}.{index}")
    if state["was_called"]:
        setattr(optimizer, CALLED, True)
    if "own" in state:
        optimizer.load_state_dict(state["own"])
        return
    if len(optimizer.param_groups) != len(state["groups"]):
        msg = f"{path}: the checkpoint has {len(state['groups'])} parameter groups"
        raise CheckpointError(msg)
    for group, kept in zip(optimizer.param_groups, state["groups"], strict=True):
        for key, value in kept.items():
            group[key] = fill_tensor(group.get(key), value)
    optimizer.state.clear()
    for parameter, kept in zip(parameters, state["state"], strict=True):
        if kept is not None:
            optimizer.state[parameter] = kept


def fill_tensor(there: object, kept: Any) -> Any:  # noqa: ANN401  # whatever was kept
    """Fill a tensor in place if the kept value fits into it.

    Args:
        there: What is in that place now.
        kept: What is to be there.

    Returns:
        The filled tensor, or the kept value where it does not fit.
    """
    if (
        isinstance(there, torch.Tensor)
        and isinstance(kept, torch.Tensor)
        and (there.shape, there.dtype) == (kept.shape, kept.dtype)
        and not there.is_inference()
    ):
        with torch.no_grad():
            there.copy_(kept)
        return there
    return kept


def _is_ordinary(optimizer: torch.optim.Optimizer) -> bool:
    kind, base = type(optimizer), torch.optim.Optimizer
    return (
        kind.state_dict is base.state_dict
        and kind.load_state_dict is base.load_state_dict
    )


def _parameters(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [one for group in optimizer.param_groups for one in group["params"]]


def _parameter(one: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, bool]:
    return one.detach(), one.grad, one.requires_grad


def _restore_parameter(
    there: torch.Tensor,
    kept: tuple[torch.Tensor, torch.Tensor | None, bool],
    path: str,
) -> None:
    value, gradient, needs_grad = kept
    if (there.shape, there.dtype) != (value.shape, value.dtype):
        msg = (
            f"{path}: a parameter of another kind\n"
            f"  checkpoint  {value.dtype} {tuple(value.shape)}\n"
            f"  experiment  {there.dtype} {tuple(there.shape)}"
        )
        raise CheckpointError(msg)
    with torch.no_grad():
        there.copy_(value)
    there.requires_grad_(needs_grad)
    there.grad = None if gradient is None else gradient.to(there.device)


def _buffers(
    module: torch.nn.Module,
) -> Iterable[tuple[str, torch.Tensor | None]]:
    """List every buffer once for each place in which it is, persistent or not."""
    for prefix, one in module.named_modules():
        for name, value in one._buffers.items():  # noqa: SLF001  # empty ones, too
            yield f"{prefix}.{name}".lstrip("."), value


def _restore_buffers(
    own: Mapping[str, torch.nn.Module],
    there: Mapping[str, torch.Tensor | None],
    kept: Mapping[str, torch.Tensor | None],
    path: str,
) -> None:
    _check_names(there, kept, f"{path}: buffers")
    for full, value in kept.items():
        prefix, _, name = full.rpartition(".")
        filled = fill_tensor(there[full], value)
        if filled is not there[full]:
            own[prefix]._buffers[name] = filled  # noqa: SLF001  # as register_buffer does


def _plain(module: torch.nn.Module) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(module).items()
        if type(value) in _PLAIN and not name.startswith("_")
    }


def _extra(module: torch.nn.Module) -> Iterable[tuple[str, Any]]:
    base = torch.nn.Module.get_extra_state
    for name, one in module.named_modules():
        if type(one).get_extra_state is not base:
            yield name, one.get_extra_state()


def _check_names(
    there: Mapping[str, object], kept: Mapping[str, object], what: str
) -> None:
    missing = sorted(kept.keys() ^ there.keys())
    if missing:
        names = ", ".join(missing[:5])
        msg = f"{what} of the checkpoint and of the experiment differ in {names}"
        raise CheckpointError(msg)
