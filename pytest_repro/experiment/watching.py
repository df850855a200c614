"""Fingerprint a model and its optimizer while they train.

An optimizer tells when a step is over (`register_step_post_hook`), so plain loops
work; gradients are still there at that moment. Without an optimizer, `repro.steps`
tells. Coarse on purpose: every k-th step, the first one, and the end.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from pytest_repro.determinism import generator_states
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.recorder import Recorder
from pytest_repro.fingerprints import sketch_of, tree_digest

if TYPE_CHECKING:
    import torch
    from torch.utils.hooks import RemovableHandle

__all__ = ["DEFAULT_EVERY", "Watch"]

DEFAULT_EVERY: Final = 10

EVERYTHING: Final = ("gradients", "parameters", "buffers", "optimizer", "settings")
"""In the order in which a step brings them about; settings are hyperparameters."""


class Watch:
    """Fingerprints of one model and optimizer, each k optimizer steps."""

    def __init__(
        self,
        recorder: Recorder,
        model: "torch.nn.Module",
        optimizer: "torch.optim.Optimizer | None",
        *,
        every: int,
    ) -> None:
        """Hook the optimizer.

        Args:
            recorder: Where fingerprints go.
            model: A `torch.nn.Module`.
            optimizer: A `torch.optim.Optimizer`, or None.
            every: Fingerprint the steps 0, k, 2k, …

        Raises:
            ReproUsageError: If `every` is below 1, or either is something else.
        """
        _check(model, optimizer, every)
        self._recorder = recorder
        self._model = model
        self._optimizer = optimizer
        self._every = every
        self._step = 0
        self._prefix = ""
        self._hooks = self._hook()
        recorder.at_finish(self._finish)

    def start(self, prefix: str) -> None:
        """Fingerprint the initial state.

        Args:
            prefix: Put before each name, such as ``model``.
        """
        self._prefix = prefix
        self._take(None, ("parameters", "buffers"))
        self._enter()

    def end_step(self) -> None:
        """Count a step of the loop; for models without an optimizer."""
        if self._optimizer is None:
            self._count()

    def state_dict(self) -> dict[str, int]:
        """Return how many steps were counted, for a checkpoint."""
        return {"step": self._step}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on counting.

        Args:
            state: What `state_dict` gave.
        """
        self._step = state["step"]

    def _hook(self) -> "tuple[RemovableHandle, ...]":
        if self._optimizer is None:
            return ()
        return (
            self._optimizer.register_step_pre_hook(lambda *_: self._begin()),
            self._optimizer.register_step_post_hook(lambda *_: self._count()),
        )

    def _begin(self) -> None:
        self._recorder.begin_step(self._step)

    def _count(self) -> None:
        if self._step % self._every == 0:
            self._take(self._step, EVERYTHING)
        self._step += 1
        self._enter()

    def _enter(self) -> None:
        self._recorder.enter_step(self._step, is_counted=False)

    def _finish(self) -> None:
        for hook in self._hooks:
            hook.remove()
        if self._recorder.is_over:
            return  # a full run takes no fingerprint at this moment
        if self._step and (self._step - 1) % self._every:
            self._take(self._step - 1, EVERYTHING)

    def _take(self, step: int | None, parts: tuple[str, ...]) -> None:
        from pytest_repro.fingerprints import torch_modules  # noqa: PLC0415  # torch is loaded

        model, optimizer = self._model, self._optimizer
        readers: dict[str, Callable[[], object]] = {
            "gradients": lambda: torch_modules.module_gradients(model),
            "parameters": lambda: torch_modules.module_parameters(model),
            "buffers": lambda: torch_modules.module_buffers(model),
        }
        if optimizer is not None:
            # Apart, as rounding carries state, and never a learning rate.
            whole = torch_modules.optimizer_state(optimizer)
            readers["optimizer"] = lambda: whole["state"]
            readers["settings"] = lambda: whole["param_groups"]
        for part in parts:
            if part in readers:
                state = readers[part]()
                name, sketch = f"{self._prefix}/{part}", sketch_of(state)
                digest = tree_digest(state)
                self._recorder.fingerprint(name, digest, step, sketch=sketch)
                if step is None:
                    self._recorder.origin.add_weights(name, sketch)
        for kind, drawn in sorted(generator_states().items()):
            name, digest = f"{self._prefix}/rng/{kind}", digest_of_bytes(drawn)
            self._recorder.fingerprint(name, digest, step, is_evidence=True)
            self._recorder.origin.add_draws(name, step, digest)


def _check(model: object, optimizer: object, every: object) -> None:
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        msg = f"watch(every=…) is a number of steps from 1 on, got {every!r}"
        raise ReproUsageError(msg)
    if not hasattr(model, "named_parameters"):
        msg = f"watch() takes a torch.nn.Module, got {type(model).__name__}"
        raise ReproUsageError(msg)
    if optimizer is not None and not hasattr(optimizer, "register_step_post_hook"):
        kind = type(optimizer).__name__
        msg = f"watch() takes a torch.optim.Optimizer second, got {kind}"
        raise ReproUsageError(msg)
