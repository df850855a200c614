"""Loading workers of torch, asked for addresses instead of samples.

`torch.utils.data.DataLoader` starts the processes, moves tensors by shared memory and
keeps the order; what it hands out here is a whole answer of a `Fetcher`. Its generator
is our own, so that nobody else's random numbers move when a pass begins.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils.data import DataLoader, Dataset, Sampler, default_collate

from pytest_repro.determinism import torch_generators
from pytest_repro.training.fetching import Address, Fetched
from pytest_repro.training.workers import Workers

__all__ = ["Processes", "default_collate"]

Fetch = Callable[[Address], list[Fetched]]


class Processes:
    """The processes that make batches; none of them means this one."""

    def __init__(self, fetch: Fetch, workers: Workers, seed: int) -> None:
        """Start nothing before the first pass.

        Args:
            fetch: What each of them does.
            workers: How many, and how they are started.
            seed: What their global generators are seeded from.
        """
        self._addresses = _Addresses()
        with _quiet():
            self._loader: DataLoader[list[Fetched]] = DataLoader(
                _Answers(fetch),
                batch_size=None,
                sampler=self._addresses,
                collate_fn=_as_it_is,
                generator=torch_generators.make_generator(seed),
                pin_memory=workers.pin_memory,
                **_with_processes(workers),
            )

    def ask(self, addresses: Iterable[Address]) -> Iterator[list[Fetched]]:
        """Ask for addresses; answers come in the order of asking.

        Args:
            addresses: All that a pass needs.

        Yields:
            Each answer.
        """
        self._addresses.next = addresses
        with _quiet():
            answers = iter(self._loader)
        yield from answers


class _Addresses(Sampler[Any]):
    """Stands where torch expects a sampler."""

    def __init__(self) -> None:
        self.next: Iterable[Address] = ()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.next)


class _Answers(Dataset[list[Fetched]]):
    """Stands where torch expects a data set."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def __getitem__(self, address: Address) -> list[Fetched]:
        return self._fetch(address)


def _with_processes(workers: Workers) -> dict[str, Any]:
    if not workers.count:
        return {}
    return {
        "num_workers": workers.count,
        "prefetch_factor": workers.ahead,
        "persistent_workers": workers.is_persistent,
        "multiprocessing_context": workers.start or None,
    }


def _as_it_is(answer: list[Fetched]) -> list[Fetched]:
    return answer


@contextmanager
def _quiet() -> Iterator[None]:
    """Ignore advice on how many processes to start: it was asked for."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create", UserWarning)
        yield
