"""`--repro-changed` never leaves out an experiment whose bits would change.

Proven by trying: projects that read in forty ways are run in real workers, edited at
random, and run again wherever nothing would have been run. Each planted blindness is
found by the same property.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pytest_repro.records import ABSENT, Input, InputKind
from tests.plugin.changing import FEATURES, Edit, batches, feature_sets
from tests.plugin.forking import Server
from tests.plugin.safety import Blindness, Prover, without

SEEING: Blindness = without(lambda _: False)
QUIET = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WITHOUT_SHRINKING = settings(QUIET, phases=[Phase.generate])

BLIND = {
    "listings": (
        without(lambda one: one.kind is InputKind.LISTING),
        ("glob", "listdir", "walk"),
    ),
    "shadowing modules": (
        without(lambda one: one.kind is InputKind.IMPORT),
        ("optional", "optional statement", "found"),
    ),
    "absent files": (
        without(lambda one: one.kind is InputKind.FILE and one.state == ABSENT),
        ("exists", "access", "missing"),
    ),
    "data": (
        without(lambda one: _suffix(one) in {".txt", ".json", ".bin"}),
        ("text", "json", "mapped"),
    ),
    "variables": (
        without(lambda one: one.kind is InputKind.VARIABLE),
        ("variable", "variable there", "variables"),
    ),
    "conftest files": (
        without(lambda one: one.name.endswith("conftest.py")),
        ("fixture",),
    ),
    "ini files": (without(lambda one: one.name.endswith(".ini")), ("ini",)),
    "imported modules": (
        without(lambda one: _suffix(one) == ".py"),
        ("import", "relative", "library"),
    ),
    "native readers": (without(lambda one: one.name == "nat.bin"), ("native",)),
    "sizes in listings": (without(lambda one: one.name == "rows"), ("scandir",)),
}
"""What is not seen, and features that show it."""


def _suffix(one: Input) -> str:
    return Path(one.name).suffix if one.kind is InputKind.FILE else ""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of workers."""
    with Server() as started:
        yield started


def test_no_change_of_the_bits_is_missed(tmp_path: Path, server: Server) -> None:
    """Whatever is edited, what is left out gives the same bits."""
    prover = Prover(tmp_path, server, SEEING)

    @settings(QUIET, max_examples=12)
    @given(st.data())
    def no_change_is_missed(data: st.DataObject) -> None:
        features = data.draw(feature_sets())
        prover.check(features, data.draw(batches(features)))

    no_change_is_missed()

    assert prover.tally.refused == 0
    assert prover.tally.left_out >= prover.tally.examples


@pytest.mark.campaign
def test_no_change_of_the_bits_is_missed_in_many_projects(
    tmp_path: Path, server: Server, record_property: Callable[[str, object], None]
) -> None:
    """The same for many projects, each another time."""
    prover = Prover(tmp_path, server, SEEING)

    @settings(QUIET, derandomize=False, max_examples=1000)
    @given(st.data())
    def no_change_is_missed(data: st.DataObject) -> None:
        features = data.draw(feature_sets(1, len(FEATURES)))
        prover.check(features, data.draw(batches(features)))

    no_change_is_missed()

    record_property("tally", str(prover.tally))
    assert prover.tally.refused == 0


@pytest.mark.parametrize("blind_to", BLIND)
def test_a_planted_blindness_is_found(
    tmp_path: Path, server: Server, blind_to: str
) -> None:
    """A watch that forgets one kind of input leaves out what would change."""
    blindness, features = BLIND[blind_to]
    prover = Prover(tmp_path, server, blindness)

    @settings(WITHOUT_SHRINKING, max_examples=100)
    @given(batches(features))
    def no_change_is_missed(changes: list[list[Edit]]) -> None:
        prover.check(features, changes)

    with pytest.raises(AssertionError, match="changed the bits"):
        no_change_is_missed()
