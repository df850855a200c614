"""Trace what torch computes, call by call, without changing a bit of it.

A dispatch mode sees each call of an operator below autograd and autocast, so also the
calls of the backward pass and of optimizers. Of each it keeps digests of what went in
and came out, a sketch, and the place that it came from. Inputs are digested before the
call, since it may write over them.

What it does not see: arithmetic outside torch, other threads, and the inside of fused
kernels and of tensor subclasses; under inference mode composite operators come whole.
Such results are what the next call reads *from outside*. What `torch.compile` compiles
while it is watched may be compiled otherwise than unwatched, so that is told apart.

The path on CUDA is the same code; it is unmeasured.
"""

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.sketches import BUCKETS, fold, rows_of
from pytest_repro.fingerprints.torch_operators import (
    Operator,
    arguments_of,
    operator_of,
    shown,
    tensors_in,
)
from pytest_repro.fingerprints.torch_places import Place, Places
from pytest_repro.fingerprints.torch_quick import Pending, quick_torch_digest
from pytest_repro.fingerprints.torch_sketches import add_tensor, dense_parts
from pytest_repro.records import GENERATOR, UNREAD, Operation

__all__ = ["MAX_OPERATIONS", "OperationTracer"]

MAX_OPERATIONS: Final = 100_000
MAX_PLACE: Final = 400
"""Characters of the path of a module, and of a file."""

Digest = Pending | None
"""Of a tensor; None for contents that nobody may compare."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call as it was seen; digests may still be under way."""

    step: int
    place: Place
    operator: Operator
    inputs: tuple[Digest, ...]
    generator: Digest
    outputs: tuple[Digest, ...]
    shapes: tuple[str, ...]
    arguments: str
    sketch: tuple[float, ...]


class OperationTracer:
    """Traces the calls of operators while it is on.

    Attributes:
        is_on: Whether it is.
        is_cut: Whether there were more calls than it keeps.
        has_compiled: Whether `torch.compile` compiled anything meanwhile.
    """

    def __init__(self, root: Path, *, most: int = MAX_OPERATIONS) -> None:
        """Start with nothing seen.

        Args:
            root: The root of the project, from which source files are named.
            most: How many calls are kept.
        """
        self._places = Places(root)
        self._most = most
        self._calls: list[_Call] = []
        self._mode = _Mode(self._see)
        self._remove: Callable[[], None] | None = None
        self._frames = 0
        self.is_cut = False
        self.has_compiled = False

    @property
    def is_on(self) -> bool:
        """Whether calls are traced at the moment."""
        return self._remove is not None

    def start(self) -> None:
        """Trace from now on."""
        if not self.is_on:
            self._frames = _compiled_frames()
            self._remove = self._places.install()
            self._mode.__enter__()  # type: ignore[no-untyped-call]  # torch's

    def stop(self) -> None:
        """Trace no longer."""
        if self._remove is not None:
            self._mode.__exit__(None, None, None)  # type: ignore[no-untyped-call]  # torch's
            self._remove()
            self._remove = None
            self.has_compiled |= _compiled_frames() != self._frames

    def begin(self, step: int, *, is_over: bool = False) -> None:
        """Enter a step.

        Args:
            step: The step.
            is_over: Whether it is the end: no further step comes.
        """
        self._places.begin(step, is_over=is_over)

    def operations(self) -> tuple[Operation, ...]:
        """Return what was seen so far, in the order of the calls."""
        return tuple(map(_finish, self._calls))

    def _see(
        self,
        function: Any,  # noqa: ANN401  # torch has no public type
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> object:
        if self.is_cut:
            return function(*args, **kwargs)
        operator = operator_of(function)
        # Above us is only the mode; above that there may be no frame on other threads.
        caller = sys._getframe(1).f_back  # noqa: SLF001  # inspect is slow
        place = self._places.find(caller)
        if operator.is_ignored or place.is_ours:
            return function(*args, **kwargs)
        read, written = _split(operator, args, kwargs)
        if operator.is_view or operator.is_blind:
            read = []
        before = tuple(map(_digest, read))
        generator = _generator(operator, args, kwargs)
        result = function(*args, **kwargs)
        made = _new(result, written)
        if read or made:
            self._keep(operator, place, (before, generator), made, (args, kwargs))
        return result

    def _keep(
        self,
        operator: Operator,
        place: Place,
        read: tuple[tuple[Digest, ...], Digest],
        made: Sequence[torch.Tensor],
        given: tuple[Sequence[object], Mapping[str, object]],
    ) -> None:
        is_view = operator.is_view
        call = _Call(
            step=self._places.step,
            place=place,
            operator=operator,
            inputs=read[0],
            generator=read[1],
            outputs=() if is_view else tuple(map(_digest, made)),
            shapes=tuple(map(_shape, made)),
            arguments=arguments_of(operator, *given),
            sketch=() if is_view else _sketch(made),
        )
        self._calls.append(call)
        self.is_cut = len(self._calls) >= self._most


class _Mode(TorchDispatchMode):
    """Hands each call to a function, which makes it."""

    supports_higher_order_operators = True

    def __init__(self, see: Callable[..., object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self._see = see

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        """Let compiled regions be what they are without us."""
        return True

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401  # torch has no public type
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        return self._see(func, args, kwargs or {})


def _compiled_frames() -> int:
    """Count what `torch.compile` has looked at so far."""
    dynamo = sys.modules.get("torch._dynamo.utils")
    return 0 if dynamo is None else int(dynamo.counters["frames"]["total"])


def _split(
    operator: Operator, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Tell which tensors a call reads, and which it writes."""
    if not operator.parameters:
        return list(tensors_in([args, kwargs])), []
    read: list[torch.Tensor] = []
    written: list[torch.Tensor] = []
    for index, parameter in enumerate(operator.parameters):
        value = args[index] if index < len(args) else kwargs.get(parameter.name)
        found = list(tensors_in(value))
        is_written = parameter.name in operator.written
        if is_written:
            written += found
        if not (is_written and operator.is_source):
            read += found
    return read, written


def _new(result: object, written: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return what was written, then what was returned besides."""
    known = {id(one) for one in written}
    return [*written, *(one for one in tensors_in(result) if id(one) not in known)]


def _digest(tensor: torch.Tensor) -> Digest:
    try:
        return quick_torch_digest([tensor])
    except (FingerprintError, RuntimeError):  # of subclasses, when they are looked at
        return None


def _generator(
    operator: Operator, args: Sequence[object], kwargs: Mapping[str, object]
) -> Digest:
    """Digest the state from which a call draws, before it does."""
    if not operator.is_random:
        return None
    given = (*args, *kwargs.values())
    for value in given:
        if isinstance(value, torch.Generator):
            return _digest(value.get_state())
    devices = [one.device for one in tensors_in(list(given))]
    devices += [one for one in given if isinstance(one, torch.device)]
    if devices and devices[0].type == "cuda":
        return _digest(torch.cuda.get_rng_state(devices[0]))
    return _digest(torch.get_rng_state())


def _shape(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')}{list(tensor.shape)}"


def _sketch(made: Iterable[torch.Tensor]) -> tuple[float, ...]:
    """Return norm, mean, least, largest, and four sums whose distance tells how far."""
    row, count = 0, 0
    sums = np.zeros((BUCKETS, BUCKETS))
    norms, totals, bounds = [], [], []
    for tensor in made:
        if tensor.is_floating_point() and tensor.numel():
            try:
                (part,) = dense_parts(tensor)
            except (FingerprintError, RuntimeError, ValueError):
                continue  # a subclass, or sparse
            wide = part.to(torch.float64)
            add_tensor(sums, wide, row)
            row += rows_of(wide.numel())
            count += wide.numel()
            norms.append(float(torch.linalg.vector_norm(wide)))
            totals.append(float(wide.sum()))
            bounds += [float(one) for one in wide.aminmax()]
    if not count:
        return ()
    eight = fold(sums)
    four = [one + other for one, other in zip(eight[:4], eight[4:], strict=True)]
    fine = [math.hypot(*norms), *four]
    rough = [math.fsum(totals) / count if _are_finite(totals) else math.nan]
    rough += [min(bounds), max(bounds)]
    norm, *four = (float(f"{one:.11e}") for one in fine)
    return (norm, *(float(f"{one:.3e}") for one in rough), *four)


def _are_finite(numbers: Iterable[float]) -> bool:
    return all(map(math.isfinite, numbers))


def _finish(call: _Call) -> Operation:
    inputs = tuple(map(_text, call.inputs))
    if call.generator is not None:
        inputs += (f"{GENERATOR}{_text(call.generator)}",)
    return Operation(
        step=call.step,
        phase=call.place.phase,
        name=call.operator.name,
        module=shown(call.place.module, longest=MAX_PLACE),
        source=shown(call.place.source, longest=MAX_PLACE),
        inputs=inputs,
        outputs=tuple(map(_text, call.outputs)),
        shapes=call.shapes,
        arguments=call.arguments,
        sketch=call.sketch,
        is_source=call.operator.is_source,
    )


def _text(digest: Digest) -> str:
    return UNREAD if digest is None else digest.result()
