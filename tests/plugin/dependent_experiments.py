"""Experiments whose bits depend on what must not matter, as the text of test files.

`BAD` is one that a reviewer would let pass: it seeds everything, trains, and gives the
same loss twice on the author's machine. It has four faults all the same, and
`--repro-vary` is to name each:

* files are read in the order in which the folder lists them;
* the classes are numbered in the order of a set of text, which the hash seed decides;
* the workers of its data loader draw noise from a generator of their own process;
* the order of the batches is seeded with the time of day.
"""

from typing import Final

__all__ = [
    "BAD",
    "CHANCE",
    "CLEAN",
    "FILES",
    "HURRIED",
    "LEFT",
    "MEMORY",
    "PLANTED",
    "RARE",
    "ROOM",
    "SEVERAL",
    "TOGETHER",
]

FILES: Final = {f"data/{name}.txt": f"{name}\n" * 3 for name in "dbeac"}
"""What the experiments read."""

BAD: Final = """\
import pathlib
import random
import time

import torch
from torch.utils.data import DataLoader, Dataset

HERE = pathlib.Path(__file__).parent


class Letters(Dataset):
    def __init__(self):
        texts = [path.read_text() for path in (HERE / "data").iterdir()]
        classes = {name: number for number, name in enumerate({*"".join(texts)})}
        self.rows = [(index, classes[text[0]]) for index, text in enumerate(texts)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        position, label = self.rows[index]
        return torch.tensor([position, label + 0.1 * random.random()])


def test_letters(repro):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    repro.watch(model, optimizer)
    order = torch.Generator().manual_seed(int(time.time()))
    loader = DataLoader(
        Letters(), batch_size=2, shuffle=True, generator=order, num_workers=1
    )
    for step, rows in zip(range(3), loader):
        loss = (model(rows[:, :1]) - rows[:, 1:]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)
    repro.log("test/loss", loss)
"""

PLANTED: Final = """\
import datetime
import os
import pathlib
import random

HERE = pathlib.Path(__file__).parent
CALLS = []


def test_planted(repro):
    CALLS.append(random.random())
    files = [name for name in os.listdir(HERE / "data")]
    words = [word for word in {"one", "two", "three", "four", "five", "six"}]
    with open(HERE / "umlaut.txt") as text:
        repro.log("locale", len(text.encoding), step=0)
    repro.log("listing", ord(files[0][0]), step=1)
    repro.log("set", len(words[0]) + 10 * len(words[1]), step=2)
    repro.log("folder", len(os.listdir(".")), step=3)
    repro.log("zone", datetime.datetime.fromtimestamp(0).hour, step=4)
    repro.log("home", len(os.path.expanduser("~")), step=5)
    repro.log("year", datetime.date.today().year, step=6)
    repro.log("calls", len(CALLS), step=7)
"""
"""Eight dependencies, each in a trace of its own, and none on chance."""

TOGETHER: Final = """\
import os
import time


def test_together(repro):
    is_far = time.localtime(0).tm_hour != 0
    is_bare = not os.listdir(os.path.expanduser("~"))
    repro.log("loss", 1.0 if is_far and is_bare else 0.5)
"""
"""It takes another time zone and an empty home to make a difference."""

MEMORY: Final = """\
import torch


def test_memory(repro):
    inputs = torch.linspace(0, 1, 300_000)
    repro.log("sum", (inputs * inputs).sum(), step=0)
    padding = torch.empty(4)
    repro.log("padding", float(padding.isnan().any()), step=1)
"""
"""It sums in parallel, and it looks at memory that nobody wrote."""

ROOM: Final = """\
import numpy as np


def test_room(repro):
    room = np.empty(5_000_000)
    room[:1_000] = 1.0
    repro.log("written", room[:1_000].max(), step=0)
    repro.log("rest", room[1_000:2_000].max(), step=1)
"""
"""It fills an array of numpy, and forgets the end. The array is larger than any memory
that malloc uses again, so that it is zero in each run, until somebody fills it."""

CLEAN: Final = """\
import os
import pathlib
import random

HERE = pathlib.Path(__file__).parent


def test_clean(repro):
    files = sorted(os.listdir(HERE / "data"))
    words = sorted({"one", "two", "three"})
    for step in repro.steps(total=3):
        draw = random.choice(files + words)
        repro.log("loss", len(draw) + random.random(), step=step)
"""
"""It does the same things, and does them right."""

CHANCE: Final = """\
import os
import pathlib
import uuid

HERE = pathlib.Path(__file__).parent


def test_pid(repro):
    repro.log("loss", os.getpid())


def test_entropy(repro):
    repro.log("first", len(os.listdir(HERE / "data")[0]), step=0)
    repro.log("listing", ord(os.listdir(HERE / "data")[0][0]), step=1)
    repro.log("loss", uuid.uuid4().int % 1_000_000, step=2)
"""
"""What no two runs have in common; and entropy, beside a folder that is not sorted."""

LEFT: Final = """\
import pathlib

KEPT = pathlib.Path(__file__).parent / "kept.txt"


def test_left(repro):
    if not KEPT.exists():
        KEPT.write_text(f"{1 / 3:.4f}")
        repro.log("loss", 1 / 3)
    else:
        repro.log("loss", float(KEPT.read_text()))
"""
"""Its first run leaves a file that rounds, and all others read it."""

RARE: Final = """\
import pathlib

COUNTED = pathlib.Path(__file__).parent / "counted.txt"


def test_rare(repro):
    with COUNTED.open("a") as file:
        file.write(".")
    repro.log("loss", float(len(COUNTED.read_text()) == 2))
"""
"""Its second run has other bits, and no other: a chance that seldom comes."""

HURRIED: Final = """\
import time


def test_hurried(repro):
    began, step = time.monotonic(), 0
    while time.monotonic() - began < 0.02:
        step += 1
    repro.log("steps", step)
"""
"""It goes on as long as there is time."""

SEVERAL: Final = """\
import os
import time


def test_pair(repro):
    first, _ = {"day", "night"}
    repro.log("length", len(first))


def test_parts(repro):
    numbers = [1 / (1 + number) for number in range(1000)]
    parts = os.cpu_count() or 1
    repro.log("sum", sum(sum(numbers[part::parts]) for part in range(parts)))


def test_day(repro):
    repro.log("day", time.clock_gettime(time.CLOCK_REALTIME) // 86400)
"""
"""A set of two, in the same order under the hash seeds 0 to 4; a sum in as many parts
as there are processors; and a clock that is seldom read."""
