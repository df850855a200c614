"""The command line: verbs, options, help, and misspelt words."""

import re
from pathlib import Path

import pytest

import pytest_repro
from pytest_repro.cli import main
from pytest_repro.cli.command import VERBS
from tests.cli.samples import Facts, golden, obtained_run, write_reference


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["lst"], "no verb 'lst'; did you mean list?"),
        (["docter"], "no verb 'docter'; did you mean doctor?"),
        (["frobnicate"], "no verb 'frobnicate'\n"),
        (["--root", ".", "list"], "options follow the verb: pytest-repro list --root"),
        (["list", "--jsno"], "unknown option --jsno; did you mean --json?"),
        (["list", "--jsno=1"], "unknown option --jsno; did you mean --json?"),
        (["list", "--jso"], "unknown option --jso; did you mean --json?"),
        (["show", "--obtaned"], "unknown option --obtaned; did you mean --obtained?"),
        (["diff", "x", "--sede", "0"], "unknown option --sede; did you mean --seed?"),
        (["show"], "the following arguments are required: EXPERIMENT"),
        (["list", "extra"], "unrecognized arguments: extra"),
        (["list", "-x"], "unrecognized arguments: -x"),
        (["diff", "x", "--seed", "one"], "argument --seed: invalid int value: 'one'"),
        (["show", "x", "--key"], "argument --key: expected one argument"),
        (["list", "--json=yes"], "argument --json: ignored explicit argument 'yes'"),
    ],
)
def test_misuse_is_64_and_names_the_nearest(
    project: Path, capsys: pytest.CaptureFixture[str], argv: list[str], message: str
) -> None:
    """Whatever has no meaning gives 64, prints no result, and says what was meant."""
    del project

    status = main(argv)

    printed = capsys.readouterr()
    assert status == 64
    assert printed.out == ""
    assert printed.err.startswith(f"pytest-repro: {message}")


def test_no_option_is_abbreviated(project: Path) -> None:
    """A prefix would change its meaning with the next option."""
    del project

    assert main(["show", "x", "--obt"]) == 64


def test_words_behind_two_dashes_are_names(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name may look like an option."""
    write_reference(project, obtained_run(Facts()))

    status = main(["show", "--", "--jsno"])

    assert status == 5
    assert "no experiment for '--jsno'" in capsys.readouterr().err


def test_golden_overview(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole text of ``--help``, made of the table of verbs."""
    del project

    status = main(["--help"])

    assert status == 0
    assert capsys.readouterr().out == golden("overview.txt")


def test_without_a_verb_the_overview_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was asked for, so it is a usage error all the same."""
    del project

    status = main([])

    assert status == 64
    assert capsys.readouterr().out == golden("overview.txt")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_verb_has_help(
    project: Path, capsys: pytest.CaptureFixture[str], verb: str, flag: str
) -> None:
    """Help fits 80 columns, names every common option, and needs no arguments."""
    del project

    status = main([verb, flag])

    out = capsys.readouterr().out
    assert status == 0
    assert out.startswith(f"usage: pytest-repro {verb} ")
    assert VERBS[verb].summary in " ".join(out.split())
    assert {"--root", "--dir", "--out", "--json"} <= set(re.findall(r"--\w+", out))
    assert max(map(len, out.splitlines())) <= 80


def test_version_is_that_of_the_package(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--version` prints program and version."""
    del project

    status = main(["--version"])

    assert status == 0
    assert capsys.readouterr().out == f"pytest-repro {pytest_repro.__version__}\n"
