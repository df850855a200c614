"""Guards of torch generators that several threads draw from; imported once torch is.

torch draws in C++, so a thread is run in a mode that sees its calls by name. The main
thread runs in none: that it drew in between shows in the state of the generator.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch.overrides import TorchFunctionMode

from pytest_repro.determinism.drawing import Draws
from pytest_repro.determinism.escapes import Watch

__all__ = ["TorchThreads"]

_DRAWING: Final = frozenset(
    {
        *("bernoulli", "bernoulli_", "cauchy_", "dropout", "dropout1d", "dropout2d"),
        *("dropout3d", "exponential_", "geometric_", "log_normal_", "multinomial"),
        *("normal", "normal_", "poisson", "rand", "rand_like", "randint"),
        *(
            "randint_like",
            "randn",
            "randn_like",
            "random_",
            "randperm",
            "trunc_normal_",
        ),
        *("uniform_", "kaiming_normal_", "kaiming_uniform_", "xavier_normal_"),
        *("xavier_uniform_", "orthogonal_"),
    }
)


class _Shared(Draws):
    """The draws of one torch generator, and the state in which they left it."""

    def __init__(self, watch: Watch, generator: torch.Generator) -> None:
        super().__init__(watch)
        self.generator = generator  # kept, so that no other takes its identity
        self._state: torch.Tensor | None = None

    def around(self, call: Callable[[], object]) -> object:
        """Draw, and notice if somebody unseen has drawn since this thread last did."""
        is_moved = self._state is not None and not torch.equal(
            self._state, self.generator.get_state()
        )
        self.draw(is_moved=is_moved)
        try:
            return call()
        finally:
            self._state = self.generator.get_state()


class TorchThreads:
    """Sees what threads draw from torch's generators."""

    def __init__(self, watch: Watch) -> None:
        """Begin with no thread.

        Args:
            watch: Hears of a generator that two threads draw from.
        """
        self._watch = watch
        self._shared: dict[int, _Shared] = {}

    def run(self, thread: threading.Thread) -> None:
        """Let a thread that is about to start be seen.

        Args:
            thread: The thread.
        """
        original = thread.run
        began = {key: shared.count for key, shared in self._shared.items()}

        def run() -> None:
            for key, count in began.items():
                self._shared[key].begin(thread, count)
            del vars(thread)["run"]  # it holds the thread, and is not needed twice
            with _Mode(self):
                original()

        thread.run = run  # type: ignore[method-assign]  # of this one thread

    def shared(self, generator: torch.Generator) -> _Shared:
        """Find the draws of a generator.

        Args:
            generator: The generator.

        Returns:
            Its draws by all threads.
        """
        found = self._shared.get(id(generator))
        if found is None:
            found = self._shared[id(generator)] = _Shared(self._watch, generator)
        return found

    @property
    def is_on(self) -> bool:
        """Whether anybody listens."""
        return self._watch.is_on


class _Mode(TorchFunctionMode):
    """Sees the calls of one thread."""

    def __init__(self, threads: TorchThreads) -> None:
        super().__init__()
        self._threads = threads

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = kwargs or {}
        name = getattr(func, "__name__", "")
        if name not in _DRAWING or not self._threads.is_on:
            return func(*args, **given)
        generator = given.get("generator")
        if not isinstance(generator, torch.Generator):
            generator = torch.default_generator
        shared = self._threads.shared(generator)
        return shared.around(lambda: func(*args, **given))
