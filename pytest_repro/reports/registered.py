"""A registration as plain text: whether it came first, then each expectation.

What held takes one line; of everything else both sides stand aligned below it. An
expectation that did not hold is a result, told as such and counted, and no failure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import Answer, ExpectationOutcome, Registered
from pytest_repro.reports.plain import one_line, plain_lines, shorten_middle

__all__ = ["registered_lines", "registered_rows", "side_lines"]

WIDEST: Final = 400
WIDEST_CLAUSE: Final = 80


def registered_rows(registered: Registered) -> Iterator[tuple[str, str]]:
    """Write a registration as keys and texts.

    Args:
        registered: The registration beside its outcome.

    Yields:
        A key, empty for a line that goes on, and its text.
    """
    claim = f"{one_line(registered.id)}: {one_line(registered.hypothesis)}"
    yield "claim", shorten_middle(claim, WIDEST)
    first, *rest = plain_lines(registered.message) or [""]
    yield "", shorten_middle(f"{registered.order}: {first}", WIDEST)
    if not registered.order.is_sound:
        yield from (("", f"  {line.strip()}") for line in rest)
    for reason in registered.amendments:
        yield "", shorten_middle(f"amended: {one_line(reason)}", WIDEST)
    yield from _expectations(registered.expectations)
    if registered.expectations:
        yield "", f"numbers of {one_line(registered.evidence)}"


def registered_lines(registered: Registered) -> list[str]:
    """Write a registration as lines that stand alone.

    Args:
        registered: The registration beside its outcome.

    Returns:
        Lines in two columns.
    """
    return [f"{key:<7}  {text}".rstrip() for key, text in registered_rows(registered)]


def side_lines(one: ExpectationOutcome) -> tuple[str, str]:
    """Write both sides of an expectation, aligned.

    Args:
        one: The expectation with its outcome.

    Returns:
        What was obtained, and what was expected.
    """
    detail = f"   {one_line(one.detail)}" if one.detail else ""
    width = max(len(one.obtained), len(one.bound))
    return (
        f"obtained  {one.obtained or '-':<{width}}{detail}",
        f"expected  {one.bound}",
    )


def _expectations(several: Sequence[ExpectationOutcome]) -> Iterator[tuple[str, str]]:
    texts = [shorten_middle(one_line(one.text), WIDEST_CLAUSE) for one in several]
    width = max(map(len, texts), default=0)
    for text, one in zip(texts, several, strict=True):
        if one.answer is Answer.HELD:
            told = f"   {one.obtained}, {one_line(one.detail)}"
            yield "expects", f"{text:<{width}}   {one.answer}{told}"
            continue
        yield "expects", f"{text:<{width}}   {one.answer}"
        for side in side_lines(one):
            yield "", f"  {shorten_middle(side, WIDEST)}"
