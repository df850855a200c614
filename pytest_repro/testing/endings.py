"""However a job ends, its launcher says so with a typed cause, and nothing goes on.

Exceptions, exits, signals, too much memory, a full disk, time-outs, cancellations.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.errors import LaunchError
from pytest_repro.records import Cause, EventKind
from pytest_repro.testing.launching import Ability, Launching
from pytest_repro.testing.subject import EXIT_CODE, LAST_WORDS
from pytest_repro.testing.trials import Trials, beats, failure_of, wait_until

__all__ = ["HowJobsEnd"]

STRANGE: Final = "läufe 运行 \N{SNOWMAN}"


class HowJobsEnd(Launching):
    """Tests of endings; part of `LauncherConformance`."""

    def test_exception_is_told_as_it_was_raised(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Type, text and traceback come through, in any script."""
        job = Trials(tmp_path).job("test_größe", name=STRANGE)

        ending = self._submit(options, job).wait()

        failure = failure_of(ending)
        assert failure.cause is Cause.FAILED
        assert failure.message == "ValueError: zu groß: 大きい \N{SNOWMAN}"
        assert "raise ValueError(msg)" in failure.traceback
        assert LAST_WORDS in ending.output

    def test_exit_without_a_last_word_is_a_crash(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """The exit code is told."""
        ending = self._submit(options, Trials(tmp_path).job("test_exits")).wait()

        failure = failure_of(ending)
        assert failure.cause is Cause.CRASHED
        assert failure.exit_code == EXIT_CODE

    def test_signal_is_a_crash(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A worker that died of a signal says of which."""
        ending = self._submit(options, Trials(tmp_path).job("test_dies")).wait()

        failure = failure_of(ending)
        assert failure.cause is Cause.CRASHED
        assert failure.signal == "SIGSEGV"

    def test_worker_that_takes_too_much_memory_says_so(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A limit of the engine is told apart from a crash."""
        self._need(Ability.LIMIT_MEMORY)

        ending = self._submit(options, Trials(tmp_path).job("test_eats")).wait()

        assert failure_of(ending).cause is Cause.OUT_OF_MEMORY

    def test_interpreter_that_is_not_there_is_told(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """At once or as an ending, but never as a run that went well."""
        job = Trials(tmp_path).job("test_trains", python="/no/such/python")

        try:
            failure = failure_of(self._submit(options, job).wait())
        except LaunchError as error:
            assert "/no/such/python" in str(error)
        else:
            assert failure.cause is not Cause.OUT_OF_MEMORY

    def test_full_disk_is_told(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A record that could not be written is no record."""
        job = Trials(tmp_path).job("test_fills_the_disk")

        ending = self._submit(options, job).wait()

        assert failure_of(ending).cause is Cause.DISK_FULL

    def test_time_out_ends_the_job(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Nothing that it started goes on."""
        job = Trials(tmp_path).job("test_hangs", timeout_s=6.0)

        ending = self._submit(options, job).wait()

        failure = failure_of(ending)
        assert failure.cause is Cause.TIMED_OUT
        assert failure.message.startswith("no end after 6 s, stopped ")
        assert not beats(job)

    def test_cancelled_job_leaves_nothing_running(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """The worker ends with all that it started, and says that it was stopped."""
        job = Trials(tmp_path).job("test_hangs")
        watched = self._submit_and_hear(options, job)

        watched.submission.cancel()

        assert failure_of(watched.wait()).cause is Cause.INTERRUPTED
        assert not beats(job)

    def test_cancelled_job_leaves_no_daemon(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Not even a process that left its worker's group goes on."""
        self._need(Ability.END_DAEMONS)
        job = Trials(tmp_path).job("test_hangs_with_a_daemon")
        watched = self._submit_and_hear(options, job)

        watched.submission.cancel()

        assert failure_of(watched.wait()).cause is Cause.INTERRUPTED
        assert not beats(job)

    def test_child_that_was_left_behind_does_not_keep_a_job_open(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """It is ended with the job, which is complete without it."""
        job = Trials(tmp_path).job("test_leaves_a_child")

        ending = self._submit(options, job).wait()

        assert ending.failure is None, ending
        assert not beats(job)

    def test_no_event_is_lost_to_who_hears_the_ending_first(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Each event is told once, though its launcher read it before."""
        watched = self._submit(options, Trials(tmp_path).job("test_skips"))
        poll = watched.submission.poll
        wait_until(lambda: poll() is not None, "the job has ended")

        told = watched.submission.events()

        assert [event.kind for event in told] == [EventKind.STARTED, EventKind.SKIPPED]
        assert watched.submission.events() == ()

    def test_ending_stays(self, options: Mapping[str, object], tmp_path: Path) -> None:
        """Who asks again hears the same, and cancelling changes it no more."""
        watched = self._submit(options, Trials(tmp_path).job("test_exits"))
        ending = watched.wait()

        watched.submission.cancel()

        assert watched.submission.poll() == ending
        assert watched.submission.events() == ()
