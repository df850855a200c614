"""Whatever becomes of a worker, its launcher says so with a typed cause."""

import os
import time
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.launchers import Ending, LocalLauncher
from pytest_repro.launchers.protocol import DISK_FULL_CODE, EVENTS, move_job
from pytest_repro.records import Cause, Event, EventKind, Failure, Job


def run(folder: Path, code: str, *, timeout_s: float | None = 60.0) -> Ending:
    """Launch a worker whose pytest runs this code while collecting."""
    script = folder / "test_it.py"
    script.write_text(code, encoding="utf-8")
    job = Job(
        experiment="test_it.py::test",
        seed=0,
        root=str(folder),
        folder=str(folder),
        arguments=("-p", "no:cacheprovider", "--capture=no", str(script)),
        timeout_s=timeout_s,
    )
    submission = LocalLauncher(dict(os.environ)).submit(job)
    while (ending := submission.poll()) is None:
        time.sleep(0.02)
    return ending


def failure_of(ending: Ending) -> Failure:
    """Return the failure that there must be."""
    assert ending.failure is not None
    return ending.failure


@pytest.mark.parametrize(
    ("code", "cause", "text"),
    [
        ("import os; os._exit(3)", Cause.CRASHED, "exited with code 3"),
        ("import os; os.abort()", Cause.CRASHED, "died of SIGABRT"),
        ("import os; os.kill(os.getpid(), 11)", Cause.CRASHED, "died of SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", Cause.OUT_OF_MEMORY, "SIGKILL"),
        (f"import os; os._exit({DISK_FULL_CODE})", Cause.DISK_FULL, "no space left"),
        ("import os; os._exit(0)", Cause.CRASHED, "exited with code 0 before"),
    ],
)
def test_an_end_without_a_last_word_has_a_cause(
    tmp_path: Path, code: str, cause: Cause, text: str
) -> None:
    """Exit codes and signals are told apart, and none of them passes."""
    failure = failure_of(run(tmp_path, code))

    assert failure.cause is cause
    assert text in failure.message


def test_a_worker_that_hangs_is_stopped(tmp_path: Path) -> None:
    """The time-out ends the group and says after which step."""
    event = wire.write_line(Event(kind=EventKind.PROGRESS, step=7)).decode()
    code = f"import time; open({EVENTS!r}, 'w').write({event!r}); time.sleep(60)"

    failure = failure_of(
        run(tmp_path, f"import os; os.chdir({str(tmp_path)!r}); {code}", timeout_s=12)
    )

    assert failure.cause is Cause.TIMED_OUT
    assert failure.message == "no end after 12 s, stopped after step 7"


def test_a_forked_child_cannot_keep_a_worker_open(tmp_path: Path) -> None:
    """A child that holds the output open is ended with its group."""
    code = "import os, time\nif os.fork(): os._exit(5)\ntime.sleep(60)"
    started = time.monotonic()

    failure = failure_of(run(tmp_path, code))

    assert "exited with code 5" in failure.message
    assert time.monotonic() - started < 50  # the child would have slept for 60 s


def test_a_failure_keeps_the_end_of_the_output(tmp_path: Path) -> None:
    """What the run printed last is evidence."""
    failure = failure_of(
        run(tmp_path, "import os; os.write(1, b'last words'); os._exit(3)")
    )

    assert failure.output.endswith("last words")


def test_the_worker_s_own_failure_is_told_as_it_said_it(tmp_path: Path) -> None:
    """A failure event wins over the exit code."""
    said = Failure(cause=Cause.DISK_FULL, message="OSError: no space", traceback="…")
    event = wire.write_line(Event(kind=EventKind.FAILED, failure=said)).decode()
    code = f"import os; open({EVENTS!r}, 'w').write({event!r}); os._exit(1)"

    failure = failure_of(
        run(tmp_path, f"import os; os.chdir({str(tmp_path)!r}); {code}")
    )

    assert (failure.cause, failure.message) == (said.cause, said.message)
    assert failure.exit_code == 1


def test_finished_without_a_record_is_a_crash(tmp_path: Path) -> None:
    """A worker that says it finished must have left its record."""
    event = wire.write_line(Event(kind=EventKind.FINISHED)).decode()
    code = f"import os; open({EVENTS!r}, 'w').write({event!r}); os._exit(0)"

    ending = run(tmp_path, f"import os; os.chdir({str(tmp_path)!r}); {code}")

    assert failure_of(ending).cause is Cause.CRASHED


def test_cancelling_leaves_no_process(tmp_path: Path) -> None:
    """A cancelled job has ended, and says that it was interrupted."""
    script = tmp_path / "test_it.py"
    script.write_text("import time; time.sleep(60)", encoding="utf-8")
    folder = str(tmp_path)
    job = Job(
        experiment="x", seed=0, root=folder, folder=folder, arguments=(str(script),)
    )
    submission = LocalLauncher(dict(os.environ)).submit(job)

    submission.cancel()

    ending = submission.poll()
    assert ending is not None
    assert failure_of(ending).cause is Cause.INTERRUPTED


def test_variable_that_is_set_to_nothing_is_taken_away(tmp_path: Path) -> None:
    """A job can do without what its launcher gives to every other."""
    script = tmp_path / "test_it.py"
    script.write_text("import os\nos._exit(7 if 'HUE' in os.environ else 9)\n")
    job = Job(
        experiment="test_it.py::test",
        seed=0,
        root=str(tmp_path),
        folder=str(tmp_path),
        arguments=("-p", "no:cacheprovider", str(script)),
        variables={"HUE": ""},
    )
    submission = LocalLauncher({**os.environ, "HUE": "blue"}).submit(job)

    while (ending := submission.poll()) is None:
        time.sleep(0.02)

    assert failure_of(ending).exit_code == 9


def test_modules_of_a_job_come_before_those_of_every_worker(tmp_path: Path) -> None:
    """Its checkout wins, and the package itself is found where it was."""
    script = tmp_path / "test_it.py"
    script.write_text(
        "import os, pathlib\npathlib.Path('seen').write_text(os.environ['PYTHONPATH'])",
        encoding="utf-8",
    )
    job = Job(
        experiment="test_it.py::test",
        seed=0,
        root=str(tmp_path),
        folder=str(tmp_path),
        arguments=("-p", "no:cacheprovider", "--capture=no", str(script)),
        variables={"PYTHONPATH": "own"},
    )
    inherited = {**os.environ, "PYTHONPATH": "every"}
    submission = LocalLauncher(inherited).submit(job)

    while submission.poll() is None:
        time.sleep(0.02)

    assert (tmp_path / "seen").read_text(encoding="utf-8") == f"own{os.pathsep}every"


def test_job_that_is_moved_names_only_its_new_folder() -> None:
    """Else a run that is made again would write into the old one."""
    words = ("-o", "cache_dir=/old/cache", "--repro-worker=/old/job.json", "test_it.py")
    job = Job(experiment="t", seed=0, root="/", folder="/old", arguments=words)

    moved = move_job(job, "/new")

    assert moved.folder == "/new"
    assert moved.arguments == (
        *("-o", "cache_dir=/new/cache", "--repro-worker=/new/job.json", "test_it.py"),
    )


def test_job_moves_to_another_checkout() -> None:
    """Words that name the job's folder, which lies below the root, stay as they are."""
    words = ("--rootdir=/project", "-c", "/project/pytest.ini", "--job=/project/out/j")
    job = Job(
        experiment="t", seed=0, root="/project", folder="/project/out", arguments=words
    )

    moved = move_job(job, job.folder, root="/project/out/checkout")

    assert moved.root == "/project/out/checkout"
    assert moved.arguments == (
        "--rootdir=/project/out/checkout",
        "-c",
        "/project/out/checkout/pytest.ini",
        "--job=/project/out/j",
    )


def test_content_store_stays_when_a_job_moves() -> None:
    """Another checkout reads the same assets, which nobody fetched a second time."""
    words = ("-o", "repro_assets=/project/.repro/assets", "test_it.py")
    job = Job(experiment="t", seed=0, root="/project", folder="/old", arguments=words)

    moved = move_job(job, "/new", root="/elsewhere")

    assert moved.arguments == words
