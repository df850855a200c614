"""A look-up says which reference it found, and never takes damage for absence."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import CorruptRecord, UnsafePath
from pytest_repro.records import Environment, Match, RunRecord
from pytest_repro.references import Entry, ReferenceStore, nearest_key
from tests.references.disks import memory_folder
from tests.references.samples import AXES, EXPERIMENT, environment, small_record


def other(**axes: str) -> Environment:
    """Make an environment that differs in some axes."""
    return environment([(name, axes.get(name, value)) for name, value in AXES])


def recorded(where: Environment) -> RunRecord:
    """Make a reference recorded in an environment."""
    record = small_record()
    return replace(record, identity=replace(record.identity, environment=where))


@pytest.fixture
def store(tmp_path: Path) -> ReferenceStore:
    """Provide an empty store."""
    return ReferenceStore(tmp_path / "reference_runs")


def test_empty_store_finds_nothing_and_writes_nothing(store: ReferenceStore) -> None:
    """Looking up does not even create the folder."""
    found = store.find(EXPERIMENT, environment())

    assert (found.match, found.record, found.folder) == (Match.NONE, None, None)
    assert found.key == environment().key
    assert store.entries() == ()
    assert not store.root.exists()


def test_same_environment_digest_is_exact(store: ReferenceStore) -> None:
    """The very environment: bits may be compared."""
    folder = store.write(small_record())

    found = store.find(EXPERIMENT, environment())

    assert (found.match, found.record) == (Match.EXACT, small_record())
    assert (
        found.folder
        == folder
        == store.root
        / ("experiments/test_digits.py/test_digits_cnn/linux-x86_64-avx2-cpu-2.13")
    )
    assert found.sums == digest_of_bytes((folder / "SHA256SUMS").read_bytes())


def test_same_key_with_another_digest_is_key(store: ReferenceStore) -> None:
    """The same axes, yet some fact that can change bits differs."""
    store.write(small_record())

    found = store.find(EXPERIMENT, environment(facts="another libm"))

    assert (found.match, found.record) == (Match.KEY, small_record())


def test_another_key_is_nearest_and_named(store: ReferenceStore) -> None:
    """A reference of another environment is used, but says that it is one."""
    store.write(small_record())

    found = store.find(EXPERIMENT, other(instructions="avx512"))

    assert (found.match, found.record) == (Match.NEAREST, small_record())
    assert found.key == environment().key


def test_another_system_is_none_and_says_what_there_is(store: ReferenceStore) -> None:
    """An incompatible reference is not used; the others are named all the same."""
    store.write(small_record())

    found = store.find(EXPERIMENT, other(os="macos"))

    assert (found.match, found.record) == (Match.NONE, None)
    assert found.others == (environment().key,)


def test_nearest_has_the_most_equal_leading_axes(store: ReferenceStore) -> None:
    """Axes are in the order of their weight, so an early difference is a far one."""
    near = other(torch="2.12", accelerator="sm90")
    far = other(architecture="arm64")
    for where in (far, near):
        store.write(recorded(where))

    assert store.find(EXPERIMENT, environment()).key == near.key


AXIS = st.sampled_from("ab")
ENVIRONMENTS = st.tuples(AXIS, AXIS, AXIS).map(
    lambda values: environment(tuple(zip("xyz", values, strict=True)))
)


@given(wanted=ENVIRONMENTS, known=st.lists(ENVIRONMENTS, max_size=6))
def test_choice_depends_on_the_set_alone(
    wanted: Environment, known: list[Environment]
) -> None:
    """In whatever order references are listed, the same one is nearest."""
    forwards = {where.key: where for where in known}
    backwards = {where.key: where for where in reversed(known)}

    key = nearest_key(wanted, forwards)

    assert key == nearest_key(wanted, backwards)
    assert key is None or forwards[key].axes[0] == wanted.axes[0]
    assert wanted.key not in forwards or key == wanted.key


@settings(max_examples=25)
@given(added=st.lists(ENVIRONMENTS, max_size=6), wanted=ENVIRONMENTS)
def test_adding_references_never_moves_one_that_has_its_own(
    added: list[Environment], wanted: Environment
) -> None:
    """An environment with a reference finds that one, whatever is added for others."""
    with memory_folder() as folder:
        store = ReferenceStore(Path(folder))
        for where in (wanted, *added):
            store.write(recorded(where))

        found = store.find(EXPERIMENT, wanted)

    assert (found.match, found.record) == (Match.EXACT, recorded(wanted))


def test_damaged_neighbour_is_not_skipped(store: ReferenceStore) -> None:
    """Otherwise damage would silently change which reference is nearest."""
    folder = store.write(small_record())
    (folder / "run.json").write_text("{")

    with pytest.raises(CorruptRecord):
        store.find(EXPERIMENT, other(torch="2.14"))


def test_damaged_neighbour_does_not_matter_to_an_own_reference(
    store: ReferenceStore,
) -> None:
    """An environment that has its own reference reads no other."""
    (store.write(recorded(other(torch="2.14"))) / "run.json").write_text("{")
    store.write(small_record())

    assert store.find(EXPERIMENT, environment()).match is Match.EXACT


def test_reference_in_a_foreign_folder_is_refused(store: ReferenceStore) -> None:
    """Whose a reference is says its content, so a copied folder is no reference."""
    folder = store.write(small_record())
    folder.parent.rename(folder.parent.with_name("test_other"))

    with pytest.raises(CorruptRecord, match="belongs to another folder") as caught:
        store.find("experiments/test_digits.py::test_other", environment())
    assert EXPERIMENT in str(caught.value)
    assert "test_other under linux" in str(caught.value)


def test_entries_are_sorted_and_say_what_the_files_say(store: ReferenceStore) -> None:
    """Each reference is listed with the experiment that its own file names."""
    names = ["b.py::two", "a.py::one[p/q]", "a.py::one"]
    folders = {name: store.write(small_record(name)) for name in names}

    assert store.entries() == tuple(
        Entry(experiment=name, key=environment().key, folder=folders[name])
        for name in sorted(names)
    )


def test_other_files_in_the_store_are_no_references(store: ReferenceStore) -> None:
    """A README, a golden.toml and an empty folder are left alone."""
    store.write(small_record())
    (store.root / "README.md").write_text("read me")
    (store.root / "experiments" / "empty").mkdir()

    assert len(store.entries()) == 1


@pytest.mark.parametrize("folder", ["..", "a/../../b", "/etc", "/"])
def test_folder_outside_the_store_is_not_read(
    store: ReferenceStore, folder: str
) -> None:
    """A path from a report or a command line leads nowhere else."""
    store.write(small_record())

    with pytest.raises(UnsafePath, match="not below the store"):
        store.read(Path(folder))


def test_reference_is_read_by_its_folder(store: ReferenceStore) -> None:
    """Absolute, or relative to the root of the store."""
    folder = store.write(small_record())

    assert store.read(folder) == small_record()
    assert store.read(folder.relative_to(store.root)) == small_record()


def test_folder_is_shown_relative_to_the_base(tmp_path: Path) -> None:
    """Reports show paths that people can copy, without the machine's own part."""
    folder = tmp_path / "project/.repro/pending/a"

    near = ReferenceStore(tmp_path / "project/.repro/pending")
    far = ReferenceStore(tmp_path / "project/.repro/pending", base=tmp_path / "project")

    assert near.show(folder) == "pending/a"
    assert far.show(folder) == ".repro/pending/a"
    assert far.show(Path("/elsewhere")) == "/elsewhere"
