"""The table of options is consistent, since everything else is made from it."""

import pytest

from pytest_repro.plugin.options import OPTIONS, Option, did_you_mean

KINDS = {"bool": bool, "int": int, "float": float, "str": str, "list": tuple}

every_option = pytest.mark.parametrize("option", OPTIONS, ids=lambda one: one.name)


def test_names_and_flags_are_distinct() -> None:
    """No row hides another."""
    assert len({one.name for one in OPTIONS}) == len(OPTIONS)
    assert len({one.flag for one in OPTIONS}) == len(OPTIONS)


@every_option
def test_default_is_of_its_kind(option: Option) -> None:
    """Exactly: a bool is no int here, and an int no float."""
    assert type(option.default) is KINDS[option.kind]


@every_option
def test_texts_are_text(option: Option) -> None:
    """`--help` takes help as a format string: no percent sign may stand in it."""
    assert type(option.help) is type(option.doc) is str
    assert option.help
    assert "%" not in option.help


@every_option
def test_option_can_be_set_somehow(option: Option) -> None:
    """By a flag, by an ini key, or by both; each of them a real bool."""
    assert {option.has_flag, option.has_ini} <= {True, False}
    assert option.has_flag or option.has_ini


@every_option
def test_choices_hold_the_default(option: Option) -> None:
    """Choices are texts, and saying nothing chooses one of them."""
    assert all(type(choice) is str for choice in option.choices)
    assert option.default in option.choices or not option.choices


@every_option
def test_ini_key_starts_with_our_name(option: Option) -> None:
    """A key that did not would not be checked for typing errors."""
    assert option.name.startswith("repro") or not option.has_ini


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("repro_treads", "; did you mean repro_threads?"),
        ("repro_threads", "; did you mean repro_threads?"),
        ("nothing_like_it", ""),
        ("", ""),
    ],
)
def test_nearest_name_is_suggested(word: str, answer: str) -> None:
    """The nearest one alone, or none where nothing is near."""
    assert did_you_mean(word, [one.name for one in OPTIONS]) == answer
