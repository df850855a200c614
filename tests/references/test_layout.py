"""Every node id has a folder of its own, below the root, on every file system."""

import re
import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.references import (
    environment_folder,
    experiment_folder,
    reference_folder,
)

PLAIN = "experiments/test_digits.py::test_cnn"
NODE_IDS = st.one_of(
    st.text(max_size=40),
    st.text("a.A/:[]-_ \0\\é", max_size=24),
    st.builds(
        "{}.py::{}".format, st.text("ab/.", max_size=6), st.text("ab:[]", max_size=6)
    ),
)
SAFE = re.compile(r"[a-z0-9_][a-z0-9._-]*(?<![.-])")
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@pytest.mark.parametrize(
    ("experiment", "folder"),
    [
        (PLAIN, "experiments/test_digits.py/test_cnn"),
        ("test_a.py::test_b", "test_a.py/test_b"),
        ("a/b-c/test_a.py::suite::test_b", "a/b-c/test_a.py/suite.test_b"),
    ],
)
def test_plain_node_id_reads_as_itself(experiment: str, folder: str) -> None:
    """Where nothing is lost there is no hash."""
    assert experiment_folder(experiment) == PurePosixPath(folder)


@pytest.mark.parametrize(
    ("experiment", "folder"),
    [
        ("t.py::test_a[lr=0.1-Adam]", r"t\.py/test_a-lr-0\.1-adam-[0-9a-f]{10}"),
        ("t.py::TestX::test_a", r"t\.py/testx\.test_a-[0-9a-f]{10}"),
        ("T.py::test_a", r"t\.py/test_a-[0-9a-f]{10}"),
        ("t.py::test_a[a/../b]", r"t\.py/test_a-a-\.\.-b-[0-9a-f]{10}"),
        ("../t.py::test_a", r"unnamed/t\.py/test_a-[0-9a-f]{10}"),
        ("/etc/t.py::test_a", r"unnamed/etc/t\.py/test_a-[0-9a-f]{10}"),
        ("con/t.py::aux", r"_con/t\.py/_aux-[0-9a-f]{10}"),
        ("format/t.py::a", r"_format/t\.py/a-[0-9a-f]{10}"),
        ("a.py/t.py::b", r"a\.py_/t\.py/b-[0-9a-f]{10}"),
        ("t.py::a-0123456789", r"t\.py/a-0123456789-[0-9a-f]{10}"),
        ("t.py::a.", r"t\.py/a-[0-9a-f]{10}"),
        ("t.py::a\0b", r"t\.py/a-b-[0-9a-f]{10}"),
        ("t.py", r"t\.py/unnamed-[0-9a-f]{10}"),
        ("", r"unnamed\.py/unnamed-[0-9a-f]{10}"),
        ("t.py::" + "é" * 300, r"t\.py/unnamed-[0-9a-f]{10}"),
        ("t.py::a[" + "x" * 9000 + "]", r"t\.py/a-x{78}-[0-9a-f]{10}"),
        ("d/" * 99 + "t.py::a", r"(d/){12}t\.py/a-[0-9a-f]{10}"),
        ("t.py::\ud800", r"t\.py/unnamed-[0-9a-f]{10}"),
    ],
)
def test_slug_stays_readable_and_ends_in_a_hash(experiment: str, folder: str) -> None:
    """What a file system could confuse or refuse becomes a slug with a hash."""
    assert re.fullmatch(folder, str(experiment_folder(experiment)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t.py::a[é]", "t.py::a[" + unicodedata.normalize("NFD", "é") + "]"),
        ("t.py::test_a", "t.py::Test_a"),
        ("t.py::test_a", "T.py::test_a"),
        ("t.py::a[b]", "t.py::a-b"),
        ("t.py::a[b-c]", "t.py::a[b_c]"),
        ("t.py::a[b/c]", "t.py::a[b\\c]"),
        ("t.py::a::b", "t.py::a.b"),
        ("t.py::a", "t.py::a."),
        ("t.py::a", "t.py::a "),
        ("a/t.py::b", "a//t.py::b"),
        ("t.py::a[" + "x" * 400 + "1]", "t.py::a[" + "x" * 400 + "2]"),
        ("d/" * 20 + "t.py::a", "d/" * 21 + "t.py::a"),
    ],
)
def test_twins_have_folders_of_their_own(one: str, other: str) -> None:
    """NFC and NFD, capitals, separators, and names that are cut alike."""
    assert str(experiment_folder(one)) != str(experiment_folder(other)).lower()


@given(st.sets(NODE_IDS, max_size=20))
def test_layout_is_injective(experiments: set[str]) -> None:
    """Different node ids never share a folder, nor lies one within another's."""
    folders = [experiment_folder(experiment) for experiment in experiments]

    assert len(set(folders)) == len(experiments)
    assert not any(one in other.parents for one in folders for other in folders)


@given(NODE_IDS, st.text(max_size=30))
def test_created_path_stays_below_the_root(experiment: str, key: str) -> None:
    """No part leads upwards, is absolute, too long, or means a device."""
    folder = reference_folder(experiment, key)

    assert not folder.is_absolute()
    assert len(str(folder)) < 1500
    for part in folder.parts:
        assert SAFE.fullmatch(part)
        assert len(part) <= 92
        assert not DEVICES.fullmatch(part)
    assert folder.parts[0] not in {"format", ".staging", ".gitattributes"}


@given(NODE_IDS)
def test_folder_is_the_same_every_time(experiment: str) -> None:
    """The folder depends on the node id and on nothing else."""
    assert experiment_folder(experiment) == experiment_folder(experiment)


@pytest.mark.parametrize(
    ("key", "folder"),
    [
        ("linux-x86_64-avx2-cpu-torch2.13", "linux-x86_64-avx2-cpu-torch2.13"),
        ("Linux", r"linux-[0-9a-f]{10}"),
        ("../up", r"up-[0-9a-f]{10}"),
        ("a.py", r"a.py-[0-9a-f]{10}"),
        ("", r"unnamed-[0-9a-f]{10}"),
    ],
)
def test_environment_key_is_its_own_folder(key: str, folder: str) -> None:
    """Plain keys read as themselves, others as slug and hash."""
    assert re.fullmatch(folder, environment_folder(key))


@given(st.sets(st.text(max_size=12), max_size=20))
def test_keys_are_kept_apart(keys: set[str]) -> None:
    """Different environment keys never share a folder."""
    assert len({environment_folder(key) for key in keys}) == len(keys)
