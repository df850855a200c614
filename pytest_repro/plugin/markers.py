"""The marker `repro`: from its arguments to a contract, or to an error that helps.

The marker is also added to every test that asks for the fixture, so that ``-m repro``
selects exactly the experiments.
"""

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from pytest_repro.errors import ContractError
from pytest_repro.plugin.options import did_you_mean
from pytest_repro.records import Contract, Entropy, Rung, Tolerance

__all__ = [
    "ARGUMENTS",
    "FIXTURE",
    "MARKER",
    "check_kind",
    "contract_of",
    "experiment_id",
    "is_experiment",
    "registration_of",
]

MARKER: Final = "repro"
FIXTURE: Final = "repro"

_experiment_key: Final = pytest.StashKey[str]()
# Remembered, since the parent takes an experiment's fixtures away from it, and xdist
# adds the name of a group to its node id.

ARGUMENTS: Final = {
    "seeds": "at most so many seeds; default 1",
    "reference_seeds": "seeds of a reference; default 10 with Equivalent, else seeds",
    "horizon": "steps that the tier pr runs; default 25",
    "metrics": "tolerances by metric name or pattern: Exact(), Close(…), Equivalent(…)",
    "require": "the lowest rung that passes, such as 'IDENTICAL'",
    "timeout": "stop a run that takes longer [s]",
    "allow_nonfinite": "why a metric may be NaN or infinite",
    "accepts": "randomness that no seed governs: Entropy(source, reason=…, at_most=…)",
    "registration": "the id of its registration: registrations/ID.toml",
}
"""What the marker takes, and what each argument means."""

DETAILED: Final = ("file", "variable", "network", "loader_workers")
"""Sources of which a part can be accepted, such as ``file:data/a.csv``."""

MOST: Final = {"seeds": 10_000, "reference_seeds": 10_000, "horizon": 2**53}
DEFAULT_HORIZON: Final = Contract().horizon


def is_experiment(item: pytest.Item) -> bool:
    """Tell whether a test is an experiment: it asks for the fixture `repro`.

    Args:
        item: A collected test.

    Returns:
        Whether it is one.
    """
    return bool(experiment_id(item))


def experiment_id(item: pytest.Item) -> str:
    """Return the node id under which an experiment was collected.

    Args:
        item: A collected test.

    Returns:
        Its id as it first was; empty if it is no experiment.
    """
    known = item.stash.get(_experiment_key, None)
    if known is None:
        known = item.nodeid if FIXTURE in getattr(item, "fixturenames", ()) else ""
        item.stash[_experiment_key] = known
    return known


def check_kind(item: pytest.Item) -> None:
    """Refuse an experiment that pytest would run past us.

    Args:
        item: An experiment.

    Raises:
        pytest.UsageError: If it is no plain test function: a method of a
            `unittest.TestCase` is called by unittest, and would pass uncompared.
    """
    unittest = sys.modules.get("unittest")
    cls = getattr(item, "cls", None)
    is_case = unittest and cls and issubclass(cls, unittest.TestCase)
    if is_case or not isinstance(item, pytest.Function):
        kind = type(item).__name__
        msg = f"{item.nodeid}: a {kind} cannot be an experiment: write a test function"
        raise pytest.UsageError(msg)


def contract_of(item: pytest.Item) -> Contract:
    """Read the contract that an experiment declares.

    Markers nearer to the test win, argument by argument.

    Args:
        item: An experiment.

    Returns:
        Its contract.

    Raises:
        pytest.UsageError: If a marker says something that has no meaning, naming
            the test, the argument and the nearest valid one.
    """
    arguments: dict[str, object] = {}
    for mark in reversed(list(item.iter_markers(MARKER))):
        if mark.args:
            _refuse(item, f"takes arguments by name, got {mark.args[0]!r}")
        arguments |= mark.kwargs
    for name in arguments:
        if name not in ARGUMENTS:
            near = did_you_mean(name, ARGUMENTS)
            _refuse(item, f"has no argument {name!r}{near}")
    try:
        return _contract(arguments)
    except ContractError as error:
        return _refuse(item, str(error))


def registration_of(item: pytest.Item) -> str:
    """Return which registration an experiment names.

    Args:
        item: An experiment.

    Returns:
        The id; empty if its markers name none. The nearest marker wins.
    """
    marks = item.iter_markers(MARKER)
    return next(
        (
            str(one.kwargs["registration"])
            for one in marks
            if "registration" in one.kwargs
        ),
        "",
    )


def _contract(arguments: Mapping[str, object]) -> Contract:
    _check_registration(arguments.get("registration", "-"))
    contract = Contract(
        seeds=_count("seeds", arguments.get("seeds", 1)),
        reference_seeds=(
            _count("reference_seeds", arguments["reference_seeds"])
            if "reference_seeds" in arguments
            else None
        ),
        horizon=_count("horizon", arguments.get("horizon", DEFAULT_HORIZON)),
        tolerances=_tolerances(arguments.get("metrics", {})),
        timeout_s=_timeout(arguments.get("timeout")),
        allow_nonfinite=_reason(arguments.get("allow_nonfinite", "")),
        accepts=_accepts(arguments.get("accepts", ())),
    )
    required = arguments.get("require")
    return contract if required is None else replace(contract, required=_rung(required))


def _count(name: str, value: object) -> int:
    most = MOST[name]
    is_flag = isinstance(value, bool)
    if isinstance(value, int) and not is_flag and 1 <= value <= most:
        return value
    msg = f"{name}= is a number in [1, {most}], got {value!r}"
    raise ContractError(msg)


def _tolerances(value: object) -> tuple[tuple[str, Tolerance], ...]:
    if not isinstance(value, Mapping):
        msg = f"metrics= maps names to tolerances, got {value!r}"
        raise ContractError(msg)
    for name, tolerance in value.items():
        if not isinstance(name, str) or not isinstance(tolerance, Tolerance):
            msg = (
                f"metrics[{name!r}] is Exact(), Close(rtol=…, atol=…) or "
                f"Equivalent(margin), got {tolerance!r}"
            )
            raise ContractError(msg)
    return tuple(value.items())


def _timeout(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    msg = f"timeout= is a positive number of seconds, got {value!r}"
    raise ContractError(msg)


def _reason(value: object) -> str:
    if not isinstance(value, str):
        msg = f"allow_nonfinite= is the reason, as text, got {value!r}"
        raise ContractError(msg)
    return value


def _check_registration(value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        msg = f"registration= is the id of a registration, as text, got {value!r}"
        raise ContractError(msg)


def _accepts(value: object) -> tuple[Entropy, ...]:
    if not isinstance(value, list | tuple):
        msg = f"accepts= is a list of Entropy(…), got {value!r}"
        raise ContractError(msg)
    for accepted in value:
        if not isinstance(accepted, Entropy):
            msg = (
                f"accepts= holds Entropy(source, reason=…, at_most=…), got {accepted!r}"
            )
            raise ContractError(msg)
        _check_source(accepted.source)
    return tuple(value)


def _check_source(name: str) -> None:
    from pytest_repro.determinism.sources import source_names  # noqa: PLC0415  # only with accepts=

    known = source_names()
    source, colon, _ = name.partition(":")
    if source not in known:
        near = did_you_mean(source, known)
        msg = f"Entropy({name!r}) names no source{near}; they are {', '.join(known)}"
        raise ContractError(msg)
    if colon and source not in DETAILED:
        msg = f"Entropy({name!r}): only {', '.join(DETAILED)} have parts after a colon"
        raise ContractError(msg)


def _rung(value: object) -> Rung:
    passing = (Rung.IDENTICAL, Rung.WITHIN_ROUNDING, Rung.EQUIVALENT)
    if value not in passing:
        near = did_you_mean(str(value).upper(), [rung.value for rung in passing])
        msg = f"require= is one of {', '.join(passing)}, got {value!r}{near}"
        raise ContractError(msg)
    return Rung(str(value))


def _refuse(item: pytest.Item, reason: str) -> Contract:
    msg = f"{item.nodeid}: marker repro {reason}"
    raise pytest.UsageError(msg)
