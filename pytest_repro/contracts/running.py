"""Try one property of one part: committed examples, then draws, then shrinking."""

import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky

from pytest_repro.contracts.counterexamples import Counterexample, Told, counterexample
from pytest_repro.contracts.generators import generators_kept
from pytest_repro.contracts.interfaces import shapes_drawn
from pytest_repro.contracts.locating import place_of
from pytest_repro.contracts.properties import (
    Draw,
    Finding,
    Inapplicable,
    Property,
    Subject,
    properties_of,
)
from pytest_repro.contracts.strategies import draws
from pytest_repro.contracts.subjects import subject_of
from pytest_repro.errors import ContractError

__all__ = ["BrokenPromise", "Effort", "find_counterexample", "property_named", "replay"]

_PHASES: Final = (Phase.generate, Phase.shrink)

_AT_TIMES: Final = (
    "fails at this draw at times only: numbers that no seed governs, a clock, or a"
    " state outside of it?"
)


class BrokenPromise(AssertionError):
    """A part breaks a promise of its contract; the text is the counter-example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to look.

    Attributes:
        examples: Draws for each property.
        seed: None to draw the same in each session; else where drawing starts.
        committed: Draws that failed once, tried before any other.
    """

    examples: int = 20
    seed: int | None = None
    committed: Sequence[Draw] = ()


class _Found(Exception):
    """A check found something; Hypothesis shrinks towards the plainest draw of it."""


def find_counterexample(
    subject: Subject, rule: Property, *, effort: Effort | None = None
) -> Counterexample | None:
    """Look for a draw at which a part breaks a promise.

    Args:
        subject: The part.
        rule: The property.
        effort: How hard to look; None for twenty draws, the same each time.

    Returns:
        The plainest counter-example found; None if there is none.

    Raises:
        Inapplicable: If the property says nothing about this part.
    """
    effort = effort if effort is not None else Effort()
    for draw in effort.committed:
        found = check_at(subject, rule, draw)
        if found is not None:
            return _told(subject, rule, draw=draw, finding=found)
    shrunk = _search(subject, rule, effort)
    if shrunk is None:
        return None
    draw, finding = shrunk
    return _told(subject, rule, draw=draw, finding=finding)


def check_at(subject: Subject, rule: Property, draw: Draw) -> Finding | None:
    """Try a property at one draw, and leave all generators as they were.

    Args:
        subject: The part.
        rule: The property.
        draw: Where to try it.

    Returns:
        What was found; an exception of the part is a finding, too.
    """
    level = subject.contract.level_of(rule.name, rule.level)
    with generators_kept(draw.seed):
        try:
            return rule.check(subject, draw, level)
        except (Inapplicable, ContractError):
            raise
        except Exception as error:  # noqa: BLE001  # of other people's code
            return _raised(error)


def replay(part: object, name: str, draw: Draw) -> None:
    """Try one property at one draw: the last line of each counter-example's script.

    Args:
        part: The class or contract.
        name: The name of the property.
        draw: Where to try it.

    Raises:
        BrokenPromise: If it does not hold there.
    """
    subject = subject_of(part)
    rule = property_named(subject.kind, name)
    found = check_at(subject, rule, draw)
    if found is not None:
        raise BrokenPromise(str(_told(subject, rule, draw=draw, finding=found)))


def property_named(kind: str, name: str) -> Property:
    """Find a property by its name.

    Args:
        kind: The kind of part.
        name: The property's name.

    Returns:
        The property.

    Raises:
        ContractError: If there is none.
    """
    known = {rule.name: rule for rule in properties_of(kind)}
    if name not in known:
        msg = f"no property of the kind {kind} is called {name!r}"
        raise ContractError(f"{msg}\n  there are {', '.join(known)}")  # noqa: EM102, TRY003  # two lines
    return known[name]


def _search(
    subject: Subject, rule: Property, effort: Effort
) -> tuple[Draw, Finding] | None:
    last: list[tuple[Draw, Finding]] = []
    silent: list[Inapplicable] = []
    spoke: list[Draw] = []
    most = min(effort.examples, rule.examples or effort.examples)

    def attempt(draw: Draw) -> None:
        try:
            found = check_at(subject, rule, draw)
        except Inapplicable as reason:
            silent.append(reason)
            return
        spoke.append(draw)
        if found is not None:
            last[:] = [(draw, found)]
            raise _Found

    test = settings(
        max_examples=most,
        derandomize=effort.seed is None,
        database=None,
        deadline=None,
        phases=_PHASES,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )(given(draws(subject, rule))(attempt))
    if effort.seed is not None:
        test = seeded(effort.seed)(test)
    try:
        test()
    except _Found:
        return last[0]
    except Flaky:
        draw, finding = last[0]
        return draw, replace(finding, suspicion=_AT_TIMES)
    if silent and not spoke:
        raise silent[0]
    return None


def _raised(error: Exception) -> Finding:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Finding(
        suspicion=f"raises {type(error).__name__} for what it promises to take?",
        where=f"{frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}",
        obtained=" ".join(f"{type(error).__name__}: {error}".split())[:300],
        reference="a result",
    )


def _told(
    subject: Subject, rule: Property, *, draw: Draw, finding: Finding
) -> Counterexample:
    place = place_of(subject, list(sys.modules.values()))
    told = Told(shapes=shapes_drawn(subject, draw), place=place)
    return counterexample(subject, rule, draw, finding=finding, told=told)
