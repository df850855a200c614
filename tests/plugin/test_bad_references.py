"""A damaged reference is never "missing": it fails, is kept, and can be mended.

Each damage has an experiment of its own in one project, so that two sessions show them
all: one that may record what is missing, one that may rewrite with a reason.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from pytest_repro.records import Action, Cause, Rung, RunRecord
from tests.plugin.project import WALK, Project, Session, share

UPDATE: Final = ("--repro-update", "--repro-reason=the disk of the runner had failed")
MARKERS: Final = b"<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n"


def delete(folder: Path) -> None:
    """Delete a file."""
    (folder / "trace.tsv").unlink()


def delete_sums(folder: Path) -> None:
    """Delete the file that says which bytes belong together."""
    (folder / "SHA256SUMS").unlink()


def truncate(folder: Path) -> None:
    """Cut a file short."""
    path = folder / "seeds.tsv"
    path.write_bytes(path.read_bytes()[:-7])


def flip(folder: Path) -> None:
    """Flip one bit."""
    path = folder / "trace.tsv"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def check_out(folder: Path) -> None:
    """Turn LF into CRLF, as a checkout without .gitattributes does."""
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def merge(folder: Path) -> None:
    """Leave conflict markers."""
    path = folder / "seeds.tsv"
    path.write_bytes(path.read_bytes() + MARKERS)


def point(folder: Path) -> None:
    """Leave a git-LFS pointer in place of a file."""
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    (folder / "trace.tsv").write_text(text)


def come_from_the_future(folder: Path) -> None:
    """Have a later version write the reference, with the sums that belong to it."""
    path, sums = folder / "run.json", folder / "SHA256SUMS"
    old = path.read_bytes()
    new = old.replace(b"pytest-repro/run/1", b"pytest-repro/run/2")
    path.write_bytes(new)
    before, after = (hashlib.sha256(data).hexdigest() for data in (old, new))
    sums.write_text(sums.read_text().replace(before, after))


def add(folder: Path) -> None:
    """Add a file."""
    (folder / "notes.txt").write_text("to be kept\n")


def link(folder: Path) -> None:
    """Put a symbolic link in place of the folder."""
    elsewhere = folder.parents[3] / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)


MENDABLE: Final[dict[Callable[[Path], None], tuple[str, str]]] = {
    delete: ("SHA256SUMS lists trace.tsv, which is missing", "git restore"),
    delete_sums: ("there is no SHA256SUMS: a write did not finish", "git restore"),
    truncate: ("seeds.tsv is not what was written", "git restore"),
    flip: ("trace.tsv is not what was written", "git restore"),
    check_out: ("its lines end in CRLF instead of LF", ".gitattributes"),
    merge: ("it holds git conflict markers", "git checkout"),
    point: ("this is a git-LFS pointer, not the file itself", "git lfs pull"),
}
FOREIGN: Final[dict[Callable[[Path], None], tuple[str, str]]] = {
    come_from_the_future: ("schema pytest-repro/run/2", "pip install --upgrade"),
    add: ("'notes.txt' is not listed in SHA256SUMS", "git restore"),
    link: ("it is a symbolic link, or no folder", "replace it by a copy"),
}
DAMAGES: Final = {damage.__name__: damage for damage in (*MENDABLE, *FOREIGN)}
SAID: Final = {damage.__name__: said for damage, said in (MENDABLE | FOREIGN).items()}
MENDED: Final = sorted(damage.__name__ for damage in MENDABLE)
REFUSED: Final = sorted(damage.__name__ for damage in FOREIGN)


def folder_of(project: Project, name: str) -> Path:
    """Return the folder of the only reference of an experiment."""
    (folder,) = project.root.glob(f"reference_runs/test_{name}.py/*/*")
    return folder


def give(project: Project, name: str, record: RunRecord) -> None:
    """Write an experiment with that name, and the reference of another as its own."""
    project.write({f"test_{name}.py": WALK})
    own = replace(record.identity, experiment=f"test_{name}.py::test_walk")
    project.store.write(replace(record, identity=own))


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """References, each damaged in its own way, and a session that only may record."""

    def build(project: Project) -> Session:
        project.write({"test_walk.py": WALK}).record()
        record = project.reference("test_walk.py::test_walk")
        for name, damage in DAMAGES.items():
            give(project, name, record)
            damage(folder_of(project, name))
        before = project.reference_bytes()
        arguments = ("--repro-record", "--deselect", "test_walk.py", "-n", "2")
        session = project.run(*arguments, plugins=("xdist",))
        assert project.reference_bytes() == before
        return session

    return share(tmp_path_factory, "damaged", build)


@pytest.fixture(scope="module")
def updated(
    damaged: tuple[Project, Session], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Session]:
    """The same, after a session that may rewrite what does not hold."""

    def build(project: Project) -> Session:
        damaged[0].copy(project.root)
        arguments = (*UPDATE, "--deselect", "test_walk.py", "-n", "2")
        return project.run(*arguments, plugins=("xdist",))

    return share(tmp_path_factory, "mended", build)


def outcome_of(session: Session, name: str) -> dict[str, object]:
    """Return the outcome of the experiment with that damage, as plain JSON."""
    found: list[dict[str, object]] = [
        one
        for one in session.report["outcomes"]
        if one["experiment"] == f"test_{name}.py::test_walk"
    ]
    (outcome,) = found
    return outcome


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_fails_with_path_and_remedy(
    damaged: tuple[Project, Session], name: str
) -> None:
    """What is wrong, where, and what to type stand in the report and the terminal."""
    project, session = damaged
    message, remedy = SAID[name]

    verdict = outcome_of(session, name)["verdict"]

    assert session.code == 1
    assert isinstance(verdict, dict)
    assert verdict["rung"] == Rung.NOT_COMPARABLE
    assert verdict["cause"] == Cause.CORRUPT_REFERENCE
    folder = folder_of(project, name).relative_to(project.root).as_posix()
    for text in (message, folder, remedy):
        assert text in verdict["reason"]
        assert text in session.output


def test_damage_is_never_recorded_over(damaged: tuple[Project, Session]) -> None:
    """`--repro-record` compares, fails and leaves a candidate, for all of them."""
    project, session = damaged

    actions = {one["action"] for one in session.report["outcomes"]}

    assert actions == {Action.COMPARED}
    assert len(project.pending.entries()) == len(DAMAGES)


@pytest.mark.parametrize("name", MENDED)
def test_update_mends(updated: tuple[Project, Session], name: str) -> None:
    """A reason is enough to replace what nobody can read any more."""
    project, session = updated

    assert outcome_of(session, name)["action"] == Action.UPDATED
    (revision,) = project.store.read(folder_of(project, name)).history
    assert revision.reason == "the disk of the runner had failed"


@pytest.mark.parametrize("name", REFUSED)
def test_update_refuses_what_is_not_ours(
    updated: tuple[Project, Session], name: str
) -> None:
    """A later version's file, a person's file, a link: nothing of it is lost."""
    project, session = updated

    outcome = outcome_of(session, name)

    assert session.code == 1
    assert outcome["action"] == Action.COMPARED
    assert "the reference could not be written" in str(outcome["message"])
    assert (project.root / str(outcome["candidate"]) / "run.json").exists()
    folder = folder_of(project, name)
    if name == "link":
        assert folder.is_symlink()
    elif name == "add":
        assert (folder / "notes.txt").read_text() == "to be kept\n"
    else:
        assert b"pytest-repro/run/2" in (folder / "run.json").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("pytest-repro/references 2\n", "the store has version 2"),
        ("something else\n", "it says 'something else' instead of"),
    ],
    ids=["later", "other"],
)
def test_store_of_another_version(walk: Project, content: str, message: str) -> None:
    """A whole store that this version does not know is left alone."""
    (walk.root / "reference_runs" / "FORMAT").write_text(content)
    before = walk.reference_bytes()

    session = walk.run(*UPDATE)

    outcome = session.outcomes["test_walk"]
    assert session.code == 1
    assert outcome.verdict.cause is Cause.CORRUPT_REFERENCE
    assert message in outcome.verdict.reason
    assert "Traceback" not in session.output
    assert walk.reference_bytes() == before
