"""`--repro-contracts`: promises as items, counter-examples as scripts that run."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.plugin.project import Project

MODEL = """\
from torch import nn
from pytest_repro.contracts import contract

@contract(arguments={"x": "Float batch 4"}, returns="Float batch 4")
class Centred(nn.Module):
    def forward(self, x):
        return x - x.mean(0)
"""

LOADER = """\
from pytest_repro.contracts import LoaderContract

def load(seed, epoch, *, workers, shard, start):
    yield from [([0], {}), ([0], {})][start:]

LOADER = LoaderContract(name="Repeating", build=load, size=2)
"""
TEST = "from models import Centred\n"
ONE = ("--repro-contracts", "-k", "batch_size or range or finite")


@pytest.fixture
def centred(project: Project) -> Project:
    """A project with a module that looks at the other samples of a batch."""
    files = {"models.py": MODEL, "test_models.py": f"{TEST}\ndef test_one(): ...\n"}
    return project.write(files)


@pytest.fixture
def repeating(project: Project) -> Project:
    """A project with a loader that gives one sample twice; it loads no framework."""
    plain = "def test_one(): ...\n"
    files = {
        "loading.py": LOADER,
        "test_plain.py": plain,
        "test_of_import.py": f"from loading import LOADER\n{plain}",
    }
    return project.write(files)


def script_in(report: str) -> str:
    """Cut the script out of a report."""
    _, _, after = report.partition("see it again with\n")
    lines = after.splitlines()[:5]
    return textwrap.dedent("\n".join(lines))


def run_script(script: str, root: Path) -> str:
    """Run a script in a project; returns what it says of its end."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def test_a_broken_promise_fails_with_a_script_that_shows_it_again(
    centred: Project,
) -> None:
    """The item fails, names its suspicion, and its five lines fail the same way."""
    report = centred.run(*ONE).output
    script = script_in(report)

    again = run_script(script, centred.root)

    assert "contract::Centred::batch_size_invariance[rtol]" in report
    assert "row 0 changes when the other rows are removed: batch statistics" in report
    assert len(script.splitlines()) == 5
    assert "Centred breaks its promise of batch_size_invariance" in again
    assert "row 0 changes when the other rows are removed" in again


def test_a_file_without_a_test_holds_what_it_imports(project: Project) -> None:
    """A test module that only imports a part is enough, even beside others."""
    project.write({"models.py": MODEL, "test_models.py": TEST})
    project.write({"test_other.py": "def test_one(): ...\n"})

    session = project.run("--repro-contracts", "-k", "batch_size or test_one", "-v")

    assert "contract::Centred::batch_size_invariance[rtol] FAILED" in session.output
    assert "1 failed, 1 passed" in session.output


def test_without_the_flag_nothing_is_collected(repeating: Project) -> None:
    """Plain pytest runs the ordinary test alone."""
    session = repeating.run("-v", "test_of_import.py")

    assert "contract::" not in session.output
    assert "1 passed" in session.output


def test_modules_of_the_ini_file_are_tested_by_xdist_too(repeating: Project) -> None:
    """Two workers collect the same items as one process does."""
    words = ("-o", "repro_contract_modules=loading", "-k", "unique or order_repeats")

    session = repeating.run(
        "--repro-contracts", *words, "-n", "2", "test_plain.py", plugins=("xdist",)
    )

    assert "FAILED contract::Repeating::ids_unique" in session.output
    assert "1 failed, 1 passed" in session.output


def test_exploring_keeps_what_it_finds(centred: Project) -> None:
    """The shrunk draw is written into the file of examples of the part."""
    centred.run(*ONE, "--repro-contracts-explore")

    (path,) = (centred.root / "contracts" / "examples").iterdir()
    (entry,) = json.loads(path.read_text())

    assert path.name == "Centred.json"
    assert entry["property"] == "batch_size_invariance"
    assert entry["sizes"] == {"batch": 2}


def test_an_exception_that_holds_after_all_fails(project: Project) -> None:
    """A declared failure that does not fail is as strict as a strict xfail."""
    test = """\
from pytest_repro.contracts import parametrize_with_properties
from models import Centred

@parametrize_with_properties([Centred], expected_failures={
    "batch_size_invariance": "centres the batch", "finite": "it is said to overflow"})
def test_promises(promise):
    promise()
"""
    project.write({"models.py": MODEL, "test_models.py": test})

    session = project.run("-k", "batch_size or finite")

    assert (session.counts["failed"], session.counts["xfailed"]) == (1, 1)
    assert "keeps its promise of finite after all" in session.output
    assert "declared  it is said to overflow" in session.output
