"""Trace the operations of certain steps, and of no others.

A window is a handful of steps, since tracing makes a step several times as slow.
`repro.steps` tells when a step begins; where a loop does not use it, a watched
optimizer does. After the last step comes one more, in which evaluations lie: a window
that reaches it traces them.

Tracing never fails a run: what cannot be traced is said in a warning.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_repro.determinism.late import is_imported, when_imported
from pytest_repro.records import BEFORE, Operation, Window

if TYPE_CHECKING:
    from pytest_repro.fingerprints.torch_operations import OperationTracer

__all__ = ["Tracing"]

_COMPILED: Final = "torch.compile compiles otherwise what is watched"


class Tracing:
    """Switches a tracer on for the steps of a window."""

    def __init__(
        self, window: Window, root: Path, *, warn: Callable[[str], None]
    ) -> None:
        """Wait for the first step of the window, and for torch.

        Args:
            window: Which steps.
            root: The root of the project, from which source files are named.
            warn: Hears what could not be traced.
        """
        self._window = window
        self._root = root
        self._warn = warn
        self._step = BEFORE
        self._is_over = False
        self._is_closed = False
        self._has_failed = False
        self._tracer: OperationTracer | None = None
        self._forget = when_imported("torch", self._switch)

    def begin(self, step: int, *, is_over: bool = False) -> None:
        """Enter a step.

        Args:
            step: The step.
            is_over: Whether it is the end: no further step comes.
        """
        self._step, self._is_over = step, is_over
        if is_imported("torch"):
            self._switch()

    def close(self) -> None:
        """Trace no longer, whatever the step."""
        if self._is_closed:
            return
        self._is_closed = True
        self._forget()
        if self._tracer is not None:
            self._tracer.stop()
            if self._tracer.is_cut:
                self._warn("the operation trace was cut: too many operations")
            if self._tracer.has_compiled:
                self._warn(f"operations are not traced: {_COMPILED}")

    def operations(self) -> tuple[Operation, ...]:
        """Return what was traced, in the order of the calls.

        What was compiled while it was watched may be compiled otherwise than unwatched;
        then there is no trace.
        """
        if self._tracer is None or self._tracer.has_compiled:
            return ()
        try:
            return self._tracer.operations()
        except Exception as error:  # noqa: BLE001  # explains a run, never fails it
            self._fail(error)
            return ()

    def _switch(self) -> None:
        try:
            self._set(is_on=self._is_inside())
        except Exception as error:  # noqa: BLE001  # as above
            self._fail(error)

    def _is_inside(self) -> bool:
        is_within = self._window.first <= self._step <= self._window.last
        return is_within and not self._is_closed and not self._has_failed

    def _set(self, *, is_on: bool) -> None:
        if self._tracer is None:
            if not is_on:
                return
            from pytest_repro.fingerprints import torch_operations  # noqa: PLC0415  # torch is there

            self._tracer = torch_operations.OperationTracer(self._root)
        self._tracer.begin(self._step, is_over=self._is_over)
        if is_on:
            self._tracer.start()
        else:
            self._tracer.stop()

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        if self._tracer is not None:
            self._tracer.stop()
        self._warn(f"operations are not traced: {type(error).__name__}: {error}")
