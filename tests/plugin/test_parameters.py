"""A worker can give an experiment another value of a parameter."""

from dataclasses import replace

from pytest_repro.launchers import LocalLauncher
from pytest_repro.launchers.protocol import JOB
from pytest_repro.replication.replays import Replay, read_job, replay_all
from tests.plugin.project import Project, environment

EXPERIMENT = """\
import pytest

@pytest.mark.parametrize(("depth", "name"), [(2, "a")], ids=["net"])
def test_net(repro, depth, name):
    repro.log("depth", float(depth))
    repro.log("letters", len(name))
"""


def test_a_parameter_is_replaced_before_the_experiment_is_set_up(
    project: Project,
) -> None:
    """The run sees it, its record says so, and its node id stays the same."""
    project.write({"test_net.py": EXPERIMENT}).run("--repro")
    (path,) = (project.root / ".repro" / "runs").rglob(JOB)
    job = replace(read_job(path.parent), parameters={"depth": "5", "absent": "1"})

    (ended,) = replay_all(
        LocalLauncher(environment({})),
        [Replay(name="other", job=job)],
        folder=project.root / ".repro",
        workers=1,
    )

    assert ended.record is not None, ended.problem
    assert ended.record.identity.config == {"depth": "5", "name": "'a'"}
    assert {m.name: m.scalar.value for m in ended.record.anchor.metrics} == {
        "depth": 5.0,
        "letters": 1,
    }
