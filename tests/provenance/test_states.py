"""The state of an input changes exactly with what a run could have seen."""

import os
from pathlib import Path

from pytest_repro.provenance import Looker, changed_inputs
from pytest_repro.provenance.states import (
    UNREADABLE,
    state_of_file,
    state_of_imports,
    state_of_listing,
    state_of_variable,
)
from pytest_repro.records import ABSENT, FOLDER, Input, InputKind


def test_a_file_is_its_bytes(tmp_path: Path) -> None:
    """Neither its name nor its times matter, and what is there does."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("1")
    os.utime(other, (1, 1))

    assert state_of_file(one) == state_of_file(other)
    assert state_of_file(tmp_path) == FOLDER
    assert state_of_file(tmp_path / "none") == ABSENT


def test_a_listing_is_names_kinds_and_sizes(tmp_path: Path) -> None:
    """A file of another size counts, and a cache of Python does not."""
    (tmp_path / "a").write_text("1")
    before = state_of_listing(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    with_cache = state_of_listing(tmp_path)
    (tmp_path / "a").write_text("12")

    assert with_cache == before
    assert state_of_listing(tmp_path) != before


def test_an_import_is_what_has_the_name(tmp_path: Path) -> None:
    """Modules, packages and extensions count, and files of other names do not."""
    states = [state_of_imports(tmp_path, ["a"])]
    for name in ("a.py", "a.cpython-311-x86_64-linux-gnu.so", "a/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
        states.append(state_of_imports(tmp_path, ["a"]))
    (tmp_path / "b.py").write_text("")

    assert len({*states}) == len(states)
    assert state_of_imports(tmp_path, ["a"]) == states[-1]


def test_variables_that_begin_alike_are_one_input() -> None:
    """Their values are not kept: they may be secret."""
    one = state_of_variable("A_*", {"A_X": "secret", "B": "1"})

    assert one == state_of_variable("A_*", {"A_X": "secret"})
    assert one != state_of_variable("A_*", {"A_X": "other"})
    assert "secret" not in one
    assert state_of_variable("C_*", {"A_X": "1"}) == ABSENT
    assert state_of_variable("A_X", {}) == ABSENT


def test_a_file_is_looked_at_again_once_it_was_touched(tmp_path: Path) -> None:
    """What changes in the middle of a session is noticed."""
    (tmp_path / "a").write_text("1")
    one = Input(kind=InputKind.FILE, name="a", state=state_of_file(tmp_path / "a"))
    looker = Looker(tmp_path, {})

    before = changed_inputs([one], looker)
    (tmp_path / "a").write_text("22")
    after = changed_inputs([one], looker)

    assert before == ()
    assert [change.text for change in after] == ["a changed"]


def test_what_cannot_be_read_equals_nothing(tmp_path: Path) -> None:
    """Not even itself."""
    os.mkfifo(tmp_path / "pipe")
    one = Input(kind=InputKind.FILE, name="pipe", state=UNREADABLE)

    (change,) = changed_inputs([one], Looker(tmp_path, {}))

    assert state_of_file(tmp_path / "pipe") == UNREADABLE
    assert change.how == "cannot be read"
