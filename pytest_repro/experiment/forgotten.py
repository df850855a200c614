"""Find what a checkpoint forgets: variables that a loop carries along, unregistered.

A loop that is resumed runs in a fresh call of the experiment, and its local variables
are what they were before the loop. A variable that existed then and holds something
else now is carried from step to step, unless it is a part that is kept. This looks at
the functions between the loop and the test; state in globals, closures and attributes
is not seen. The check that sees everything is `--repro-chaos`.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any, Final

from pytest_repro.determinism import is_generator, stream_of

__all__ = ["Carried", "frames_below"]

MAX_ITEMS: Final = 1000
"""Of longer containers and arrays, only the length and the ends are looked at."""

MAX_DEPTH: Final = 5

_PLAIN: Final = (bool, int, float, complex, str, bytes, type(None))


class Carried:
    """The variables around one loop, as they were before it."""

    def __init__(self, frames: Collection[FrameType]) -> None:
        """Look at them for the first time.

        Args:
            frames: Of the loop and of the functions that called it.
        """
        self._frames = tuple(frames)
        self._before = [
            {name: _look(value) for name, value in frame.f_locals.items()}
            for frame in self._frames
        ]

    def forgotten(self, parts: Collection[object]) -> tuple[str, ...]:
        """List the variables that changed since and are no part.

        Args:
            parts: What is kept.

        Returns:
            Such as ``schedule (StepLR)``, sorted.
        """
        kept = {id(part) for part in parts} | _inner(parts)
        found = {
            f"{name} ({type(value).__name__})"
            for frame, before in zip(self._frames, self._before, strict=True)
            for name, value in frame.f_locals.items()
            if name in before and id(value) not in kept
            if not _is_inside(value, kept) and _look(value) != before[name]
        }
        return tuple(sorted(found))


def frames_below(frame: FrameType | None) -> tuple[FrameType, ...]:
    """Collect the frames of an experiment.

    Args:
        frame: Of the function that walks over the steps.

    Returns:
        It, and its callers up to the test function.
    """
    found = []
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in {"_pytest", "pluggy", "pytest_repro"}:
            break
        found.append(frame)
        frame = frame.f_back
    return tuple(found)


def _inner(parts: Collection[Any]) -> set[int]:
    """Collect what belongs to modules that are kept: children and tensors."""
    return {
        id(one)
        for part in parts
        if hasattr(part, "named_parameters") and hasattr(part, "modules")
        for one in (*part.modules(), *part.parameters(), *part.buffers())
    }


def _is_inside(value: Any, kept: Collection[int]) -> bool:  # noqa: ANN401  # any variable
    """Tell a container or a module all of whose state is kept elsewhere."""
    if hasattr(value, "named_parameters") and not isinstance(value, type):
        return all(id(one) in kept for one in (*value.parameters(), *value.buffers()))
    return False


def _look(value: object) -> object:
    """Look at a variable; one that cannot be looked at is its identity."""
    is_ours = type(value).__module__.partition(".")[0] == "pytest_repro"
    if not (is_ours or isinstance(value, type)):
        with suppress(Exception):  # a hint may fail, a run may not
            return _print(value, 0)
    return id(value)


def _print(value: Any, depth: int) -> object:  # noqa: ANN401  # as above
    """Make something small that changes when a value does."""
    if isinstance(value, _PLAIN):
        return type(value), repr(value)
    if hasattr(value, "data_ptr") and hasattr(value, "is_inference"):
        return _print_tensor(value)
    if depth > MAX_DEPTH:
        return id(value)
    if isinstance(value, dict):
        return [(_print(k, depth + 1), _print(v, depth + 1)) for k, v in _few(value)]
    if isinstance(value, list | tuple | set | frozenset):
        return [len(value), *(_print(one, depth + 1) for one in _ends(value))]
    return _print_object(value, depth)


def _print_tensor(tensor: Any) -> object:  # noqa: ANN401  # torch is not imported here
    version = 0 if tensor.is_inference() else tensor._version  # noqa: SLF001  # no other way to ask
    return tensor.data_ptr(), version, tuple(tensor.shape)


def _print_object(value: Any, depth: int) -> object:  # noqa: ANN401  # as above
    if is_generator(value):
        return stream_of(value).get()
    if hasattr(value, "state_dict") and hasattr(value, "load_state_dict"):
        return _print(value.state_dict(), depth + 1)
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(
        value, "tobytes"
    ):
        return value.tobytes() if value.size <= MAX_ITEMS else id(value)
    return id(value)


def _few(mapping: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # as above
    yield None, len(mapping)
    yield from list(mapping.items())[:MAX_ITEMS]


def _ends(values: Any) -> list[Any]:  # noqa: ANN401  # as above
    items = list(values)
    return items if len(items) <= MAX_ITEMS else [*items[:5], *items[-5:]]
