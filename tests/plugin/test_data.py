"""A reference knows the data set of its runs: other samples, another cut, are told."""

from pytest_repro.data import Manifest, write_manifest
from tests.data.samples import many, sample
from tests.plugin.project import Project

EXPERIMENT = """\
def test_rows(repro):
    parts = repro.data("rows.tsv")
    repro.log("rows", len(parts["train"]))
"""

DECLARATION = """\
format = "pytest-repro/data 1"
[split]
shares = { train = 0.5, test = 0.5 }
salt = "one"
"""


def lay_out(project: Project, manifest: Manifest, declaration: str) -> Project:
    """Write a data set and an experiment that reads it."""
    return project.write(
        {
            "rows.tsv": write_manifest(manifest).decode(),
            "rows.toml": declaration,
            "test_rows.py": EXPERIMENT,
        }
    )


def test_another_cut_or_another_sample_is_not_comparable(project: Project) -> None:
    """The verdict names salt or file; nothing is judged by numbers of other data."""
    lay_out(project, many(20), DECLARATION).record()
    same = project.run("--repro")

    lay_out(project, many(20), DECLARATION.replace("one", "two"))
    cut = project.run("--repro")
    lay_out(project, Manifest.of([*many(20).samples, sample("x")]), DECLARATION)
    added = project.run("--repro")

    assert same.counts == {"passed": 1}
    assert "cause    changed config" in cut.output
    assert (
        "salt two, in the reference train 1/2, test 1/2 by id, salt one" in cut.output
    )
    assert "cause    changed data" in added.output
    assert "rows.tsv is sha256:" in added.output
