"""Tests of promises for a plain test file, in the manner of parametrized tests."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pytest_repro.contracts.promises import Outcome, Promise, promises_of
from pytest_repro.contracts.running import BrokenPromise, Effort
from pytest_repro.contracts.subjects import subject_of
from pytest_repro.errors import ContractError

__all__ = ["parametrize_with_properties", "settle"]


def parametrize_with_properties(
    parts: Sequence[object],
    *,
    expected_failures: Mapping[str, str] | None = None,
    examples: int = 20,
) -> pytest.MarkDecorator:
    """Make one test of each promise of each part.

    Args:
        parts: Classes with contracts, or contracts that know how to build.
        expected_failures: Properties that do not hold, with reasons; of one part only
            as ``Name::property``.
        examples: Draws for each property.

    Returns:
        A mark for a test that takes `promise` and calls it.

    Raises:
        ContractError: If an expected failure names nothing.

    Example:
        ::

            @parametrize_with_properties([SmallCNN, GRU])
            def test_promises(promise):
                promise()
    """
    expected = dict(expected_failures or {})
    used: set[str] = set()
    promises: list[Promise] = []
    for part in parts:
        subject = subject_of(part)
        own, keys = _expected_of(subject.name, expected)
        used |= keys
        effort = Effort(examples=examples)
        promises += promises_of(subject, expected=own, effort=effort)
    unknown = sorted(set(expected) - used)
    if unknown:
        msg = f"expected failures of parts that are not here: {', '.join(unknown)}"
        raise ContractError(msg)
    return pytest.mark.parametrize(
        "promise",
        [
            pytest.param(_test(one), id=f"{one.subject.name}::{one.name}")
            for one in promises
        ],
    )


def settle(outcome: Outcome) -> None:
    """Take what became of a promise to pytest's own words.

    Args:
        outcome: What `Promise.judge` gave.

    Raises:
        BrokenPromise: If it is broken, or declared to be and kept.
    """
    __tracebackhide__ = True
    match outcome.word:
        case "broken" | "stale":
            raise BrokenPromise(outcome.text)
        case "expected":
            pytest.xfail(outcome.text)
        case "silent":
            pytest.skip(outcome.text)
        case _:
            return


def _expected_of(
    name: str, expected: Mapping[str, str]
) -> tuple[dict[str, str], set[str]]:
    mine = {
        key: key.rpartition("::")[2]
        for key in expected
        if key.rpartition("::")[0] in {"", name}
    }
    return {rule: expected[key] for key, rule in mine.items()}, set(mine)


def _test(promise: Promise) -> Callable[[], None]:
    def keep() -> None:
        __tracebackhide__ = True
        settle(promise.judge(Path.cwd()))

    keep.__name__ = promise.rule.name
    return keep
