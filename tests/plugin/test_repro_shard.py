"""`--repro-shard` and `pytest-repro merge`: parts on several machines, joined again."""

from pathlib import Path

import pytest

from tests.plugin.living import verb
from tests.plugin.project import Project, Session, share
from tests.provenance.repository import git

THREE = """\
import random, pytest

@pytest.mark.parametrize("number", range(3))
def test_draw(repro, number):
    repro.log("end", random.random() + number)

def test_ordinary():
    assert True
"""


@pytest.fixture
def three(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with three experiments and their references."""

    def build(project: Project) -> Session:
        return project.write({"test_three.py": THREE}).record()

    shared, _ = share(tmp_path_factory, "shards", build)
    return shared.copy(tmp_path / "three")


def shards(project: Project, count: int) -> list[Session]:
    """Run all parts, each with a folder of its own."""
    return [
        project.run(
            "--repro", f"--repro-shard={one}/{count}", f"--repro-out=.out/{one}"
        )
        for one in range(1, count + 1)
    ]


def test_parts_join_to_the_whole(three: Project) -> None:
    """Each experiment ran once; ordinary tests run in every part."""
    sessions = shards(three, 2)

    said = verb(three, "merge", ".out/1", ".out/2", "--out", ".out/all")

    assert [one.code for one in sessions] == [0, 0]
    assert sorted(one.counts["passed"] for one in sessions) == [2, 3]
    assert said.code == 0, said.text
    assert "3 passed · 3 experiments" in said.text
    assert (three.root / ".out/all/report/index.html").is_file()
    assert len(list((three.root / ".out/all/runs").glob("**/seed-0/record"))) == 3


def test_part_that_is_lost_fails_the_merge(three: Project) -> None:
    """What was declared and is told by nobody is missing."""
    shards(three, 2)

    said = verb(three, "merge", ".out/2", "--out", ".out/all")

    assert said.code == 2
    assert "part 1 of 2 left nothing to merge" in said.text
    assert "was to run in one of the parts, and none tells of it" in said.text
    assert verb(three, "merge", ".out/all", "--out", ".out/more").code == 2
    assert verb(three, "merge", ".out/all", ".out/1", "--out", ".out/more").code == 0


def test_part_without_experiments_is_no_failure(three: Project) -> None:
    """There are more machines than experiments."""
    three.write({"test_three.py": THREE.partition("def test_ordinary")[0]})

    session = three.run("--repro", "--repro-shard=5/5", "--repro-out=.out/5")

    assert session.code == 0, session.output
    assert "VACUOUS" not in session.output


def test_selection_of_nothing_is_a_failure_in_every_part(three: Project) -> None:
    """A gate that measures nothing must not say that all is well."""
    session = three.run("--repro", "--repro-shard=1/2", "-k", "nothing")

    assert session.code != 0
    assert "VACUOUS" in session.output


def test_runs_with_other_bits_are_refused(three: Project) -> None:
    """Both sides are shown, and nothing is written."""
    three.run("--repro", "--repro-out=.out/1", "--repro-in-process")
    three.run("--repro", "--repro-out=.out/1")
    three.write({"test_three.py": THREE.replace("+ number", "+ 2 * number")})
    three.run("--repro", "--repro-out=.out/2")

    said = verb(three, "merge", ".out/1", ".out/2", "--out", ".out/all")

    assert said.code == 1
    assert "two outcomes of test_three.py::test_draw[1], seed 0" in said.text
    assert not (three.root / ".out/all").exists()


def test_parts_of_two_commits_are_refused(three: Project) -> None:
    """Each job says what it ran; nothing is written."""
    git(three.root, "init", "--quiet")
    git(three.root, "commit", "--quiet", "--allow-empty", "--message=first")
    three.run("--repro", "--repro-shard=1/2", "--repro-out=.out/1")
    git(three.root, "commit", "--quiet", "--allow-empty", "--message=second")
    three.run("--repro", "--repro-shard=2/2", "--repro-out=.out/2")

    said = verb(three, "merge", ".out/1", ".out/2", "--out", ".out/all")

    assert said.code == 1
    assert "the parts ran different commits" in said.text
    assert not (three.root / ".out/all").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shards.json", '{"shards": ['),
        ("shards.json", '{"shards":[{"count":2,"number":9,"own":[],"selected":[]}]}'),
        ("report/report.json", "{}"),
        ("runs/test_three.py/test_draw/seed-0/record/run.json", "{}"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_folder(
    tmp_path: Path, name: str, text: str
) -> None:
    """One of forty artifacts is cut, and nobody is told to restore it by git."""
    project = Project(tmp_path).write({"pytest.ini": "[pytest]\n"})
    project.write({f"job-7/{name}": text})

    said = verb(project, "merge", "job-7", "--out", ".out/all")

    assert said.code == 3
    assert "job-7/" in said.text.splitlines()[0]
    assert "run the job again" in said.text
    assert "git restore" not in said.text


def test_merge_twice_writes_the_same_bytes(three: Project) -> None:
    """In the other order, too."""
    shards(three, 2)
    verb(three, "merge", ".out/1", ".out/2", "--out", ".out/all")
    before = files_of(three)

    verb(three, "merge", ".out/2", ".out/1", "--out", ".out/all")

    assert files_of(three) == before


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_what_is_no_part_is_refused(three: Project, text: str) -> None:
    """Before anything is collected."""
    session = three.run("--repro", f"--repro-shard={text}")

    assert session.code == 4
    assert "--repro-shard is K/N with 1 ≤ K ≤ N" in session.output


def test_folder_that_is_none_is_a_usage_error(three: Project) -> None:
    """Else a misspelt job would be merged as one that found nothing."""
    said = verb(three, "merge", ".out/9", "--out", ".out/all")

    assert said.code == 64
    assert "there is nothing to merge in .out/9" in said.text


def files_of(project: Project) -> dict[str, bytes]:
    """Read everything that was merged, but for the history's lock."""
    folder = project.root / ".out" / "all"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
