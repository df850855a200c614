"""Errors say what, where and what to do next, and form one tree."""

import inspect

import pytest

from pytest_repro import errors
from pytest_repro.errors import (
    CorruptRecord,
    HorizonReached,
    RecordError,
    ReproError,
    ReproWarning,
)

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]

NO_ERRORS = {HorizonReached, ReproWarning}


def test_message_says_where_and_what_to_do() -> None:
    """Path, fault and remedy stand on two lines, and are kept as facts."""
    error = CorruptRecord(
        "digest of trace.tsv differs",
        path="reference_runs/test_digits",
        remedy="restore it with: git checkout reference_runs/test_digits",
    )

    assert str(error) == (
        "reference_runs/test_digits: digest of trace.tsv differs\n"
        "  remedy  restore it with: git checkout reference_runs/test_digits"
    )
    assert error.path == "reference_runs/test_digits"
    assert error.remedy.startswith("restore it")


def test_message_leaves_out_what_is_unknown() -> None:
    """Without path and remedy the message is the fault alone."""
    assert str(RecordError("not a record")) == "not a record"


@pytest.mark.parametrize("kind", CLASSES)
def test_class_is_listed_and_explained(kind: type[BaseException]) -> None:
    """Each class is public, has a docstring, and stands in the drawn tree."""
    assert kind.__name__ in errors.__all__
    assert inspect.getdoc(kind)
    assert f" {kind.__name__}" in str(errors.__doc__)


@pytest.mark.parametrize("kind", [k for k in CLASSES if k not in NO_ERRORS])
def test_every_exception_is_caught_by_the_root(kind: type[Exception]) -> None:
    """A caller who catches the root catches all."""
    assert issubclass(kind, ReproError)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        pytest.param(errors.ReproUsageError, ValueError, id="usage"),
        pytest.param(errors.FingerprintError, TypeError, id="fingerprint"),
        pytest.param(errors.RecordError, ValueError, id="record"),
        pytest.param(errors.StoreError, OSError, id="store"),
        pytest.param(errors.LaunchError, RuntimeError, id="launch"),
        pytest.param(errors.ReproWarning, UserWarning, id="warning"),
    ],
)
def test_builtin_that_fits_catches_too(
    kind: type[Exception], builtin: type[Exception]
) -> None:
    """A caller who knows nothing of us catches the builtin that fits."""
    assert issubclass(kind, builtin)


def test_the_end_of_a_short_run_is_caught_by_nobody_by_chance() -> None:
    """Training code that catches every error still lets it pass."""
    assert not issubclass(HorizonReached, Exception)


def test_tree_names_no_class_that_is_gone() -> None:
    """The drawn tree and the listed names agree in number."""
    branches = [line for line in str(errors.__doc__).splitlines() if "── " in line]
    roots = 1 + len(NO_ERRORS)  # these and ReproError hang on nothing

    assert len(branches) + roots == len(errors.__all__) == len(CLASSES)
