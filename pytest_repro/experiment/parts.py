"""The parts of a run that a checkpoint holds, and how each is taken and put back.

A part is restored in place, because the experiment holds on to the object itself: to
its model, its schedule, a dict of running averages. What cannot be restored in place
is refused at once, not when it is too late.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from pytest_repro.determinism import is_generator, stream_of
from pytest_repro.errors import ReproUsageError

__all__ = ["Part", "by_class", "part_of"]

_VERBS: Final[dict[type, str]] = {list: "extend", deque: "extend", set: "update"}
"""How each is filled again once it is empty."""


class Part(NamedTuple):
    """Something whose state a checkpoint holds.

    Attributes:
        name: What the checkpoint calls it.
        subject: The object.
        take: Returns its state.
        put: Puts a state back into it.
    """

    name: str
    subject: object
    take: Callable[[], Any]
    put: Callable[[Any], None]


def by_class(parts: Iterable[object]) -> Mapping[str, object]:
    """Name objects by their classes.

    Args:
        parts: The objects.

    Returns:
        The objects by name; the second of a class has a number.
    """
    found: dict[str, object] = {}
    for part in parts:
        name, number = type(part).__name__, 2
        while name in found:
            name = f"{type(part).__name__} {number}"
            number += 1
        found[name] = part
    return found


def part_of(name: str, subject: Any) -> Part:  # noqa: ANN401  # that is the question
    """Find out how an object is kept.

    Args:
        name: What the checkpoint is to call it.
        subject: A module, an optimizer, a random generator; anything that has
            `state_dict` and `load_state_dict`; a list, dict, set or deque; a tensor
            or array; a dataclass that is not frozen.

    Returns:
        The part.

    Raises:
        ReproUsageError: If it cannot be restored in place.
    """
    if is_generator(subject):
        stream = stream_of(subject)
        return Part(name, subject, stream.get, stream.put)
    if hasattr(subject, "named_parameters") and hasattr(subject, "named_buffers"):
        return _module(name, subject)
    if hasattr(subject, "param_groups") and hasattr(subject, "register_step_post_hook"):
        return _optimizer(name, subject)
    if hasattr(subject, "state_dict") and hasattr(subject, "load_state_dict"):
        return Part(name, subject, subject.state_dict, subject.load_state_dict)
    if (container := _container(name, subject)) is not None:
        return container
    kind = type(subject).__name__
    msg = (
        f"checkpoint(): {name!r} is a {kind}, which cannot be restored in place\n"
        "  remedy  give it state_dict() and load_state_dict(), or keep it in a dict"
    )
    raise ReproUsageError(msg)


def _module(name: str, module: Any) -> Part:  # noqa: ANN401  # torch is not imported here
    from pytest_repro.experiment import torch_state  # noqa: PLC0415  # torch is loaded

    def put(state: Any) -> None:  # noqa: ANN401  # as it was taken
        torch_state.restore_module(module, state, name)

    return Part(name, module, lambda: torch_state.module_state(module), put)


def _optimizer(name: str, optimizer: Any) -> Part:  # noqa: ANN401  # as above
    from pytest_repro.experiment import torch_state  # noqa: PLC0415  # torch is loaded

    def put(state: Any) -> None:  # noqa: ANN401  # as above
        torch_state.restore_optimizer(optimizer, state, name)

    return Part(name, optimizer, lambda: torch_state.optimizer_state(optimizer), put)


def _container(name: str, subject: Any) -> Part | None:  # noqa: ANN401  # one of several
    kind = type(subject)
    if isinstance(subject, dict | SimpleNamespace):
        items = subject if isinstance(subject, dict) else vars(subject)
        return Part(name, subject, lambda: dict(items), _refill(items, "update"))
    if kind in _VERBS:
        take: type = set if kind is set else list
        return Part(
            name, subject, lambda: take(subject), _refill(subject, _VERBS[kind])
        )
    if is_dataclass(subject) and kind.__dataclass_params__.frozen is False:
        return _record(name, subject)
    if kind.__module__.partition(".")[0] in {"torch", "numpy"} and _has_shape(subject):
        return Part(name, subject, lambda: subject, _fill(subject))
    return None


def _refill(container: Any, verb: str) -> Callable[[Any], None]:  # noqa: ANN401  # as above
    def put(state: Any) -> None:  # noqa: ANN401  # as above
        container.clear()
        getattr(container, verb)(state)

    return put


def _record(name: str, record: Any) -> Part:  # noqa: ANN401  # as above
    names = [field.name for field in fields(record)]

    def put(state: Any) -> None:  # noqa: ANN401  # as above
        for field, value in state.items():
            setattr(record, field, value)

    return Part(name, record, lambda: {n: getattr(record, n) for n in names}, put)


def _has_shape(subject: Any) -> bool:  # noqa: ANN401  # as above
    return hasattr(subject, "__setitem__") and hasattr(subject, "shape")


def _fill(tensor: Any) -> Callable[[Any], None]:  # noqa: ANN401  # a tensor or an array
    def put(state: Any) -> None:  # noqa: ANN401  # as above
        if tensor.shape != state.shape or tensor.dtype != state.dtype:
            msg = "checkpoint(): a tensor of another shape or dtype than was kept"
            raise ReproUsageError(msg)
        if hasattr(tensor, "detach"):
            tensor.detach().copy_(state.detach())
        else:
            tensor[...] = state

    return put
