"""What people declare of a data set is read strictly, and numbers for samples too."""

from fractions import Fraction

import pytest

from pytest_repro.data import By, Folds, read_declaration
from pytest_repro.data.metric_file import read_metrics
from pytest_repro.errors import FutureFormat, ManifestError

FILE = """\
format = "pytest-repro/data 1"
name = "Digits"
licence = "CC BY 4.0"
personal_data = "none"

[split]
shares = { train = 0.8, test = 0.2 }
salt = "digits-1"
by = "group"

[folds]
count = 5
salt = "digits-folds-1"
"""


def test_what_people_write_is_read() -> None:
    """Texts, split and folds come with their values."""
    found = read_declaration(FILE.encode())

    assert dict(found.texts) == {
        "name": "Digits",
        "licence": "CC BY 4.0",
        "personal_data": "none",
    }
    assert found.split is not None
    assert found.split.shares == {"train": Fraction(4, 5), "test": Fraction(1, 5)}
    assert (found.split.salt, found.split.by) == ("digits-1", By.GROUP)
    assert found.folds == Folds(count=5, salt="digits-folds-1")


def test_everything_but_the_format_may_be_left_out() -> None:
    """A data set need not be cut."""
    found = read_declaration(b'format = "pytest-repro/data 1"\n')

    assert (found.texts, found.split, found.folds) == ({}, None, None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence", "license", "unknown key 'license'; did you mean licence?"),
        ('"Digits"', '""', "name is a text, got ''"),
        ('"Digits"', "3", "name is a text, got 3"),
        ("[split]", "[splt]", "unknown key 'splt'; did you mean split?"),
        ("[split]", "[[split]]", "split is a table: write [split]"),
        ("shares", "share", "[split]: unknown key 'share'; did you mean shares?"),
        ("{ train = 0.8, test = 0.2 }", "0.8", "[split]: shares is a table"),
        ("test = 0.2", "test = 0.1", "[split]: the shares sum to 9/10"),
        ("test = 0.2", 'test = "0.2"', "the share of 'test' is a number"),
        ('salt = "digits-1"\n', "", "[split]: salt is a text that names"),
        ('"group"', '"patient"', "one of id, group, digest, got 'patient'"),
        ("count = 5", "count = 1", "[folds]: folds: a whole number from 2"),
        ("count = 5\n", "", "[folds]: folds: a whole number from 2"),
        ("= 5", "= ", "no TOML"),
        ('format = "pytest-repro/data 1"\n', "", "format is 'pytest-repro/data 1'"),
    ],
)
def test_what_has_no_meaning_is_refused(old: str, new: str, message: str) -> None:
    """Each mistake says where it is and what would be right."""
    assert old in FILE
    with pytest.raises(ManifestError) as caught:
        read_declaration(FILE.replace(old, new, 1).encode(), path="digits.toml")

    assert message in str(caught.value)
    assert str(caught.value).startswith("digits.toml: ")


def test_a_later_format_says_so() -> None:
    """A file of a later version is no damaged one."""
    with pytest.raises(FutureFormat, match="upgrade pytest-repro"):
        read_declaration(FILE.replace("data 1", "data 2").encode())


def test_no_large_file_is_read() -> None:
    """A declaration is written by people."""
    with pytest.raises(ManifestError, match="bytes are over the limit"):
        read_declaration(b"#" * 300_000)


def test_numbers_are_read_by_metric_and_sample() -> None:
    """An empty cell is a sample that was not evaluated."""
    found = read_metrics(b"id\thit\tloss\na\t1\t0.25\nb\t0\t\n")

    assert found == {"hit": {"a": 1.0, "b": 0.0}, "loss": {"a": 0.25}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "line 1: the first line is: id"),
        (b"id\n", "line 1: the first line is: id"),
        (b"id\thit\thit\n", "line 1: the first line is: id"),
        (b"id\thit\na\n", "line 2: 1 cells instead of 2"),
        (b"id\thit\na\t1\na\t0\n", "line 3, column id: 'a' stands here twice"),
        (b"id\thit\na\tnan\n", "line 2, column hit: a finite number, got 'nan'"),
        (b"id\thit\na\tyes\n", "line 2, column hit: a finite number, got 'yes'"),
        (b"id\thit\n\xff\t1\n", "line 2: not UTF-8"),
    ],
)
def test_numbers_without_meaning_are_refused(text: bytes, message: str) -> None:
    """With line and column."""
    with pytest.raises(ManifestError, match=message):
        read_metrics(text, path="hits.tsv")
