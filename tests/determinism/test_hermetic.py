"""Hermetic runs: what is undeclared is told at its line, and the rest is silent."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_repro.determinism import Watch, declare_file, guarding
from pytest_repro.errors import UndeclaredInput
from pytest_repro.records import Determinism, Entropy, Guards
from tests.determinism import inputs

HERE = "tests/determinism/inputs.py"
MARKED = {
    found[1]: number
    for number, line in enumerate(Path(inputs.__file__).read_text().splitlines(), 1)
    if (found := re.search(r"# drawn: (\w+)", line))
}
QUIET = sorted(name for name in vars(inputs) if name.startswith("quiet_"))


def watch_call(
    function: Callable[[], object], *, accepts: tuple[Entropy, ...] = ()
) -> Watch:
    """Call a function as if it were a whole hermetic run."""
    with guarding(
        Determinism(hermetic=True), inputs.ROOT, accepts=accepts, tell=lambda _: None
    ) as watch:
        watch.is_hermetic = True
        function()
        watch.is_hermetic = False
    return watch


@pytest.mark.parametrize("name", sorted(MARKED))
def test_undeclared_input_is_caught_at_its_line(name: str) -> None:
    """A file, a variable or a network, by the project's line that reached for it."""
    watch = watch_call(getattr(inputs, name))

    found = [(one.source, one.path, one.line) for one in watch.escapes]
    assert found == [(name.partition("_")[0], HERE, MARKED[name])]


@pytest.mark.parametrize("name", QUIET)
def test_ordinary_input_stays_silent(name: str) -> None:
    """Code, packages, temporary files, what the run wrote, pinned variables."""
    watch = watch_call(getattr(inputs, name))

    assert watch.escapes == ()


def test_declared_asset_may_be_read() -> None:
    """Declared first, then opened."""

    def read() -> None:
        declare_file(inputs.NEAR)
        inputs.file_opened()

    assert watch_call(read).escapes == ()


def test_one_file_can_be_accepted() -> None:
    """By its path from the root; another file escapes all the same."""
    accepts = (Entropy("file:README.md", reason="only its length counts", at_most=1),)

    near = watch_call(inputs.file_opened, accepts=accepts)
    far = watch_call(inputs.file_elsewhere, accepts=accepts)

    assert near.escapes == ()
    assert [one.detail for one in far.escapes] == ["/etc/hosts"]


def test_error_comes_before_the_file_is_opened() -> None:
    """The open itself fails, and the message says what to write instead."""
    determinism = Determinism(guards=Guards.ERROR, hermetic=True)
    with guarding(determinism, inputs.ROOT, tell=lambda _: None) as watch:
        watch.is_hermetic = True
        with pytest.raises(UndeclaredInput) as caught:
            inputs.file_opened()

    first, second, *_ = str(caught.value).splitlines()
    assert first == (
        f"{HERE}:{MARKED['file_opened']} open(NEAR) reads a file that is no declared "
        "asset: README.md [file]"
    )
    assert second == "  instead    open(repro.asset(path))"


def test_without_the_flag_nothing_is_watched() -> None:
    """Guards alone leave files, variables and networks alone."""
    with guarding(Determinism(), inputs.ROOT, tell=lambda _: None) as watch:
        watch.is_hermetic = True
        inputs.file_opened()
        inputs.variable_got()

    assert watch.escapes == ()


def test_nothing_is_watched_after_the_run() -> None:
    """The hook stays in the process for good, and rests."""
    watch = watch_call(inputs.quiet_machine)

    inputs.file_opened()
    inputs.variable_got()

    assert watch.escapes == ()
