"""`--repro-orphans` says what references without an experiment do to a session."""

import pytest

from tests.plugin.project import Project

OTHER = "def test_other(repro):\n    repro.log('loss', 1.0)\n"


@pytest.mark.parametrize(
    ("arguments", "code", "problems"),
    [
        ((), 1, ["ORPHAN"]),
        (("--repro-orphans=warn",), 0, ["ORPHAN"]),
        (("--repro-orphans=ignore",), 0, []),
        (("-o", "repro_orphans=ignore"), 0, []),
    ],
    ids=["error", "warn", "ignore", "ini"],
)
def test_orphans(
    walk: Project, arguments: tuple[str, ...], code: int, problems: list[str]
) -> None:
    """They fail by default, are shown with `warn`, and not looked for with `ignore`."""
    (walk.root / "test_walk.py").unlink()
    walk.write({"test_other.py": OTHER})

    session = walk.run("--repro-record", *arguments)

    assert session.code == code
    assert session.problems == problems


def test_another_value_is_refused(project: Project) -> None:
    """On the command line and in the ini file."""
    flag = project.run("--repro", "--repro-orphans=never")
    key = project.run("--repro", "-o", "repro_orphans=never")

    assert (flag.code, key.code) == (4, 4)
    assert "invalid choice: 'never'" in flag.output
    assert "repro_orphans is one of error, warn, ignore, got 'never'" in key.output
