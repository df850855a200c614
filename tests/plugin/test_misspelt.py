"""What is misspelt or has no meaning is refused, with the nearest valid name.

All that is seen before an experiment runs, so most sessions are in this process.
"""

import pytest

from tests.plugin.project import WALK, Project

EXPERIMENT = """\
import pytest
from pytest_repro import Close, Entropy as E, Equivalent, Exact

R = "a name that goes nowhere"

@pytest.mark.{mark}
def test_it({fixture}):
    pass
"""

SEEDS = "seeds= is a number in [1, 10000], got "
TIMEOUT = "timeout= is a positive number of seconds, got "
REQUIRE = "require= is one of IDENTICAL, WITHIN_ROUNDING, EQUIVALENT, got "
ACCEPTS = "Entropy('os.random') names no source; did you mean os.urandom?; they are"
PARTS = "Entropy('uuid:4'): only file, variable, network, loader_workers have parts"
METRIC = "metrics['x'] is Exact(), Close(rtol=…, atol=…) or Equivalent(margin), got "


@pytest.fixture(autouse=True)
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions inside this process load our plugin only."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    monkeypatch.delenv("CI", raising=False)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run a session in this process."""
    return pytester.runpytest_inprocess("-p", "pytest_repro.plugin", *arguments)


def collect(
    pytester: pytest.Pytester, mark: str, *, fixture: str = "repro"
) -> pytest.RunResult:
    """Collect one test with a marker."""
    pytester.makepyfile(EXPERIMENT.format(mark=mark, fixture=fixture))
    return run(pytester, "--collect-only")


def assert_refused(result: pytest.RunResult, message: str) -> None:
    """Check for a usage error that says this, once, and shows no code of ours."""
    told = result.stderr.str()
    assert result.ret is pytest.ExitCode.USAGE_ERROR
    assert told.count(message) == 1
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("repro(seed=3)", "has no argument 'seed'; did you mean seeds?"),
        ("repro(metric={})", "has no argument 'metric'; did you mean metrics?"),
        ("repro(requires='')", "has no argument 'requires'; did you mean require?"),
        ("repro(time_out=1)", "has no argument 'time_out'; did you mean timeout?"),
        ("repro(colour=1)", "has no argument 'colour'"),
        ("repro(3)", "takes arguments by name, got 3"),
        ("repro('digits', seeds=2)", "takes arguments by name, got 'digits'"),
        ("repro(seeds='3')", f"{SEEDS}'3'"),
        ("repro(seeds=0)", f"{SEEDS}0"),
        ("repro(seeds=True)", f"{SEEDS}True"),
        ("repro(seeds=2.0)", f"{SEEDS}2.0"),
        ("repro(seeds=10_001)", f"{SEEDS}10001"),
        ("repro(metrics=['x'])", "metrics= maps names to tolerances, got ['x']"),
        ("repro(metrics={'x': 0.1})", f"{METRIC}0.1"),
        ("repro(metrics={'x': Exact})", METRIC),
        ("repro(metrics={1: Exact()})", "metrics[1] is Exact()"),
        ("repro(timeout='5')", f"{TIMEOUT}'5'"),
        ("repro(timeout=0)", f"{TIMEOUT}0"),
        ("repro(timeout=-1.0)", f"{TIMEOUT}-1.0"),
        ("repro(timeout=float('nan'))", f"{TIMEOUT}nan"),
        ("repro(timeout=True)", f"{TIMEOUT}True"),
        ("repro(allow_nonfinite=True)", "is the reason, as text, got True"),
        ("repro(accepts='uuid')", "accepts= is a list of Entropy(…), got 'uuid'"),
        ("repro(accepts=['uuid'])", "accepts= holds Entropy(source, reason=…, at_most"),
        ("repro(accepts=[E('os.random', reason=R, at_most=1)])", ACCEPTS),
        ("repro(accepts=[E('uuid:4', reason=R, at_most=1)])", PARTS),
        ("repro(require='IDENTICL')", f"{REQUIRE}'IDENTICL'; did you mean IDENTICAL?"),
        ("repro(require='DIVERGED')", f"{REQUIRE}'DIVERGED'"),
        ("repro(require=5)", f"{REQUIRE}5"),
    ],
)
def test_marker_argument_without_meaning_is_refused(
    pytester: pytest.Pytester, mark: str, message: str
) -> None:
    """The message names the test, the argument, what it takes and what it got."""
    result = collect(pytester, mark)

    assert_refused(result, message)
    result.stderr.fnmatch_lines(["ERROR: *::test_it: marker repro *"])


def test_marker_with_every_argument_is_taken(pytester: pytest.Pytester) -> None:
    """The check above can pass: valid arguments are not refused."""
    mark = (
        "repro(seeds=3, metrics={'x': Exact(), 'y*': Close(rtol=1e-6)}, "
        "require='IDENTICAL', timeout=5, allow_nonfinite='the loss may blow up', "
        "accepts=[E('file:data/a.csv', reason=R, at_most=1)])"
    )

    result = collect(pytester, mark)

    assert result.ret is pytest.ExitCode.OK


def test_marker_without_the_fixture_is_refused(pytester: pytest.Pytester) -> None:
    """A test that looks like an experiment and is none would never be compared."""
    result = collect(pytester, "repro(seeds=2)", fixture="")

    assert result.ret is pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: *::test_it: has the marker repro but does not ask for the fixture",
            "  add the argument `repro` to the test's signature",
        ]
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnknownMarkWarning")
@pytest.mark.parametrize("name", ["repo", "rerpo", "repro_", "Repro"])
def test_misspelt_marker_is_refused(pytester: pytest.Pytester, name: str) -> None:
    """Its arguments would be lost, and with them tolerances and seeds."""
    result = collect(pytester, f"{name}(seeds=2)")

    assert_refused(result, f"unknown marker '{name}'; did you mean repro?")


def test_declared_marker_with_a_similar_name_is_nobodys_mistake(
    pytester: pytest.Pytester,
) -> None:
    """A project that declares `report` means `report`."""
    pytester.makeini("[pytest]\nmarkers =\n  report: tells\n  repo(url): where\n")

    results = [collect(pytester, mark) for mark in ("report", "repo('x')")]

    assert [result.ret for result in results] == [0, 0]


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        ("Close()", "Close() needs rtol or atol; write Exact() for the same bits"),
        ("Close(rtol=-1e-6)", "finite and not negative, got relative -1e-06"),
        ("Close(atol=float('nan'))", "finite and not negative, got absolute nan"),
        ("Close(atol=float('inf'))", "finite and not negative, got absolute inf"),
        ("Close(atol='1')", "a tolerance is a number, got '1'"),
        ("Equivalent()", "Equivalent() needs either a margin or rel="),
        ("Equivalent(0.1, rel=0.1)", "Equivalent() needs either a margin or rel="),
        ("Equivalent(-0.1)", "finite and not negative, got absolute -0.1"),
        ("E('uuid', reason='short', at_most=1)", "a reason of at least ten characters"),
        ("E('uuid', reason=R, at_most=0)", "needs at_most=, the draws of one run"),
        ("E('uuid', reason=R, at_most=True)", "needs at_most=, the draws of one run"),
        ("E('', reason=R, at_most=1)", "takes the name of a source first, got ''"),
        ("Close(0.1)", "takes 0 positional arguments but 1 was given"),
    ],
)
def test_tolerance_without_meaning_stops_the_collection(
    pytester: pytest.Pytester, tolerance: str, message: str
) -> None:
    """The line of the test file is shown, and nothing runs without its tolerance."""
    result = collect(pytester, f"repro(metrics={{'x': {tolerance}}})")

    assert result.ret is pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*.py:6: in <module>", f"E *{message}*"])


def test_misspelt_argument_under_xdist(project: Project) -> None:
    """Each process collects, and the text reaches the terminal from there."""
    text = WALK.replace("def", "import pytest\n@pytest.mark.repro(seed=3)\ndef")

    session = project.write({"test_walk.py": text}).run(
        "--repro", "-n", "2", plugins=("xdist",)
    )

    assert session.code not in {0, 5}
    assert "marker repro has no argument 'seed'; did you mean seeds?" in session.output
    assert "Traceback" not in session.output
    assert "INTERNALERROR" not in session.output


@pytest.mark.parametrize(
    ("flag", "near"),
    [
        ("--repro-recrod", "; did you mean --repro-record?"),
        ("--repro-work=2", "; did you mean --repro-workers?"),
        ("--no-repro-now", "; did you mean --no-repro?"),
        ("--repro-xyzxyzxyzxyz=red", ""),
    ],
)
def test_misspelt_flag_is_refused(
    pytester: pytest.Pytester, flag: str, near: str
) -> None:
    """Nor is it taken for the flag of which it is the beginning."""
    result = run(pytester, flag)

    assert_refused(result, f"unknown option {flag.partition('=')[0]}{near}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--repro-recrod",), "did you mean --repro-record?"),
        (("--repro", "-o", "repro_treads=2"), "did you mean repro_threads?"),
        (("--repro-hash-seed=-1",), "repro_hash_seed is a number from 0 on, got -1"),
    ],
    ids=["flag", "ini-key", "value"],
)
def test_options_are_checked_before_xdist_starts_anybody(
    project: Project, arguments: tuple[str, ...], message: str
) -> None:
    """One message, not one from each process."""
    session = project.run(*arguments, "-n", "2", plugins=("xdist",))

    assert session.code == 4
    assert session.output.count(message) == 1
    assert "created:" not in session.output


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "pytest.ini",
            "[pytest]\nrepro_treads = 2\n",
            "repro_treads; did you mean repro_threads?",
        ),
        ("tox.ini", "[pytest]\nrepro_oot = x\n", "did you mean repro_out?"),
        ("setup.cfg", "[tool:pytest]\nrepro_dirs = x\n", "did you mean repro_dir?"),
        (
            "pytest.toml",
            "[pytest]\nrepro_treads = 2\n",
            "repro_treads; did you mean repro_threads?",
        ),
        (
            "pyproject.toml",
            "[tool.pytest]\nrepro_time_out = 2.0\n",
            "did you mean repro_timeout?",
        ),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nrepro_orphan = 'warn'\n",
            "did you mean repro_orphans?",
        ),
        ("pytest.ini", "[pytest]\nrepro_record = true\n", "unknown ini key"),
    ],
)
def test_misspelt_ini_key_is_refused(
    pytester: pytest.Pytester, name: str, text: str, message: str
) -> None:
    """In whichever file pytest reads; also for what is a flag only."""
    (pytester.path / name).write_text(text)

    result = run(pytester, "--repro")

    assert_refused(result, message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--repro -o repro_treads=2", "unknown ini key repro_treads; did you mean"),
        ("-o repro_threads=two", "ini key repro_threads is of type int: "),
        ("-o repro_timeout=soon", "ini key repro_timeout is of type float: "),
        ("--repro -o repro=perhaps", "ini key repro is of type bool: "),
        ("-o repro_orphans=maybe", "repro_orphans is one of error, warn, ignore, got"),
        ("-o repro_numerics=avx2", "repro_numerics is one of native, portable, got"),
        ("-o repro_matmul_precision=x", "is one of ieee, tf32, got 'x'"),
        ("-o repro_threads=0", "repro_threads is a number from 1 on, got 0"),
        ("-o repro_out=.", "repro_out is a folder of its own, got '.'"),
        ("--repro-out=..", "repro_out is a folder of its own, got '..'"),
        ("--repro-dir=", "repro_dir is a folder of its own, got ''"),
        ("--repro-workers=0", "repro_workers is a number from 1 on, got 0"),
        ("--repro-workers=two", "--repro-workers: invalid int value: 'two'"),
        ("--repro-timeout=-1", "repro_timeout is a number from 0.0 on, got -1.0"),
        ("--repro-timeout=nan", "repro_timeout is a number from 0.0 on, got nan"),
        ("--repro-timeout=inf", "repro_timeout is a number from 0.0 on, got inf"),
        ("--repro-hash-seed=-1", "repro_hash_seed is a number from 0 on, got -1"),
        ("--repro-hash-seed=4294967296", "repro_hash_seed is at most 4294967295, got"),
        ("--repro-orphans=maybe", "--repro-orphans: invalid choice: 'maybe'"),
        ("--repro-record --repro-in-process", "never writes references"),
    ],
)
def test_value_without_meaning_is_refused(
    pytester: pytest.Pytester, arguments: str, message: str
) -> None:
    """Also where a flag would win, since workers read the same ini file."""
    result = run(pytester, *arguments.split())

    assert_refused(result, message)


def test_ini_value_of_another_toml_type_is_refused(pytester: pytest.Pytester) -> None:
    """TOML has types, and pytest does not guess."""
    (pytester.path / "pytest.toml").write_text("[pytest]\nrepro_threads = '2'\n")

    result = run(pytester)

    assert_refused(result, "ini key repro_threads is of type int: ")


def test_job_that_cannot_be_read_is_refused(project: Project) -> None:
    """The internal flag says that it is internal."""
    session = project.run("--repro-worker=nowhere.json")

    assert session.code == 4
    assert "ERROR: --repro-worker is internal, and its job cannot be read" in (
        session.output
    )
