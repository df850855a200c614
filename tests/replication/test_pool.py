"""Seeds run side by side, end in their order, and no worker outlives its pool."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.errors import LaunchError
from pytest_repro.records import Job
from pytest_repro.replication import PlannedRun, Pool, SeedRun
from tests.replication.launching import Diary, Pretender, job_for, planned


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 40), unique=True, max_size=8),
    st.integers(1, 5),
    st.dictionaries(st.integers(0, 40), st.integers(1, 3)),
)
def test_results_come_in_the_order_of_the_seeds(
    seeds: list[int], workers: int, looks: dict[int, int]
) -> None:
    """However long each takes and however many run at a time."""
    launcher = Pretender(looks=looks)

    runs = Pool(launcher, workers=workers, watcher=Diary()).run(planned(seeds), job_for)

    assert [run.seed for run in runs] == seeds
    assert [run.folder for run in runs] == [f"/{seed}" for seed in seeds]
    assert [one.job.seed for one in launcher.submitted] == seeds
    assert launcher.most == min(workers, len(seeds))
    assert not any(one.is_cancelled for one in launcher.submitted)


def test_each_ending_belongs_to_its_seed() -> None:
    """One that fails does not stop the others."""
    launcher = Pretender(looks={0: 3, 1: 1, 2: 2})

    runs = Pool(launcher, workers=3, watcher=Diary()).run(planned((0, 1, 2)), job_for)

    failures = [run.ending.failure for run in runs]
    assert [one and one.message for one in failures] == [None, "seed 1", None]
    assert all(run.wall_s >= 0 for run in runs)


def test_next_seed_starts_as_soon_as_a_place_is_free() -> None:
    """A slow seed does not hold up those behind it."""
    diary = Diary()

    Pool(Pretender(looks={0: 9}), workers=2, watcher=diary).run(
        planned(range(4)), job_for
    )

    moves = [line for line in diary.lines if line[0] in {"started", "ended"}]
    assert moves == [
        ("started", 0),
        ("started", 1),
        ("ended", 1),
        ("started", 2),
        ("ended", 2),
        ("started", 3),
        ("ended", 3),
        ("ended", 0),
    ]


def test_last_words_are_heard_before_the_end() -> None:
    """What a worker says in its last moment is not lost."""
    diary = Diary()

    Pool(Pretender(looks={0: 2}), workers=1, watcher=diary).run(planned((0,)), job_for)

    assert diary.lines == [
        ("started", 0),
        ("progress", 0),
        ("progress", 0),
        ("ended", 0),
    ]


def test_interrupt_cancels_all_that_run() -> None:
    """Ctrl-C leaves no worker behind; one that had ended is left alone."""
    launcher = Pretender(looks={0: 1, 1: 99, 2: 99})

    with pytest.raises(KeyboardInterrupt):
        Pool(launcher, workers=2, watcher=Diary(limit=3)).run(
            planned(range(5)), job_for
        )

    cancelled = {one.job.seed: one.is_cancelled for one in launcher.submitted}
    assert cancelled == {0: False, 1: True, 2: True}


def test_refused_launch_cancels_those_before() -> None:
    """The caller hears why, and nothing goes on without it."""
    launcher = Pretender(looks={0: 99}, refused=frozenset({1}))

    with pytest.raises(LaunchError, match="seed 1 cannot be launched"):
        Pool(launcher, workers=2, watcher=Diary()).run(planned((0, 1)), job_for)

    assert [one.is_cancelled for one in launcher.submitted] == [True]


def test_job_that_cannot_be_made_cancels_those_before() -> None:
    """Such as when no folder can be made for it."""
    launcher = Pretender(looks={0: 99})

    def refuse(run: PlannedRun) -> Job:
        if run.seed:
            raise OSError
        return job_for(run)

    with pytest.raises(OSError, match=r"^$"):
        Pool(launcher, workers=2, watcher=Diary()).run(planned((0, 1)), refuse)

    assert [one.is_cancelled for one in launcher.submitted] == [True]


def test_no_seeds_are_no_work() -> None:
    """Nothing is launched, and nothing drawn."""
    diary = Diary()

    assert Pool(Pretender(), workers=1, watcher=diary).run(planned(()), job_for) == ()
    assert diary.ticks == 0


def test_runs_that_no_longer_matter_are_stopped() -> None:
    """As soon as the first ones decide, whatever those behind them have done."""
    launcher, diary = Pretender(looks={0: 3, 1: 5, 2: 1, 3: 99}), Diary()
    pool = Pool(launcher, workers=3, watcher=diary)

    runs = pool.run(planned(range(6)), job_for, is_enough=lambda first: len(first) == 2)

    assert [run.seed for run in runs] == [0, 1]
    assert [one.job.seed for one in launcher.submitted if one.is_cancelled] == [3]
    assert ("ended", 3) in diary.lines


def test_decision_never_looks_past_a_seed_that_still_runs() -> None:
    """Else the error rates would depend on which seed happens to be quick."""
    seen: list[list[int]] = []

    def is_enough(first: Sequence[SeedRun]) -> bool:
        seen.append([run.seed for run in first])
        return False

    pool = Pool(Pretender(looks={0: 9}), workers=4, watcher=Diary())
    pool.run(planned(range(4)), job_for, is_enough=is_enough)

    assert seen == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]


@pytest.mark.parametrize("planned_runs", [planned(range(3))])
def test_replicas_of_one_seed_run_side_by_side(planned_runs: list[PlannedRun]) -> None:
    """A run is known by its replica too, so none takes the place of another."""
    replicas = [PlannedRun(seed=0, replica=run.seed) for run in planned_runs]

    runs = Pool(Pretender(), workers=3, watcher=Diary()).run(replicas, job_for)

    assert [run.planned.replica for run in runs] == [0, 1, 2]
