"""Where a call of an operator comes from: phase, module, and line of the project.

In the forward pass hooks tell which module is running, and the Python stack tells the
line. In the backward pass both are those of the forward call that made the autograd
node which is running: torch numbers its nodes (`_sequence_nr`), so each forward call
notes its place under the number of the node that was made for it.
"""

import sysconfig
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import torch
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.weak import WeakIdKeyDictionary

from pytest_repro.records import BEFORE, Phase

__all__ = ["Place", "Places"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_LOOKERS: Final = frozenset({"determinism", "experiment", "fingerprints"})
"""Folders of this package that call operators of their own while a run is on."""

_STANDARD_LIBRARY: Final = sysconfig.get_path("stdlib")
_INSTALLED: Final = ("site-packages", "dist-packages")
_OURS: Final = "<ours>"
_PASSING: Final = frozenset(
    {
        "drawing.py",
        "feeding.py",
        "following.py",
        "looping.py",
        "torch_indices.py",
        "walking.py",
    }
)
"""Of `repro.steps`: there the batches of the experiment are made, under our frames."""

_NO_TASK: Final = -1
MAX_NODES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call came from.

    Attributes:
        phase: In which part of the run.
        module: The path of the module; empty outside of any.
        source: File and line; empty where there is none.
        is_ours: Whether this package made the call itself.
    """

    phase: Phase
    module: str
    source: str
    is_ours: bool = False


class Places:
    """Knows where calls come from, while its hooks are installed.

    Attributes:
        step: The step in which calls are made.
        is_over: Whether the loop of steps has ended.
    """

    def __init__(self, root: Path) -> None:
        """Start before the first step.

        Args:
            root: The root of the project, from which files are named.
        """
        self.step = BEFORE
        self.is_over = False
        self._root = root.resolve()
        self._files: dict[str, str] = {}
        self._paths: WeakIdKeyDictionary = WeakIdKeyDictionary()
        self._running: list[torch.nn.Module] = []
        self._nodes: dict[int, tuple[str, str]] = {}
        self._steppers = 0
        self._had_backward = False

    def begin(self, step: int, *, is_over: bool) -> None:
        """Enter a step.

        Args:
            step: The step.
            is_over: Whether it is the end: no further step comes.
        """
        self.step, self.is_over = step, is_over
        self._had_backward = False
        self._nodes.clear()

    def install(self) -> Callable[[], None]:
        """Install hooks on all modules and optimizers.

        Returns:
            A function that removes them.
        """
        # Else an experiment that turns warnings into errors would fail by our hooks.
        warnings.filterwarnings("ignore", message=".*there are global hooks on modules")
        handles = (
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
            register_optimizer_step_pre_hook(self._begin_update),
            register_optimizer_step_post_hook(self._end_update),
        )

        def remove() -> None:
            for handle in handles:
                handle.remove()
            self._running.clear()
            self._steppers = 0

        return remove

    def find(self, frame: FrameType | None) -> Place:
        """Find the place of the call that is under way.

        Args:
            frame: The innermost frame that is not of the tracer.

        Returns:
            The place.
        """
        source = self._source(frame)
        if source == _OURS:
            return Place(Phase.SETUP, "", "", is_ours=True)
        phase = self._phase()
        module = self._module()
        if phase is Phase.BACKWARD:
            node: Any = torch._C._current_autograd_node()  # noqa: SLF001  # no public way
            number = -1 if node is None else node._sequence_nr()  # noqa: SLF001
            module, source = self._nodes.get(number, (module, source))
        else:
            # The node of this very call was made just before the call came down.
            number = torch._C._autograd._get_sequence_nr() - 1  # noqa: SLF001
            if len(self._nodes) < MAX_NODES:
                self._nodes.setdefault(number, (module, source))
        return Place(phase, module, source)

    def _phase(self) -> Phase:
        if torch._C._current_graph_task_id() != _NO_TASK:  # noqa: SLF001  # no public way
            self._had_backward = True
            return Phase.BACKWARD
        is_update = not torch.is_grad_enabled()
        if self._steppers and is_update and not self._running:
            return Phase.OPTIMIZER
        if self.step == BEFORE:
            return Phase.SETUP
        is_apart = bool(self._running) and not self._running[0].training
        if self.is_over or is_apart or torch.is_inference_mode_enabled():
            return Phase.EVALUATION
        if is_update and self._had_backward:
            return Phase.OPTIMIZER  # such as clipping of gradients
        return Phase.FORWARD

    def _module(self) -> str:
        return str(self._paths.get(self._running[-1], "")) if self._running else ""

    def _enter(self, module: torch.nn.Module, _: object) -> None:
        if module not in self._paths:
            self._name(module)
        self._running.append(module)

    def _leave(self, module: torch.nn.Module, *_: object) -> None:
        if self._running and self._running[-1] is module:
            self._running.pop()

    def _name(self, module: torch.nn.Module) -> None:
        """Name a module and all within it, by its class and the names of attributes."""
        above = self._module()
        kind = type(module).__name__
        whole = f"{above}.{kind}" if above else kind
        for path, part in module.named_modules():
            if part not in self._paths:
                self._paths[part] = f"{whole}.{path}" if path else whole

    def _begin_update(self, *_: Any) -> None:  # noqa: ANN401  # as torch calls it
        self._steppers += 1

    def _end_update(self, *_: Any) -> None:  # noqa: ANN401  # as above
        self._steppers = max(0, self._steppers - 1)

    def _source(self, frame: FrameType | None) -> str:
        while frame is not None:
            code = frame.f_code
            name = self._files.get(code.co_filename)
            if name is None:
                name = self._files[code.co_filename] = self._file(code.co_filename)
            if name == _OURS:
                return _OURS
            if name:
                return f"{name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def _file(self, filename: str) -> str:
        """Name a file of the project; nothing for a file of anybody else."""
        if filename.startswith("<"):
            return ""
        path = Path(filename).resolve()
        if path.is_relative_to(_PACKAGE):
            looks = path.parent.name in _LOOKERS and path.name not in _PASSING
            return _OURS if looks else ""
        is_installed = any(home in path.parts for home in _INSTALLED)
        is_project = path.is_relative_to(self._root) and not is_installed
        if not is_project or path.is_relative_to(_STANDARD_LIBRARY):
            return ""
        return path.relative_to(self._root).as_posix()
