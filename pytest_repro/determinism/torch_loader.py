"""Data loaders with another number of workers than they ask for.

Which process fetches a batch must not change what is in it. Imported when
`torch.utils.data` is.
"""

import functools
import inspect
import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from torch.utils.data import DataLoader

__all__ = ["install"]

WITH_WORKERS_ONLY: Final = (
    "multiprocessing_context",
    "persistent_workers",
    "prefetch_factor",
    "timeout",
)
"""Arguments that a loader without workers refuses, or has no use for."""


def install(workers: int, note: Callable[[], None]) -> Callable[[], None]:
    """Give every data loader so many workers.

    Args:
        workers: How many.
        note: Called for each loader that is made.

    Returns:
        A function that puts everything back.
    """
    make, look = DataLoader.__init__, DataLoader.__iter__
    signature = inspect.signature(make)

    @functools.wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # theirs
        note()
        given = signature.bind(self, *args, **kwargs).arguments
        with _quiet():
            make(**_with_workers(given, workers))

    @functools.wraps(look)
    def looked(self: Any) -> Any:  # noqa: ANN401  # theirs
        with _quiet():
            return look(self)

    DataLoader.__init__, DataLoader.__iter__ = made, looked  # type: ignore[method-assign]  # put back below

    def put_back() -> None:
        DataLoader.__init__, DataLoader.__iter__ = make, look  # type: ignore[method-assign]  # as it was

    return put_back


def _with_workers(given: dict[str, Any], workers: int) -> dict[str, Any]:
    had = given.get("num_workers", 0)
    changed = {**given, "num_workers": workers}
    if not workers:
        for name in WITH_WORKERS_ONLY:
            changed.pop(name, None)
    elif not had and "fork" in multiprocessing.get_all_start_methods():
        # A data set that was never meant to travel may not be picklable.
        changed["multiprocessing_context"] = "fork"
    return changed


@contextmanager
def _quiet() -> Iterator[None]:
    """Ignore what is said of workers that nobody asked for."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create", UserWarning)
        warnings.filterwarnings(
            "ignore", "This process .* is multi-threaded", DeprecationWarning
        )
        yield
