"""However an experiment goes wrong, it fails with a typed cause and is never recorded.

All of `BAD` runs in one session that was even asked to record, so most tests here only
read what that session left. Experiments that are merely odd, and pass, stand below.
"""

from pathlib import Path

import pytest

from pytest_repro.records import Action, Cause, Outcome, Rung
from tests.plugin.bad_experiments import BAD, COLLECTED_HERE_ONLY
from tests.plugin.processes import processes_of
from tests.plugin.project import Project, Session, share

ENDINGS = {
    "test_raises": (Cause.FAILED, "ValueError: the learning rate is negative"),
    "test_exits": (Cause.FAILED, "SystemExit: 0"),
    "test_exits_pytest": (Cause.INTERRUPTED, "interrupted by Exit: enough"),
    "test_exits_at_once": (Cause.CRASHED, "exited with code 0 before it had finished"),
    "test_segfaults": (Cause.CRASHED, "the worker died of SIGSEGV"),
    "test_is_killed": (Cause.OUT_OF_MEMORY, "killed by SIGKILL: most likely"),
    "test_hangs": (Cause.TIMED_OUT, "no end after 10 s, stopped after step"),
    "test_is_interrupted": (Cause.INTERRUPTED, "interrupted by KeyboardInterrupt"),
    "test_has_no_memory": (Cause.OUT_OF_MEMORY, "MemoryError"),
    "test_has_no_disk": (Cause.DISK_FULL, "No space left on device: 'checkpoint.pt'"),
    "test_logs_nan": (Cause.NON_FINITE, "loss is nan at the end"),
    "test_logs_infinity": (Cause.NON_FINITE, "loss is -inf at the end"),
    "test_traces_nan": (Cause.NON_FINITE, "loss is nan at step 2"),
    "test_traces_infinity": (Cause.NON_FINITE, "loss is inf at step 1"),
    "test_logs_nothing_finite_and_raises": (Cause.FAILED, "although NaN is allowed"),
    "test_logs_twice": (Cause.FAILED, "final metric 'loss' was logged twice"),
    "test_traces_twice": (Cause.FAILED, "'loss' was logged twice at step 0"),
    "test_logs_nothing": (Cause.VACUOUS, "nothing to compare: no final metric"),
    "test_says_far_too_much": (Cause.FAILED, "ValueError: yyyy"),
    "test_has_a_broken_fixture": (Cause.FAILED, "LookupError: no such data set"),
    "test_has_an_untidy_fixture": (Cause.FAILED, "LookupError: cannot tidy up"),
    "test_prints_bytes_and_fails": (Cause.FAILED, r"ValueError: caf\udce9"),
    "test_prints_much_and_fails": (Cause.FAILED, "ValueError: too much"),
    "test_cannot_be_imported": (Cause.FAILED, "could not be collected in its worker"),
}

NUMBERS = """\
import pytest

@pytest.mark.repro(allow_nonfinite="the loss of an empty batch is NaN by definition")
def test_numbers(repro):
    repro.log("loss", float("nan"))
    repro.log("accuracy", 1.0)
"""

ODD = """\
import os, time

def test_prints_much(repro):
    for _ in range(100):
        os.write(1, b"x" * (1 << 20))
    repro.log("end", 1.0)

def test_prints_bytes(repro):
    os.write(1, b"caf\\xe9 \\xff\\xfe")
    os.write(2, b"\\x1b]0;title\\x07")
    repro.log("end", 1.0)

def test_forks_and_returns_twice(repro):
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
    repro.log("end", 1.0)

def test_leaves_a_child(repro):
    child = os.fork()
    if child == 0:
        time.sleep(600)
    repro.log("end", 1.0)
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project in which everything goes wrong, and its session."""

    def build(project: Project) -> Session:
        files = {"test_bad.py": BAD, "test_import.py": COLLECTED_HERE_ONLY}
        project.write(files)
        return project.run("--repro-record", "-n", "2", plugins=("xdist",))

    return share(tmp_path_factory, "bad", build)


@pytest.fixture(scope="module")
def bad(shared: tuple[Project, Session]) -> Session:
    """The session in which everything goes wrong."""
    return shared[1]


@pytest.fixture
def numbers(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose reference holds a NaN, for a reason."""

    def build(project: Project) -> Session:
        return project.write({"test_numbers.py": NUMBERS}).record()

    recorded, _ = share(tmp_path_factory, "numbers", build)
    return recorded.copy(tmp_path / "numbers")


def compare(project: Project, text: str) -> Outcome:
    """Run a changed experiment against the reference, which must stay as it is."""
    before = project.reference_bytes()
    session = project.write({"test_numbers.py": text}).run("--repro-record")
    assert project.reference_bytes() == before
    assert session.code == 1
    return session.outcomes["test_numbers"]


def test_session_fails_with_all_of_them(bad: Session) -> None:
    """None is left out, none passes, and the session survives them all."""
    outcomes = bad.outcomes

    assert bad.code == 1
    assert bad.counts == {"failed": len(ENDINGS)}
    assert outcomes.keys() == ENDINGS.keys()
    assert {one.action for one in outcomes.values()} == {Action.COMPARED}
    assert {one.verdict.rung for one in outcomes.values()} == {Rung.NOT_COMPARABLE}


@pytest.mark.parametrize("name", ENDINGS)
def test_cause_and_message(bad: Session, name: str) -> None:
    """The cause is typed and the reason says it, in the report and on the terminal."""
    cause, message = ENDINGS[name]

    verdict = bad.outcomes[name].verdict

    assert verdict.cause is cause
    assert message in verdict.reason
    assert message in bad.output


def test_nothing_bad_is_recorded(shared: tuple[Project, Session]) -> None:
    """Neither as a reference nor as a candidate that somebody could accept."""
    project, _ = shared

    assert not (project.root / "reference_runs").exists()
    assert project.pending.entries() == ()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("test_raises", 'raise ValueError("the learning rate is negative")'),
        ("test_has_no_memory", "bytearray(1 << 62)"),
        ("test_has_a_broken_fixture", 'raise LookupError("no such data set")'),
        ("test_cannot_be_imported", "import a_module_that_is_nowhere"),
    ],
)
def test_traceback_is_shown(bad: Session, name: str, line: str) -> None:
    """The line at fault is on the terminal and in the report."""
    assert line in bad.outcomes[name].details
    assert line in bad.output


def test_end_of_the_output_is_shown(bad: Session) -> None:
    """What a run printed last helps most; the megabytes before it do not."""
    details = bad.outcomes["test_prints_much_and_fails"].details

    assert "the last words" in details
    assert len(details) < 10_000


def test_bytes_that_are_no_text_are_replaced(
    shared: tuple[Project, Session],
) -> None:
    """Reports stay UTF-8, whatever was printed or raised."""
    project, session = shared
    details = session.outcomes["test_prints_bytes_and_fails"].details

    texts = [
        path.read_text(encoding="utf-8")
        for path in (project.root / ".repro" / "report").iterdir()
    ]

    assert len(texts) == 6
    assert "caf\N{REPLACEMENT CHARACTER}" in details


def test_long_exceptions_are_cut(bad: Session) -> None:
    """An exception with a text of 20 MB is a failure like any other."""
    outcome = bad.outcomes["test_says_far_too_much"]

    assert len(outcome.verdict.reason) < 1000
    assert len(outcome.details) < 100_000


def test_allowed_nan_holds(numbers: Project) -> None:
    """Equal bits hold where a reason says that NaN is right."""
    session = numbers.run("--repro")

    assert session.code == 0
    assert session.outcomes["test_numbers"].verdict.rung is Rung.IDENTICAL


def test_nan_fails_although_the_reference_is_nan(numbers: Project) -> None:
    """Without its reason, an equal NaN is no result."""
    strict = NUMBERS.replace("@pytest.mark.repro", "# ")

    verdict = compare(numbers, strict).verdict

    assert verdict.cause is Cause.NON_FINITE
    assert "loss is nan" in verdict.reason


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('    repro.log("accuracy", 1.0)\n', "", "accuracy"),
        ('"accuracy", 1.0)', '"accuracy", 1.0); repro.log("extra", 1.0)', "extra"),
        ('"accuracy", 1.0)', '"accuracy", 1.0, step=0)', "accuracy"),
    ],
    ids=["missing", "extra", "trace-instead"],
)
def test_other_metrics_than_the_reference(
    numbers: Project, old: str, new: str, name: str
) -> None:
    """A metric too many or too few is named, and is never simply ignored."""
    verdict = compare(numbers, NUMBERS.replace(old, new)).verdict

    assert verdict.cause is Cause.CHANGED_METRICS
    assert name in verdict.reason


def test_odd_experiments_pass(project: Project) -> None:
    """Much output, strange output and forks do not matter; no child is left."""
    session = project.write({"test_odd.py": ODD}).run("--repro-record")

    assert session.code == 0, session.output
    assert session.counts == {"passed": 4}
    assert len(session.output) < 10_000
    assert processes_of(project) == []
    end = project.reference("test_odd.py::test_forks_and_returns_twice").anchor.metrics
    assert [metric.name for metric in end] == ["end"]
