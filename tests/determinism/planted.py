"""Functions from each of which randomness escapes, at the line that names them.

They are called in a process of the suite and, copied into a project, in a worker.
"""

import glob
import os
import random
import secrets
import threading
import time
import uuid
from datetime import date
from enum import Enum
from os import urandom
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset

HERE = Path(__file__).parent
SHARED = np.random.default_rng(5)


class Split(Enum):
    """Names that are hashed as text."""

    TEST = 1


class Numbers(Dataset[int]):
    """A dataset with a generator of its own."""

    def __init__(self) -> None:
        self.rng = random.Random(3)

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> int:
        return self.rng.randrange(index + 1)


class Shared(Dataset[int]):
    """A dataset that draws from a generator of its module."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> int:
        return int(SHARED.integers(index + 1))


class Hasty(Dataset[int]):
    """A dataset that draws in a worker process what no seed governs."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> int:
        return uuid.uuid4().int % (index + 1)  # drawn: loader_that_draws


def os_urandom() -> object:
    return os.urandom(4)  # drawn: os_urandom


def taken_urandom() -> object:
    return urandom(4)  # drawn: taken_urandom


def system_random() -> object:
    return random.SystemRandom().random()  # drawn: system_random


def system_choice() -> object:
    return random.SystemRandom().choice([1, 2, 3])  # drawn: system_choice


def secrets_token() -> object:
    return secrets.token_hex()  # drawn: secrets_token


def secrets_bits() -> object:
    return secrets.randbits(8)  # drawn: secrets_bits


def secrets_below() -> object:
    return secrets.randbelow(8)  # drawn: secrets_below


def uuid_1() -> object:
    return uuid.uuid1()  # drawn: uuid_1


def uuid_4() -> object:
    return uuid.uuid4()  # drawn: uuid_4


def own_generator() -> object:
    return random.Random()  # drawn: own_generator


def own_generator_reseeded() -> object:
    rng = random.Random(3)
    rng.seed()  # drawn: own_generator_reseeded
    return rng


def random_seed() -> object:
    return random.seed()  # drawn: random_seed


def random_seed_none() -> object:
    return random.seed(None)  # drawn: random_seed_none


def numpy_generator() -> object:
    return np.random.default_rng()  # drawn: numpy_generator


def numpy_generator_none() -> object:
    seed = None
    return np.random.default_rng(seed)  # drawn: numpy_generator_none


def numpy_sequence() -> object:
    return np.random.SeedSequence()  # drawn: numpy_sequence


def numpy_state() -> object:
    return np.random.RandomState()  # drawn: numpy_state


def numpy_bits() -> object:
    return np.random.PCG64()  # drawn: numpy_bits


def numpy_twister() -> object:
    return np.random.MT19937()  # drawn: numpy_twister


def numpy_philox() -> object:
    return np.random.Philox()  # drawn: numpy_philox


def numpy_seed() -> object:
    return np.random.seed()  # drawn: numpy_seed


def numpy_seed_none() -> object:
    return np.random.seed(None)  # drawn: numpy_seed_none


def torch_seed() -> object:
    return torch.seed()  # drawn: torch_seed


def torch_random_seed() -> object:
    return torch.random.seed()  # drawn: torch_random_seed


def torch_generator() -> object:
    return torch.Generator().seed()  # drawn: torch_generator


def clock_float() -> object:
    return random.seed(time.time())  # drawn: clock_float


def clock_text() -> object:
    return random.seed(str(time.perf_counter()))  # drawn: clock_text


def clock_seconds() -> object:
    return torch.manual_seed(int(time.time()))  # drawn: clock_seconds


def clock_remainder() -> object:
    return np.random.seed(int(time.time() * 1000) % 2**32)  # drawn: clock_remainder


def clock_nanoseconds() -> object:
    return np.random.default_rng(time.time_ns())  # drawn: clock_nanoseconds


def clock_since_boot() -> object:
    return np.random.SeedSequence(time.perf_counter_ns())  # drawn: clock_since_boot


def clock_state() -> object:
    return np.random.RandomState(time.monotonic_ns() % 2**32)  # drawn: clock_state


def clock_of_the_system() -> object:
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return np.random.default_rng(now)  # drawn: clock_of_the_system


def clock_inside_a_text() -> object:
    return random.Random(f"run {time.time()}")  # drawn: clock_inside_a_text


def clock_own_generator() -> object:
    return random.Random(time.time_ns())  # drawn: clock_own_generator


def clock_torch_generator() -> object:
    return torch.Generator().manual_seed(time.time_ns())  # drawn: clock_torch_generator


def process_number() -> object:
    return random.seed(os.getpid())  # drawn: process_number


def listed_walk() -> object:
    found = []
    for name in os.listdir(HERE):  # drawn: listed_walk
        found += [name]
    return found


def listed_index() -> object:
    return os.listdir(HERE)[0]  # drawn: listed_index


def listed_name() -> object:
    names = os.listdir(HERE)  # drawn: listed_name
    return [name.upper() for name in names]


def listed_handed_on() -> object:
    return np.array(os.listdir(HERE))  # drawn: listed_handed_on


def listed_iterdir() -> object:
    return [path.name for path in HERE.iterdir()]  # drawn: listed_iterdir


def listed_glob() -> object:
    return " ".join(glob.glob(f"{HERE}/*"))  # drawn: listed_glob


def listed_path_glob() -> object:
    return next(HERE.glob("*.py"))  # drawn: listed_path_glob


def listed_scandir() -> object:
    with os.scandir(HERE) as entries:  # drawn: listed_scandir
        return [entry.name for entry in entries]


def listed_through_a_function() -> object:
    return " ".join(_names())


def _names() -> list[str]:
    return os.listdir(HERE)  # drawn: listed_through_a_function


def hash_text() -> object:
    return random.seed(hash("split"))  # drawn: hash_text


def hash_numpy_text() -> object:
    return hash(np.str_("split"))  # drawn: hash_numpy_text


def hash_path() -> object:
    return hash(HERE) % 10  # drawn: hash_path


def hash_tuple() -> object:
    return hash((1, ("fold", 2)))  # drawn: hash_tuple


def hash_bytes_in_a_set() -> object:
    return hash(frozenset({b"row"}))  # drawn: hash_bytes_in_a_set


def hash_of_each() -> object:
    return [*map(hash, ["one"])]  # drawn: hash_of_each


def hash_date() -> object:
    return hash(date(2026, 11, 27))  # drawn: hash_date


def hash_member() -> object:
    return hash(Split.TEST)  # drawn: hash_member


def _draw_slowly() -> None:
    for _ in range(20):
        random.random()  # drawn: threads_that_race
        time.sleep(0.002)


def threads_that_race() -> object:
    threads = [threading.Thread(target=_draw_slowly) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads


def _draw_in_torch_slowly(generator: torch.Generator | None) -> None:
    for _ in range(20):
        torch.rand(2, generator=generator)  # drawn: threads_on_a_torch_generator
        time.sleep(0.002)


def threads_on_a_torch_generator() -> object:
    generator = torch.Generator()
    threads = [
        threading.Thread(target=_draw_in_torch_slowly, args=(generator,))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads


def _drop_slowly() -> None:
    for _ in range(40):
        torch.nn.functional.dropout(torch.ones(2))  # drawn: threads_and_the_main_one
        time.sleep(0.002)


def threads_and_the_main_one() -> object:
    thread = threading.Thread(target=_drop_slowly)
    thread.start()
    while thread.is_alive():
        torch.rand(2)
        time.sleep(0.002)
    return thread


def loader_held() -> object:
    return list(DataLoader(Numbers(), num_workers=1))  # drawn: loader_held


def loader_nested() -> object:
    data: Dataset[int] = ConcatDataset([Numbers(), Numbers()])
    return list(DataLoader(Subset(data, [0, 1]), num_workers=1))  # drawn: loader_nested


def loader_that_draws() -> object:
    return list(DataLoader(Hasty(), num_workers=1))


def loader_shared() -> object:
    return list(DataLoader(Shared(), num_workers=1))  # drawn: loader_shared
