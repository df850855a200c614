"""Guards: what escapes is caught at its line, and its look-alike is not."""

import contextlib
import copy
import glob
import os
import random
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.random import bit_generator, mtrand
from torch.utils.data import DataLoader

from pytest_repro.determinism import Watch, guarding
from pytest_repro.determinism.sources import SOURCES as SOURCES_TABLE
from pytest_repro.errors import EscapedEntropy
from pytest_repro.records import Determinism, Entropy, Guards
from tests.determinism import innocent, planted

HERE = Path(__file__).parent
MARKED = {
    found[1]: number
    for number, line in enumerate(Path(planted.__file__).read_text().splitlines(), 1)
    if (found := re.search(r"# drawn: (\w+)", line))
}
SOURCES = {
    "clock": "clock",
    "hash": "hash",
    "listed": "listing",
    "loader": "loader_workers",
    "loader_that_draws": "uuid",
    "numpy": "numpy.random",
    "os_urandom": "os.urandom",
    "own": "random.Random",
    "process": "clock",
    "random_seed": "random.seed",
    "secrets": "secrets",
    "system": "random.SystemRandom",
    "taken": "os.urandom",
    "threads": "threads",
    "torch": "torch.seed",
    "torch_generator": "torch.Generator.seed",
    "uuid": "uuid",
}
QUIET = sorted(name for name in vars(innocent) if name.startswith("quiet_"))


def source_of(name: str) -> str:
    """Find the source by the longest beginning of a planted function's name."""
    return SOURCES[max(filter(name.startswith, SOURCES), key=len)]


def watch_call(function: Callable[[], object], **settings: object) -> Watch:
    """Call a function under guards that warn."""
    determinism = Determinism(**settings)  # type: ignore[arg-type]  # as the tests say
    with guarding(determinism, HERE, tell=lambda _: None) as watch:
        repr(function())  # somebody uses what it gives
    return watch


@pytest.mark.parametrize("name", sorted(MARKED))
def test_escape_is_caught_at_its_line(name: str) -> None:
    """One escape, of this source, at the line that drew it, and no other."""
    watch = watch_call(getattr(planted, name))

    found = [(one.source, one.path, one.line) for one in watch.escapes]
    assert found == [(source_of(name), "planted.py", MARKED[name])]


@pytest.mark.parametrize("name", QUIET)
def test_lookalike_stays_silent(name: str) -> None:
    """Seeded, sorted, asked and counted: nothing escapes."""
    watch = watch_call(getattr(innocent, name))

    assert watch.escapes == ()


@pytest.mark.parametrize(
    "name", ["os_urandom", "numpy_state", "listed_walk", "hash_text"]
)
def test_guards_that_are_off_see_nothing(name: str) -> None:
    """Off is off: the same calls are not even looked at."""
    watch = watch_call(getattr(planted, name), guards=Guards.OFF)

    assert watch.escapes == ()


def test_every_source_of_the_table_is_planted() -> None:
    """A source that nobody tries is only promised."""
    assert set(SOURCES.values()) == {source.name for source in SOURCES_TABLE}


def test_error_is_raised_at_the_line() -> None:
    """The run fails where it draws, and is told what to write instead."""
    with (
        guarding(Determinism(guards=Guards.ERROR), HERE, tell=lambda _: None),
        pytest.raises(EscapedEntropy) as caught,
    ):
        planted.numpy_generator()

    assert caught.traceback[1].lineno + 1 == MARKED["numpy_generator"]
    assert str(caught.value) == (
        f"planted.py:{MARKED['numpy_generator']} np.random.default_rng() seeds a "
        "generator of numpy from the operating system [numpy.random]\n"
        "  instead    numpy.random.default_rng(repro.derive('name'))\n"
        "  or accept  @pytest.mark.repro(accepts=[Entropy('numpy.random', "
        'reason="…", at_most=1)])'
    )


def test_error_that_was_swallowed_is_raised_at_the_end() -> None:
    """An experiment that catches everything does not get past the guards."""
    with guarding(Determinism(guards=Guards.ERROR), HERE, tell=lambda _: None) as watch:
        with contextlib.suppress(EscapedEntropy):
            planted.os_urandom()

        with pytest.raises(EscapedEntropy, match=r"planted.py:\d+ os.urandom\(4\)"):
            watch.check()


def test_line_that_draws_often_is_told_once() -> None:
    """A loop is one mistake."""
    told: list[str] = []
    with guarding(Determinism(), HERE, tell=told.append) as watch:
        for _ in range(3):
            planted.os_urandom()

    assert told == [one.text for one in watch.escapes]
    assert len(told) == 1


@pytest.mark.parametrize(("draws", "caught"), [(1, 0), (2, 0), (3, 1)])
def test_accepted_draws_are_bounded(draws: int, caught: int) -> None:
    """What was accepted is silent, and more than that escapes again."""
    accepts = (Entropy("os.urandom", reason="a session id only", at_most=2),)

    with guarding(Determinism(), HERE, accepts=accepts, tell=lambda _: None) as watch:
        for _ in range(draws):
            planted.os_urandom()

    assert len(watch.escapes) == caught


ONE_DRAW = sorted(
    name
    for name in MARKED
    if not name.startswith(("listed", "loader", "threads", "clock", "process"))
)


@pytest.mark.parametrize("name", ONE_DRAW)
def test_call_counts_as_one_draw(name: str) -> None:
    """One call is one draw, through however many layers it goes."""
    accepts = (Entropy(source_of(name), reason="for this very test", at_most=1),)

    with guarding(Determinism(), HERE, accepts=accepts, tell=lambda _: None) as watch:
        getattr(planted, name)()

    assert watch.escapes == ()


def test_choice_counts_as_one_draw() -> None:
    """However many bits a choice throws away: a bound must not depend on luck."""
    accepts = (Entropy("secrets", reason="a session id only", at_most=50),)

    with guarding(Determinism(), HERE, accepts=accepts, tell=lambda _: None) as watch:
        for _ in range(50):
            planted.secrets_below()

    assert watch.escapes == ()


def test_one_acceptance_does_not_accept_another_source() -> None:
    """A reason is about one source."""
    accepts = (Entropy("os.urandom", reason="a session id only", at_most=9),)

    with guarding(Determinism(), HERE, accepts=accepts, tell=lambda _: None) as watch:
        planted.uuid_4()

    assert [one.source for one in watch.escapes] == ["uuid"]


def test_code_outside_the_project_is_nobodys_line(tmp_path: Path) -> None:
    """Only the project's own lines are told: the same call elsewhere is a library's."""
    with guarding(Determinism(), tmp_path, tell=lambda _: None) as watch:
        planted.os_urandom()

    assert watch.escapes == ()


def replaced() -> list[object]:
    """Read everything that guards stand in the place of."""
    names = [name for name in random.__all__ if name != "Random"]
    return [
        hash,
        *(getattr(random, name) for name in names),
        *(getattr(np.random, name) for name in np.random.__all__),
        *(getattr(time, name) for name in ("time", "perf_counter", "monotonic_ns")),
        *(os.urandom, os.listdir, os.scandir, os.getpid, glob.glob, uuid.uuid1),
        *(
            secrets.randbits,
            vars(planted)["urandom"],
            threading.Thread.start,
            Path.iterdir,
        ),
        *(torch.seed, torch.manual_seed, torch.random.seed, torch.Generator),
        *(vars(random.SystemRandom).items(), vars(random.Random).items()),
        *(vars(bit_generator).items(), vars(mtrand).items()),
        *(DataLoader.__iter__, vars(type(os.environ)).items()),
    ]


def test_everything_is_put_back() -> None:
    """Afterwards every function is the very object that it was, also after an error."""
    before = [repr(one) for one in replaced()]
    inside: list[str] = []

    with pytest.raises(ZeroDivisionError, match="careless"):
        race_and_fail(inside)

    assert [repr(one) for one in replaced()] == before
    assert inside != before


def race_and_fail(seen: list[str]) -> None:
    """Let guards put up all that they have, look at it, and fail."""
    with guarding(Determinism(hermetic=True), HERE, tell=lambda _: None):
        planted.threads_that_race()
        seen += [repr(one) for one in replaced()]
        msg = "careless"
        raise ZeroDivisionError(msg)


def test_guarded_classes_are_the_classes_to_everybody_else() -> None:
    """What was made before, inside and by a subclass is an instance of the class."""
    before = np.random.RandomState(3), torch.Generator()

    with guarding(Determinism(), HERE, tell=lambda _: None):

        class Own(np.random.RandomState):
            pass

        inside = np.random.RandomState(3), torch.Generator(), Own(3)
        states = [isinstance(one, np.random.RandomState) for one in (*before, *inside)]
        generators = [isinstance(one, torch.Generator) for one in (*before, *inside)]
        drawn = torch.rand(2, generator=inside[1].manual_seed(3))
        sent = ForkingPickler.loads(ForkingPickler.dumps(inside[1]))

    assert states == [True, False, True, False, True]
    assert generators == [False, True, False, True, False]
    assert type(inside[0]) is type(before[0])
    assert sent.initial_seed() == 3
    assert np.array_equal(Own(3).rand(2), np.random.RandomState(3).rand(2))
    assert torch.equal(drawn, torch.rand(2, generator=torch.Generator().manual_seed(3)))


def test_numbers_are_those_of_an_unguarded_run() -> None:
    """Guards look at generators and never move them."""
    plain = draw()

    with guarding(Determinism(), HERE, tell=lambda _: None):
        guarded = draw()

    assert guarded == plain


def draw() -> list[object]:
    """Draw a little of everything from seeds."""
    random.seed(3)
    np.random.seed(3)
    torch.manual_seed(3)
    return [
        random.random(),
        np.random.rand(3).tolist(),
        np.random.default_rng(3).random(3).tolist(),
        np.random.RandomState(3).rand(3).tolist(),
        torch.rand(3).tolist(),
        torch.randperm(5, generator=torch.Generator().manual_seed(3)).tolist(),
        innocent.quiet_loader(),
    ]


def test_clock_stands_in_a_class_as_a_builtin_does() -> None:
    """`now = time.time` in a class is called without the instance, guarded or not."""
    plain = os.listdir
    with guarding(Determinism(), HERE, tell=lambda _: None):

        class Timer:
            now = time.time
            bits = os.urandom

        timer = Timer()

        assert timer.now() > 0  # type: ignore[misc]  # a builtin takes no self
        assert copy.deepcopy(time.time) is time.time
        assert ForkingPickler.loads(ForkingPickler.dumps(os.listdir)) is plain
