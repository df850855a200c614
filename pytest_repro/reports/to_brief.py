"""A brief as a page of Markdown, in which a person's words survive each rewriting.

What is made stands between two marks, and only that is ever written anew. What only a
person can say has a heading of its own and is marked until somebody says it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import ExpectationOutcome, Registration
from pytest_repro.reports.briefs import (
    Brief,
    Tried,
    median_text,
    outcome_text,
    waited_text,
)
from pytest_repro.reports.markup import code
from pytest_repro.reports.plain import one_line, plain_lines

__all__ = ["brief_markdown", "count_unwritten", "put_into"]

BEGIN: Final = "<!-- made by pytest-repro brief: edit the registration, not this -->"
END: Final = "<!-- what follows is yours -->"
UNWRITTEN: Final = "*To be written by a person:*"

OWN: Final = (
    ("Why this is asked", "what somebody would do otherwise, once it is answered."),
    ("What it means", "what was learned, also where nothing came of it."),
    ("What is done next", "who does what, or why nothing is done."),
)
"""What no record tells."""

COMMIT: Final = 10


def brief_markdown(brief: Brief, briefs: Sequence[Brief]) -> str:
    """Write what can be made of a brief.

    Args:
        brief: The brief.
        briefs: Those of all registrations, for the median.

    Returns:
        Markdown between the two marks, ending in a newline; equal facts give equal
        text.
    """
    lines = [
        BEGIN,
        "",
        f"# Brief: {brief.registration.id}",
        "",
        f"**{one_line(outcome_text(brief)).capitalize()}.**",
        "",
        *_table(_asked(brief.registration)),
        "## Expected and obtained",
        "",
        *_tried(brief.tried),
        "## Registered",
        "",
        *_table(_when(brief, briefs)),
        END,
    ]
    return "\n".join(lines) + "\n"


def put_into(page: str | None, made: str) -> str | None:
    """Put what was made into a page, and leave everything else as it is.

    Args:
        page: What is there; None for a new page.
        made: By `brief_markdown`.

    Returns:
        The page; None if it has not both marks, in their order.
    """
    if page is None:
        return made + "".join(
            f"\n## {head}\n\n{UNWRITTEN} {ask}\n" for head, ask in OWN
        )
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return None
    return before + made.rstrip("\n") + after


def count_unwritten(page: str) -> int:
    """Count what still waits for a person.

    Args:
        page: The page.

    Returns:
        How many parts nobody wrote.
    """
    return page.count(UNWRITTEN)


def _asked(one: Registration) -> Iterator[tuple[str, str]]:
    yield "hypothesis", _text(one.hypothesis)
    yield "because", _text(one.rationale)
    yield "experiments", _codes(one.experiments)
    yield "metrics", _codes(one.metrics)
    yield "chosen jointly", ", ".join(map(_text, one.joint))
    yield "trade-offs", "; ".join(map(_text, one.tradeoffs))
    for word, experiment in one.baselines.items():
        yield f"baseline {word}", code(experiment)
    for random in one.randomness:
        told = f"{random.source}: {random.reason}; bound: {random.bound}"
        yield "randomness", _text(told)
    yield "author", _text(one.author)


def _tried(tried: Sequence[Tried]) -> Iterator[str]:
    if not tried:
        yield "Nothing was run yet."
        yield ""
    for one in tried:
        where = f" under {code(one.key)}" if one.key else ""
        yield f"{code(one.experiment)}{where}"
        yield ""
        yield "| expected | obtained | answer | of what |"
        yield "|---|---|---|---|"
        yield from map(_row, one.registered.expectations)
        yield ""
        told = [f"Numbers of {_text(one.registered.evidence)}."]
        if one.verdict:
            told.append(f"Last verdict: {_text(one.verdict)}.")
        yield " ".join(told)
        yield ""


def _row(one: ExpectationOutcome) -> str:
    cells = (
        code(one.text),
        code(one.obtained) if one.obtained else "–",
        f"**{one.answer}**",
        _text(one.detail) or "–",
    )
    return f"| {' | '.join(cells)} |"


def _when(brief: Brief, briefs: Sequence[Brief]) -> Iterator[tuple[str, str]]:
    first, *_ = plain_lines(brief.message) or [""]
    yield "order", f"**{brief.order}**: {_text(first)}"
    moment = brief.registered
    if moment is not None:
        what = f"{moment.commit[:COMMIT]} of {moment.date_utc}"
        yield "commit", f"{code(what)} {_text(moment.subject)}"
    yield "first result", _text(brief.decided_utc)
    for amendment in brief.registration.amendments:
        yield "amended", _text(f"{', '.join(amendment.changes)}: {amendment.reason}")
    if brief.waited_s is not None:
        yield "to verdict", waited_text(brief.waited_s)
    yield "as a rule", median_text(briefs)


def _table(rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for key, text in rows:
        if text:
            yield f"| {key} | {text} |"
    yield ""


def _codes(names: Sequence[str]) -> str:
    return ", ".join(map(code, names))


def _text(text: str) -> str:
    """Write words of a person so that Markdown shows and does not obey them."""
    return code(text).removeprefix("<code>").removesuffix("</code>")
