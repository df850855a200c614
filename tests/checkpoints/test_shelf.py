"""Which checkpoints stay, and which one a run begins with."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.checkpoints import (
    FOLDER,
    Blocks,
    Content,
    Place,
    encode,
    nearest_checkpoint,
    places_in,
    thin,
    write_checkpoint,
)

PLACES = st.lists(
    st.builds(Place, st.integers(0, 2), st.integers(1, 1000)), unique=True
).map(sorted)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder with checkpoints of two loops; orders are ten times the steps."""
    inner = tmp_path / FOLDER
    inner.mkdir()
    for place, order in [
        (Place(0, 4), 40),
        (Place(0, 8), 80),
        (Place(1, 4), 140),
    ]:
        node = encode(None, Blocks())
        content = Content(header={"order": order}, state=node, blocks=Blocks())
        write_checkpoint(place.file_in(inner), content)
    (inner / ".loop1-step00000008.checkpoint.unfinished").write_bytes(b"half")
    (inner / "loopx-step1.checkpoint").write_bytes(b"foreign")
    return tmp_path


def test_places_are_read_from_names(folder: Path) -> None:
    """What is unfinished or foreign is none."""
    found = places_in(folder / FOLDER)

    assert found == (Place(0, 4), Place(0, 8), Place(1, 4))


@pytest.mark.parametrize(
    ("step", "order", "expected"),
    [
        pytest.param(None, None, Place(1, 4), id="the latest"),
        pytest.param(None, 100, Place(0, 8), id="before a moment"),
        pytest.param(None, 80, Place(0, 8), id="at a moment"),
        pytest.param(7, 100, Place(0, 4), id="before a step of the first loop"),
        pytest.param(4, None, Place(1, 4), id="at a step"),
    ],
)
def test_the_last_one_before_is_chosen(
    folder: Path, step: int | None, order: int | None, expected: Place
) -> None:
    """The folder of the job will do."""
    found = nearest_checkpoint(folder, step=step, order=order)

    assert found == expected.file_in(folder / FOLDER)


def test_there_may_be_none_so_early(folder: Path, tmp_path: Path) -> None:
    """Then a run begins at its beginning."""
    assert nearest_checkpoint(folder, step=3) is None
    assert nearest_checkpoint(folder, order=39) is None
    assert nearest_checkpoint(tmp_path / "absent") is None


@given(PLACES, st.integers(2, 12))
def test_thinning_keeps_the_ends(places: list[Place], kept: int) -> None:
    """As many go as are too many, and neither the first nor the latest."""
    gone = thin(places, kept)

    assert len(gone) == max(0, len(places) - kept)
    assert set(gone) <= set(places[1:-1])


def test_what_stays_is_spread_over_the_run() -> None:
    """Of a hundred, twelve stay, and no gap is over three times the average."""
    places: list[Place] = []
    for step in range(10, 1010, 10):
        places.append(Place(0, step))
        places = [place for place in places if place not in thin(places)]

    gaps = [b.step - a.step for a, b in pairwise(places)]
    assert len(places) == 12
    assert max(gaps) <= 3 * 990 / 11
