"""Which of several changes make a difference: halving, and together where needed.

Pure: the experiment is a function that says of some sets of changes, at once, whether
each makes a difference. Where one change does it alone, halving finds it in about
2·log2(n) questions; where neither half does, the changes matter only together, and the
set is reduced to one of which no part can be left out.

Source:
    Zeller and Hildebrandt 2002, "Simplifying and isolating failure-inducing input",
    section 3 (ddmin); halving is group testing, Dorfman 1943.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

__all__ = ["find_causes"]

Names = tuple[str, ...]
Differs = Callable[[Sequence[Names]], Sequence[bool]]


def find_causes(names: Sequence[str], differs: Differs) -> tuple[Names, ...]:
    """Find the sets of changes that make a difference.

    Args:
        names: Every change that was made at once.
        differs: Says of each set whether it makes a difference; asked for several at
            a time, so that they can be tried side by side.

    Returns:
        Disjoint sets, each minimal: it makes a difference, and no set that lacks one
        of its changes does. What is left over makes none.
    """
    rest: Names = tuple(names)
    found: list[Names] = []
    while rest and differs([rest])[0]:
        causes = _some_causes(rest, differs)
        found += causes
        rest = _without(rest, {name for cause in causes for name in cause})
    return tuple(found)


def _some_causes(names: Names, differs: Differs) -> list[Names]:
    """Find at least one cause in a set that makes a difference."""
    found: list[Names] = []
    groups = [names]
    while groups:
        found += [group for group in groups if len(group) == 1]
        groups = [group for group in groups if len(group) > 1]
        halves = [half for group in groups for half in _parts(group, 2)]
        answers = dict(zip(halves, differs(halves), strict=True)) if halves else {}
        whole = [group for group in groups if not any(_told(group, answers))]
        found += [_reduce(group, differs) for group in whole]
        groups = [half for half, answer in answers.items() if answer]
    return found


def _told(group: Names, answers: dict[Names, bool]) -> list[bool]:
    return [answers[half] for half in _parts(group, 2)]


def _reduce(names: Names, differs: Differs) -> Names:
    """Leave out whatever can be left out, in ever smaller pieces."""
    pieces = 2
    while len(names) > 1:
        pieces = min(pieces, len(names))
        parts = _parts(names, pieces)
        smaller = [*parts, *(_without(names, part) for part in parts)]
        answers = differs(smaller)
        kept = [one for one, answer in zip(smaller, answers, strict=True) if answer]
        if kept:
            names, pieces = kept[0], 2
        elif pieces == len(names):
            break
        else:
            pieces *= 2
    return names


def _parts(names: Names, count: int) -> list[Names]:
    """Cut a set into as many parts of nearly equal size, in order."""
    edges = [len(names) * number // count for number in range(count + 1)]
    return [names[a:b] for a, b in pairwise(edges)]


def _without(names: Names, others: Iterable[str]) -> Names:
    gone = frozenset(others)
    return tuple(name for name in names if name not in gone)
