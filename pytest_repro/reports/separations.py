"""What separates groups of equal bits, in words: no more than the records show.

One sentence an axis, with what each group had of it and the two runs that prove it.
What these axes leave together comes after, with the environment that would tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pytest_repro.reports.matrices import Square, letter_of
from pytest_repro.verdicts.separation import LEVEL, Choice, Rest, Separation, Told

__all__ = ["separation_lines"]

TOGETHER: Final = (
    "axes that always change together here cannot be told apart: an environment that"
    " changes one of them would"
)

ONE_BY_ONE: Final = "to tell, run environments that move one axis each"


def separation_lines(square: Square, names: Mapping[int, str]) -> tuple[str, ...]:
    """Say what separates the groups of an experiment.

    Args:
        square: The experiment.
        names: Of the witnesses, by number.

    Returns:
        Sentences without a full stop.
    """
    found = square.separation
    match found.told:
        case Told.SAME:
            return (f"the same bits for all {len(names)}",) if len(names) > 1 else ()
        case Told.EXPLAINED | Told.PARTLY:
            return tuple(_explained(square, found))
        case Told.CONFOUNDED:
            return tuple(_confounded(square, found))
        case Told.TOO_FEW:
            texts = ", together with ".join(_axis_texts(square, found.choices[0]))
            line = (
                f"{texts} fits, but chance would make some axis fit as well"
                f" ({found.chance:.0%}): more environments would tell"
            )
            return (line,)
        case Told.UNRECORDED:
            one, other = found.pairs[0]
            line = (
                f"{one} and {other} have other bits and agree in everything that was"
                " recorded: randomness that escapes, or something nobody recorded"
            )
            return (line,)
        case Told.UNEXPLAINED:
            return ("no few recorded axes separate them", ONE_BY_ONE)


def _explained(square: Square, found: Separation) -> Iterator[str]:
    """Put a proviso before whatever hangs on it, and what needs none last."""
    worth = _worth(found)
    is_doubtful = found.chance is not None and found.chance > LEVEL
    if worth and is_doubtful:
        yield f"if each run repeats its bits; else luck: {worth}"
    yield from _axes(square, found)
    for one in found.rest:
        yield from _rest(one)
    if worth and not is_doubtful:
        yield worth


def _confounded(square: Square, found: Separation) -> Iterator[str]:
    if len(found.choices) == 1:
        yield from _explained(square, found)
        return
    yield "cannot be told apart: any of these separates them"
    yield from map(_names, found.choices)
    yield ONE_BY_ONE


def _axes(square: Square, found: Separation) -> Iterator[str]:
    """Name each axis of the only set, with its proof where all are proven."""
    (chosen,) = found.choices
    for place, text in enumerate(_axis_texts(square, chosen)):
        head = "separated by" if place == 0 else "and by"
        proof = ""
        if found.is_proven:
            one, other = found.pairs[place]
            proof = f"; {one} and {other} differ in nothing else recorded"
        yield f"{head} {text}{proof}"
    if any(len(names) > 1 for names in chosen):
        yield TOGETHER


def _rest(rest: Rest) -> Iterator[str]:
    """Say which groups no proven axis separates, what may, and what would tell."""
    groups = [letter_of(group) for group in rest.groups]
    these = f"{', '.join(groups[:-1])} and {groups[-1]}"
    # Each axis of a bundle would do alone, as bundles of one axis each would.
    alone = {name for one in rest.choices if len(one) == 1 for name in one[0]}
    sets = [*sorted(alone), *(_names(one) for one in rest.choices if len(one) > 1)]
    if not sets:
        yield f"runs of {these} agree in all of that: no few other axes separate them"
    elif len(sets) == 1:
        yield f"runs of {these} agree in all of that: {sets[0]} may separate them"
    else:
        any_of = "any of these may separate them"
        yield f"runs of {these} agree in all of that, and {any_of}: {', '.join(sets)}"
    one, other = rest.nearest
    yield (
        f"to tell, run an environment between {one} and {other}: some of what differs"
        " as in the one, the rest as in the other"
    )


def _worth(found: Separation) -> str:
    """Say how often chance would do as well; nothing where nobody asked."""
    if found.chance is None:
        return ""
    share = f"in {found.chance:.1%} of cases"
    if found.is_proven:
        return f"groups at random would be explained as well {share}"
    return f"no pair proves it; groups at random would fit {share}"


def _names(chosen: Choice) -> str:
    return " with ".join(" or ".join(names) for names in chosen)


def _axis_texts(square: Square, chosen: Choice) -> list[str]:
    return [_axis_text(square, names) for names in chosen]


def _axis_text(square: Square, names: Sequence[str]) -> str:
    """Name an axis, and who had which of its values; of several only the names."""
    if len(names) > 1:
        return " or ".join(names)
    name = names[0]
    holders: dict[str, dict[str, None]] = {}
    for place, group in enumerate(square.groups):
        values = {square.circumstances[number].get(name, "absent") for number in group}
        for value in sorted(values):
            holders.setdefault(value, {})[letter_of(place)] = None
    texts = (f"{value} ({' '.join(own)})" for value, own in holders.items())
    return f"{name}: {', '.join(texts)}"
