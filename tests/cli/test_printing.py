"""What reaches a terminal or a pipe: safe text, colours only where they are seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.printing import print_answer
from tests.cli.samples import Facts, golden, obtained_run, write_reference

ROOT = Path(__file__).parents[2]
ESCAPE = "\x1b"
RIGHT_TO_LEFT = "\u202e"

COMMAND = [sys.executable, "-m", "pytest_repro"]


def environment(**more: str) -> dict[str, str]:
    """Return a plain environment in which the package is found."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **more}


def on_a_terminal(project: Path, *words: str) -> str:
    """Run a verb with a terminal as its standard output; returns what it showed."""
    master, slave = os.openpty()
    subprocess.run(
        [*COMMAND, *words],
        cwd=project,
        env=environment(TERM="xterm-256color"),
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    return shown


def test_module_and_pipe_print_the_golden_text(project: Path) -> None:
    """`python -m pytest_repro` is the command, and a pipe gets no colours."""
    done = subprocess.run(
        [*COMMAND, "--help"],
        cwd=project,
        env=environment(TERM="xterm-256color"),
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == golden("overview.txt")


def test_exit_status_reaches_the_shell(project: Path) -> None:
    """The status of `main` is that of the process."""
    done = subprocess.run(
        [*COMMAND, "lsit"],
        cwd=project,
        env=environment(),
        capture_output=True,
        check=False,
    )

    assert done.returncode == 64
    assert b"did you mean list?" in done.stderr


def test_a_terminal_gets_colours(project: Path) -> None:
    """Words of the ladder and of damage are coloured where a person looks."""
    folder = write_reference(project, obtained_run(Facts()))
    (folder / "SHA256SUMS").unlink()

    shown = on_a_terminal(project, "list")

    assert f"{ESCAPE}[31mCORRUPT{ESCAPE}[0m" in shown


def test_a_reader_that_leaves_early_is_no_fault(project: Path) -> None:
    """A closed pipe, as behind `head`, changes neither status nor error output."""
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*COMMAND, "--help"],
        cwd=project,
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert done.returncode == 0
    assert done.stderr == b""


def test_a_poor_encoding_is_no_fault(project: Path) -> None:
    """What an ASCII stream cannot show becomes a question mark."""
    write_reference(project, obtained_run(Facts()))

    done = subprocess.run(
        [*COMMAND, "show", "mlp"],
        cwd=project,
        env=environment(PYTHONIOENCODING="ascii"),
        capture_output=True,
        check=True,
    )

    assert b"train/loss  ????  " in done.stdout


@pytest.mark.parametrize("poison", [f"{ESCAPE}[2J", "\r", "\x07", RIGHT_TO_LEFT])
def test_stored_text_cannot_act(
    project: Path, capsys: pytest.CaptureFixture[str], poison: str
) -> None:
    """Control and bidirectional characters of a record never reach the output."""
    facts = Facts(experiment=f"test_a.py::test_x[{poison}]", config={"a": poison})
    write_reference(project, obtained_run(facts))

    main(["list"])
    main(["show", "test_x"])
    main(["show", "nothing like it"])
    main(["diff", "test_x"])

    printed = capsys.readouterr()
    text = (printed.out + printed.err).replace("\n", "")
    assert "test_a.py::test_x[" in text
    assert text.isprintable()


def test_json_is_ascii_and_canonical(capsys: pytest.CaptureFixture[str]) -> None:
    """Equal answers give equal bytes, whatever is inside."""
    answer = Answer(data={"b": "☃", "a": 1.5}, problems=("x",))

    print_answer(answer, as_json=True)

    assert capsys.readouterr().out == (
        '{\n  "a": "1.5",\n  "b": "\\u2603",\n  "exit": 0,\n'
        '  "problems": [\n    "x"\n  ]\n}\n'
    )
