"""`--repro-contracts` collects every kind of part, and names each planted fault.

One module holds a sound part and one with a fault of each kind, and one session tests
them all; the claims below read its items.
"""

import re
import sys
import textwrap
from pathlib import Path

import pytest

from tests.plugin.project import INI, Project, Session, environment, share

PARTS = '''\
import random
from dataclasses import dataclass

import numpy as np
import torch

from pytest_repro import Buildable, Component, Field, Recipe, recipe
from pytest_repro.contracts import (
    AugmentationContract,
    LoaderContract,
    MetricContract,
    ModuleContract,
    OptimizerContract,
    contract,
)


@contract(arguments={"x": "Float batch 4"}, returns="Float batch 4")
class Shifted(torch.nn.Module):
    def forward(self, x):
        return x + 1


@contract(arguments={"x": "Float batch 4"}, returns="Float batch 4")
class Centred(torch.nn.Module):
    def forward(self, x):
        return x - x.mean(0)


def load(seed, epoch, *, workers, shard, start):
    order = list(range(10))
    random.Random(1000 * seed + epoch).shuffle(order)
    for first in range(start * 4, 10, 4):
        ids = order[first : first + 4][shard[0] :: shard[1]]
        yield ids, {"x": np.array(ids, dtype="float32")}


def load_by_worker(seed, epoch, *, workers, shard, start):
    for ids, batch in load(seed, epoch, workers=workers, shard=shard, start=start):
        yield ids, {"x": batch["x"] + workers}


LOADER = LoaderContract(name="Loader", build=load, size=10, batch_size=4)
BAD_LOADER = LoaderContract(name="BadLoader", build=load_by_worker, size=10)


def dim(batch, *, seed, ids, strength):
    shares = [1 - strength * random.Random(f"{seed} {one}").random() for one in ids]
    return batch * torch.tensor(shares).reshape(-1, 1)


def dim_by_place(batch, *, seed, ids, strength):
    return dim(batch, seed=seed, ids=range(len(ids)), strength=strength)


AUGMENTATION = AugmentationContract(name="Dim", apply=dim, arguments="Float batch 3")
BAD_AUGMENTATION = AugmentationContract(
    name="BadDim", apply=dim_by_place, arguments="Float batch 3"
)


class Noisy(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for one in group["params"]:
                if one.grad is not None:
                    one.grad.add_(one)
        return super().step(closure)


OPTIMIZER = OptimizerContract(name="SGD", build=lambda p: torch.optim.SGD(p, lr=0.1))
BAD_OPTIMIZER = OptimizerContract(name="BadSGD", build=lambda p: Noisy(p, lr=0.1))


def accuracy(predictions, labels):
    return (predictions == labels).double().mean()


def percent(predictions, labels):
    return 100 * accuracy(predictions, labels)


HITS = {"predictions": "Int batch", "labels": "Int batch"}
METRIC = MetricContract(name="Hits", compute=accuracy, arguments=HITS, range=(0, 1))
BAD_METRIC = MetricContract(
    name="BadHits", compute=percent, arguments=HITS, range=(0, 1)
)


class Rows(Component, kind="data"):
    """Rows of three numbers."""

    schema_out = "Float batch 3"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Rows"]):
        """Nothing to set."""

    def __init__(self, config):
        self.config = config


class Head(Component, torch.nn.Module, kind="arch"):
    """A layer that takes four numbers, and averages over the batch."""

    schema_in = "Float batch 4"
    schema_out = "Float batch 2"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Head"]):
        """What can be set."""

        width: int = Field(2, why="two classes")

    def __init__(self, config):
        super().__init__()
        self.layer = torch.nn.Linear(4, config.width)

    def forward(self, x):
        return self.layer(x - x.mean(0))


class Fragile(Component, kind="arch"):
    """Refuses its own default."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Fragile"]):
        """What can be set."""

        heads: int = Field(3, why="as it is")

    def __init__(self, config):
        raise ValueError(f"width 64 is no multiple of {config.heads} heads")


@recipe
def sound():
    return Recipe(data=Rows.Config(), lr=0.1)


@recipe
def swapped():
    return Recipe(data=Rows.Config(), arch=Head.Config())


TEMPLATE = ModuleContract(sizes={})
'''
TEST = "from parts import *\n\ndef test_one(): ...\n"
SOUND = ("Shifted", "Loader", "Dim", "SGD", "Hits", "data/Rows.Config", "parts:sound")


FAILURE = re.compile(
    r"^(\S+) breaks its promise of (\w+)\n.*?see it again with\n((?:    [^\n]*\n){5})",
    re.MULTILINE | re.DOTALL,
)
DRIVER = """\
import pathlib, runpy
for path in sorted(pathlib.Path("scripts").iterdir()):
    try:
        runpy.run_path(str(path))
    except AssertionError as error:
        print(str(error).splitlines()[0])
"""
Ran = tuple[Project, Session]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the contracts of a project that has some of each kind, once."""

    def build(project: Project) -> Session:
        files = {"pytest.ini": INI, "parts.py": PARTS, "test_parts.py": TEST}
        options = ("--repro-contracts", "--repro-contracts-examples=8", "-rA")
        return project.write(files).run(*options)

    return share(tmp_path_factory, "contracts-of-each-kind", build)


@pytest.fixture(name="session")
def session_of(ran: Ran) -> Session:
    """How that session ended."""
    return ran[1]


def items(session: Session, word: str, part: str) -> list[str]:
    """List the properties of a part whose items ended so."""
    found = re.findall(rf"^{word} contract::(.+?)::(\S+)", session.output, re.MULTILINE)
    return [rule for name, rule in found if name == part]


@pytest.mark.parametrize("part", SOUND)
def test_a_sound_part_of_each_kind_passes(session: Session, part: str) -> None:
    """It is collected, and no property finds anything."""
    assert items(session, "PASSED", part)
    assert not items(session, "FAILED", part)


@pytest.mark.parametrize(
    ("part", "failed"),
    [
        pytest.param("Centred", "batch_size_invariance[rtol]", id="module"),
        pytest.param("BadLoader", "worker_invariance", id="loader"),
        pytest.param("BadDim", "sample_independence[bitwise]", id="augmentation"),
        pytest.param("BadSGD", "gradients_kept", id="optimizer"),
        pytest.param("BadHits", "bounded", id="metric"),
        pytest.param("parts:swapped", "schemas_meet", id="recipe"),
        pytest.param("arch/Fragile.Config", "builds", id="component"),
        pytest.param("arch/Head", "batch_size_invariance[rtol]", id="built component"),
    ],
)
def test_a_fault_of_each_kind_fails_by_its_name(
    session: Session, part: str, failed: str
) -> None:
    """The property that names the fault is among those that fail."""
    assert failed in items(session, "FAILED", part)


def test_the_script_of_each_kind_shows_its_fault_again(
    ran: Ran, tmp_path: Path
) -> None:
    """The five lines of every counter-example run, and end in the same failure."""
    project, session = ran[0].copy(tmp_path / "again"), ran[1]
    told = FAILURE.findall(session.output)
    scripts = {f"scripts/{n}.py": textwrap.dedent(one[2]) for n, one in enumerate(told)}
    project.write(scripts)

    again = project.execute([sys.executable, "-c", DRIVER], environment({}))

    said = [f"{part} breaks its promise of {rule}" for part, rule, _ in told]
    assert len(said) == session.counts["failed"]
    assert [one for one in again.output.splitlines() if " breaks its " in one] == said


def test_a_contract_that_only_decorates_is_no_part(session: Session) -> None:
    """One without a way to make anything is not collected, nor refused."""
    assert "TEMPLATE" not in session.output
    assert session.counts["passed"] > len(SOUND)


def test_parts_of_one_name_are_refused(project: Project) -> None:
    """Their examples and releases would be mixed up; the message names both places."""
    part = (
        "from pytest_repro.contracts import LoaderContract\n"
        'SAME = LoaderContract(name="Same", build=iter, size=1)\n'
    )
    test = "from one import SAME\nfrom two import SAME as OTHER\ndef test_one(): ...\n"
    project.write({"one.py": part, "two.py": part, "test_same.py": test})

    refused = project.run("--repro-contracts")

    assert refused.code == pytest.ExitCode.USAGE_ERROR
    assert "two parts are called Same" in refused.output
    assert "one    from one import SAME" in refused.output
    assert "other  from two import SAME" in refused.output
    assert "another name=" in refused.output
