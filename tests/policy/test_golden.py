"""A golden path is read strictly, written in one way, and never loses a comment."""

import datetime as dt

import pytest

from pytest_repro.errors import FutureFormat, PolicyError
from pytest_repro.policy.golden import GoldenPath, Pin, read_golden
from pytest_repro.policy.golden_text import loses_comments, with_pin, write
from tests.policy.samples import DEVIATION, DIGEST, FORMAT, PIN, WHOLE


def read(text: str) -> GoldenPath:
    """Read a text."""
    return read_golden(text.encode(), path="reference_runs/golden.toml")


def test_what_people_write_is_read() -> None:
    """Pins and deviations come with each of their fields."""
    path = read(WHOLE)

    (pin,), (deviation,) = path.pins, path.deviations
    assert (pin.owner, pin.sums, pin.revision) == ("vision", DIGEST, None)
    assert deviation.items == ("config.depth", "reference")
    assert deviation.expires == dt.date(2026, 11, 30)


def test_a_file_that_is_written_reads_the_same_and_is_written_the_same() -> None:
    """Reading and writing are inverse, and canonical text stays as it is."""
    path = read(WHOLE)

    assert read_golden(write(path)) == path
    assert write(path) == WHOLE.encode()


def test_order_and_spelling_make_no_other_file() -> None:
    """Two spellings of one path are written as one."""
    other = PIN.replace("test_mlp", "test_cnn")
    shuffled = f"{DEVIATION}{PIN}{other}".replace('"vision"', "'vision'")

    assert write(read(f"{FORMAT}{shuffled}")) == write(
        read(f"{FORMAT}{other}{PIN}{DEVIATION}")
    )


def test_text_that_could_break_out_is_quoted() -> None:
    """Quotes, backslashes and brackets in a name stay within the name."""
    name = 'a.py::test["x\\y\\"]\'#[[golden]]'
    path = with_pin(GoldenPath(), Pin(experiment=name, environment="k", owner="é"))
    pinned = with_pin(
        path, Pin(experiment=name, environment="k", owner="é", revision=3)
    )

    assert read_golden(write(pinned)) == pinned


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("owner =", "ownr =", "unknown key 'ownr'; did you mean owner?"),
        ("[[golden]]", "[[goldn]]", r"unknown table [[goldn]]; did you mean golden?"),
        ("[[golden]]", "[golden]", "write [[golden]] above each"),
        (f'sums = "{DIGEST}"\n', "", "pin either sums (a digest) or revision"),
        (DIGEST, DIGEST[:-1], "sums is sha256: and 64 hexadecimal digits"),
        ('environment = "linux-x86_64-avx2-cpu-torch2.13"\n', "", "name its key"),
        ('owner = "vision"\n', "", "[[golden]] 1: owner is missing"),
        ('"vision"', '""', "owner is one printable line"),
        ('"vision"', '"a\\u001b[2J"', "owner is one printable line"),
        ('"vision"', "3", "owner is a text, got 3"),
        ("2026-11-30", '"2026-11-30"', "expires is a day, without quotes"),
        ("2026-11-30", "2026-11-30T00:00:00", "expires is a day"),
        ("2026-11-30", "2026-11-31", "no TOML"),
        ("2026-11-30", "2026-10-31", "it expires on 2026-10-31, before it was"),
        ("expires = 2026-11-30\n", "", "expires is missing"),
        ("a deeper net is tried", "deeper", "at least ten characters"),
        ("config.depth", "konfig.depth", "did you mean config.NAME?"),
        ("config.depth", "config.", "no item 'config.'"),
        ('["config.depth", "reference"]', "[]", "a list of different texts"),
        ("golden 1", "golden one", "format is 'pytest-repro/golden 1'"),
        (FORMAT, "", "at the top: format is missing"),
        ("[[golden]]", f"{PIN}\n[[golden]]", "is pinned by another entry, too"),
    ],
)
def test_what_has_no_meaning_is_refused(old: str, new: str, message: str) -> None:
    """Each mistake says where it is and what would be right."""
    assert old in WHOLE
    with pytest.raises(PolicyError) as caught:
        read(WHOLE.replace(old, new, 1))

    assert message in str(caught.value)
    assert str(caught.value).startswith("reference_runs/golden.toml: ")


def test_a_later_format_says_so() -> None:
    """A file of a later version is no damaged one."""
    with pytest.raises(FutureFormat, match="upgrade it"):
        read(WHOLE.replace("golden 1", "golden 2"))


def test_a_revision_may_be_pinned_for_every_environment() -> None:
    """A number means the same everywhere; a digest does not."""
    pin = PIN.replace(f'sums = "{DIGEST}"', "revision = 2").replace(
        "linux-x86_64-avx2-cpu-torch2.13", "*"
    )

    (found,) = read(f"{FORMAT}{pin}").pins

    assert (found.environment, found.revision) == ("*", 2)


def test_a_pin_takes_the_place_of_the_one_before() -> None:
    """Its note stays, since nobody has withdrawn it."""
    path = read(f'{FORMAT}{PIN}note = "as in the paper"\n')
    (before,) = path.pins
    later = Pin(
        experiment=before.experiment,
        environment=before.environment,
        owner="bob",
        revision=4,
    )

    (after,) = with_pin(path, later).pins

    assert (after.owner, after.revision, after.note) == ("bob", 4, "as in the paper")


def test_the_comment_at_the_beginning_stays() -> None:
    """The heading is written again as it was."""
    path = read(f"# Known good.\n# Ask vision first.\n{WHOLE}")

    assert write(path).startswith(b"# Known good.\n# Ask vision first.\nformat")
    assert not loses_comments(f"# Known good.\n{WHOLE}")


@pytest.mark.parametrize(
    "text", [WHOLE + "# last\n", WHOLE.replace('"alice"', '"alice" # asked her')]
)
def test_a_comment_elsewhere_would_be_lost(text: str) -> None:
    """It is found, so that nothing is written over it."""
    assert loses_comments(text)


def test_a_number_sign_in_a_text_is_no_comment() -> None:
    """Reasons name issues."""
    assert not loses_comments(WHOLE.replace("a deeper", "see #12, a deeper"))


@pytest.mark.parametrize(("day", "left"), [(1, 30), (29, 2), (30, 1)])
def test_days_left_count_today(day: int, left: int) -> None:
    """On its last day a deviation has one day left."""
    (deviation,) = read(WHOLE).deviations

    assert deviation.days_left(dt.date(2026, 11, day)) == left
    assert deviation.days_left(dt.date(2026, 12, 1)) == 0
