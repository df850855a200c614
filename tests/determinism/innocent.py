"""The look-alikes: each function is near to an escape, and nothing escapes from it."""

import copy
import glob
import os
import random
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from sklearn.utils import check_random_state
from torch.utils.data import DataLoader, Dataset

HERE = Path(__file__).parent


class Fold(IntEnum):
    """Numbers with names: they are hashed as numbers."""

    FIRST = 1


@dataclass(frozen=True)
class Frozen:
    """Has a hash of its fields, which a library writes."""

    name: str


class Named:
    """Has a hash of its own, as whatever stands in a dict."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name == other.name

    def __hash__(self) -> int:
        return hash(("Named", self.name))


class Own(str):
    """Text with a hash of its own, as that of another class."""

    __slots__ = ()

    def __hash__(self) -> int:
        return len(self)

    __eq__ = str.__eq__


class Numbers(Dataset[float]):
    """A dataset that draws in workers from what the loader seeds there."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> float:
        return index * (random.random() + np.random.rand() + torch.rand(1).item())


class Held(Dataset[int]):
    """A dataset with a generator of its own."""

    def __init__(self) -> None:
        self.rng = random.Random(3)

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> int:
        return self.rng.randrange(index + 1)


def quiet_seeds() -> object:
    random.seed(3)
    np.random.seed(3)
    return torch.manual_seed(3)


def quiet_dated_seed() -> object:
    return random.seed(20261126)


def quiet_small_seed_after_a_clock() -> object:
    time.perf_counter()
    return random.seed(7)


def quiet_own_generators() -> object:
    rng = random.Random(3)
    return rng.random(), torch.Generator().manual_seed(3)


def quiet_fresh_torch_generator() -> object:
    return torch.Generator()


def quiet_numpy_generators() -> object:
    rng = np.random.default_rng(3)
    return rng.random(), np.random.PCG64(3), np.random.SeedSequence(3).spawn(2)


def quiet_numpy_state() -> object:
    return np.random.RandomState(3).rand()


def quiet_copies() -> object:
    state, rng = np.random.RandomState(3), np.random.default_rng(3)
    return copy.deepcopy(state), copy.copy(rng)


def quiet_library_state() -> object:
    return check_random_state(3).rand()


def quiet_named_identifier() -> object:
    return uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")


def quiet_temporary_names() -> object:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile():
        return folder


def quiet_timing() -> object:
    began = time.perf_counter()
    return time.perf_counter() - began


def quiet_sorted() -> object:
    return sorted(os.listdir(HERE))


def quiet_sorted_paths() -> object:
    return sorted(HERE.glob("*.py")), sorted(glob.glob(f"{HERE}/*"))


def quiet_sorted_filter() -> object:
    return sorted(path.name for path in HERE.iterdir() if path.suffix == ".py")


def quiet_sorted_later() -> object:
    names = [name for name in os.listdir(HERE) if name.endswith(".py")]
    names.sort()
    return names


def quiet_sorted_collection() -> object:
    names = []
    for entry in os.scandir(HERE):
        names.append(entry.name)  # as people write it
    return sorted(names)


def quiet_sorted_by_the_caller() -> object:
    return sorted(_names())


def _names() -> list[str]:
    return os.listdir(HERE)


def quiet_hashes_of_numbers() -> object:
    return (
        hash(3),
        hash(Own("one")),
        hash((1, 2.5, (True, 4))),
        hash(frozenset({7})),
        hash(Fold.FIRST),
    )


def quiet_hashes_inside_containers() -> object:
    return {"one": 1}["one"], "two" in {"two", "three"}, {("four", 4): 5}


def quiet_hash_methods() -> object:
    return {Named("one"): 1, Frozen("two"): 2}[Named("one")]


def quiet_hash_in_a_library() -> object:
    return {Fraction(1, 3): 1}[Fraction(1, 3)], {torch.device("cpu"): 1}


def quiet_counted() -> object:
    return len(os.listdir(HERE)), sum(1 for _ in HERE.iterdir())


def quiet_asked() -> object:
    return "planted.py" in os.listdir(HERE), not os.listdir(HERE), set(HERE.iterdir())


def quiet_tallied() -> object:
    return Counter(path.suffix for path in HERE.iterdir())


def quiet_only_one() -> object:
    (path,) = HERE.glob("innocent.py")
    return path


def quiet_removed() -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "one.tmp").touch()
        (Path(folder) / "two.txt").touch()
        for path in Path(folder).iterdir():
            if path.suffix == ".tmp":
                path.unlink()
        return len(os.listdir(folder))


def quiet_single_name() -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "alone").touch()
        return os.listdir(folder)[0]


def quiet_thread() -> object:
    random.random()
    thread = threading.Thread(target=random.random)
    thread.start()
    thread.join()
    return random.random()


def quiet_threads_with_generators() -> object:
    threads = [
        threading.Thread(target=random.Random(number).random) for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads


def quiet_torch_thread() -> object:
    torch.rand(2)
    thread = threading.Thread(target=torch.rand, args=(2,))
    thread.start()
    thread.join()
    return torch.rand(2)


def quiet_threads_with_torch_generators() -> object:
    threads = [
        threading.Thread(
            target=torch.rand, args=(2,), kwargs={"generator": torch.Generator()}
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads


def quiet_loader() -> object:
    return list(DataLoader(Numbers(), num_workers=1, shuffle=True))


def quiet_loader_with_a_function() -> object:
    return list(DataLoader(Held(), num_workers=1, worker_init_fn=_seed))


def _seed(_number: int) -> None:
    random.seed(torch.initial_seed())


def quiet_loader_without_workers() -> object:
    return list(DataLoader(Held()))
