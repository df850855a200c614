"""`new` writes small whole files that run as they are, and touches no other."""

import sys
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.policy.registrations import read_registration
from pytest_repro.templates import Name
from tests.cli.processes import files, pytest_in, python_in

KINDS = ("experiment", "component", "recipe", "registration")


def test_what_is_begun_passes_at_once(project: Path) -> None:
    """Experiments wait for `--repro`; a component keeps its promises."""
    main(["new", "experiment", "circle"])
    main(["new", "component", "TinyNet"])
    main(["new", "recipe", "small-circle"])

    session = pytest_in(project, "--repro-contracts", "--repro-contracts-examples=2")

    assert session.returncode == 0, session.stdout
    assert "2 skipped" in session.stdout


def test_what_is_begun_passes_the_lints(project: Path) -> None:
    """Of the catalogue and of recipes; each is a command that `new` tells."""
    main(["new", "component", "TinyNet"])
    main(["new", "recipe", "small-circle"])

    linted = python_in(
        project,
        "from pytest_repro.cli import main\n"
        "catalogue = ['experiments.tiny_net', 'experiments.small_circle']\n"
        "print(main(['catalogue', '--lint', *catalogue]))\n"
        "print(main(['recipe', 'lint', 'experiments.small_circle:small_circle']))\n",
    )

    assert linted.stdout.split("\n")[:4] == [
        "2 components, nothing is missing",
        "0",
        "nothing to say",
        "0",
    ]


@pytest.mark.campaign
@pytest.mark.parametrize(
    "words",
    [
        ["experiment", "circle", "--with", "torch"],
        ["experiment", "circle", "--with", "numpy"],
        ["recipe", "circle"],
    ],
    ids=" ".join,
)
def test_what_is_begun_is_recorded_and_holds(project: Path, words: list[str]) -> None:
    """Two sessions, as a person types them, with no edit between."""
    main(["new", *words])

    recorded = pytest_in(project, "--repro-record")
    verified = pytest_in(project, "--repro")

    assert recorded.returncode == 0, recorded.stdout
    assert verified.returncode == 0, verified.stdout
    assert "IDENTICAL" in verified.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_time_nothing_changes(
    project: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is there is kept, byte for byte, and that is said."""
    main(["new", kind, "circle"])
    before = files(project)
    capsys.readouterr()

    status = main(["new", kind, "circle"])

    assert status == 0
    assert files(project) == before
    assert "is there, and is left as it is" in capsys.readouterr().out


def test_a_file_of_a_person_is_kept(project: Path) -> None:
    """What is missing beside it is written all the same."""
    mine = project / "experiments" / "circle.py"
    mine.parent.mkdir()
    mine.write_text("mine = 1\n")

    main(["new", "component", "circle"])

    assert mine.read_text() == "mine = 1\n"
    assert (project / "experiments" / "test_circle.py").exists()
    assert not (project / "experiments" / "__init__.py").exists()


def test_a_dry_run_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows the very lines."""
    before = files(project)

    status = main(["new", "component", "TinyNet", "--dry-run"])

    printed = capsys.readouterr().out
    assert status == 0
    assert files(project) == before
    assert "+++ b/experiments/tiny_net.py" in printed
    assert '+pythonpath = ["."]' in printed


def test_code_goes_where_pytest_collects(project: Path) -> None:
    """Outside of `testpaths` it would never be run, and be missed as an orphan."""
    (project / "experiments").mkdir()
    (project / "pytest.ini").write_text("[pytest]\ntestpaths = checks/slow\n")

    main(["new", "experiment", "circle"])

    assert (project / "checks" / "slow" / "test_circle.py").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["recipe", "random"], "random is a word of Python, or a module"),
        (["recipe", "numpy", "--in", "x"], "numpy is a word of Python, or a module"),
        (["recipe", "lambda"], "lambda is a word of Python, or a module"),
        (["recipe", "circle", "--in", "my-parts"], "modules of my-parts cannot be"),
        (["experiment", "a b"], "a name is letters and digits"),
        (["experiment", "../up"], "a name is letters and digits"),
        (["experiment", "circle", "--in", "../x"], "--in is a folder of the project"),
        (
            ["recipe", "circle", "--with", "numpy"],
            "--with is for: pytest-repro new exp",
        ),
        (["recipe", "circle", "--for", "x"], "--for is for: pytest-repro new regis"),
        (["study", "circle"], "invalid choice: 'study'"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_has_no_meaning_is_refused(
    project: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written then."""
    before = files(project)

    status = main(["new", *words])

    assert status == 64
    assert told in capsys.readouterr().err
    assert files(project) == before


def test_what_is_not_installed_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without torch an experiment computes with NumPy, and a component has to wait."""
    monkeypatch.setitem(sys.modules, "torch", None)

    main(["new", "experiment", "circle"])
    main(["new", "component", "TinyNet"])

    assert "import numpy" in (project / "experiments/test_circle.py").read_text()
    assert "python -m pip install 'pytest-repro[contracts]'" in capsys.readouterr().out


def test_a_registration_names_the_experiment_of_its_name(project: Path) -> None:
    """It can be read as it is, and expects what the experiment logs."""
    main(["new", "registration", "small-circle"])

    path = project / "registrations" / "small-circle.toml"
    found = read_registration(path.read_bytes(), name="small-circle", path=path.name)
    assert found.experiments == ("experiments/test_small_circle.py::test_small_circle",)
    assert found.metrics == ("train/accuracy", "test/accuracy")


def test_a_registration_is_of_the_experiment_that_is_named(project: Path) -> None:
    """Quotation marks of a parameter are no end of the text."""
    main(["new", "registration", "net", "--for", 'test_a.py::test_a["x"]'])

    path = project / "registrations" / "net.toml"
    found = read_registration(path.read_bytes(), name="net", path=path.name)
    assert found.experiments == ('test_a.py::test_a["x"]',)


@pytest.mark.parametrize(
    ("text", "snake", "title"),
    [
        ("circle", "circle", "Circle"),
        ("ResMLP", "res_mlp", "ResMLP"),
        ("wide-net", "wide_net", "WideNet"),
        ("TinyNet2", "tiny_net2", "TinyNet2"),
    ],
)
def test_a_name_is_written_as_python_writes_it(
    text: str, snake: str, title: str
) -> None:
    """Modules are small, classes are tall."""
    assert (Name(text).snake, Name(text).title) == (snake, title)
