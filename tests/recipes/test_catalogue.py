"""The catalogue of components, and what its lint finds."""

from dataclasses import dataclass

import pytest

from pytest_repro import Component, Domain, Field
from pytest_repro.recipes.catalogue import Entry, FieldRow, entry_of, page_of
from pytest_repro.recipes.catalogue_lint import Rule, lint_entries
from pytest_repro.recipes.components import find
from pytest_repro.recipes.entry_points import load_offered

SECTIONS = {
    "Rationale": "one",
    "Trade-offs": "two",
    "Use when": "three",
    "Fails when": "four",
}
ROW = FieldRow(name="width", default="64", domain="", why="fits")


class Told(Component, kind="catalogued"):
    """One that says all,
    over two lines.

    More of it.

    Rationale: in a line
        that goes on.
    Trade-offs:
        In lines below.

    Use when: there is a | in it.
    Fails when: never.

    Source:
        Nobody.
    """  # noqa: D205

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Its fields."""

        width: int = Field(64, search=Domain.int(1, 99), why="fits | well")
        name: str


class Mute(Component, kind="catalogued"):  # noqa: D101  # it says nothing
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Its fields."""

        width: int = Field(64, search=Domain.int(1, 9))


PAGE = """\
# Components

## catalogued

### `catalogued/Told@1`

One that says all, over two lines.

**Rationale:** in a line that goes on.

**Trade-offs:** In lines below.

**Use when:** there is a | in it.

**Fails when:** never.

| field | default | domain | why |
|---|---|---|---|
| `width` | `64` | whole numbers [1, 99] | fits \\| well |
| `name` | has to be set |  |  |

Defined in `tests.recipes.test_catalogue`.
"""


def entry(**changed: object) -> Entry:
    """Make an entry that lacks nothing, but for what is changed."""
    whole: dict[str, object] = {
        "id": "arch/Net@1",
        "module": "project.parts",
        "summary": "A network.",
        "sections": SECTIONS,
        "fields": (ROW,),
    }
    return Entry(**(whole | changed))  # type: ignore[arg-type]  # as declared above


def test_the_page_is_written_from_docstring_and_fields() -> None:
    """Sections on their line or below it, and a table that no bar breaks."""
    page = page_of([entry_of(find("catalogued/Told"))])

    assert page.replace(f"`{__name__}`", "`tests.recipes.test_catalogue`") == PAGE


def test_the_order_of_components_does_not_matter() -> None:
    """The page is the same however they were found."""
    entries = [entry(), entry(id="aug/Flip@1")]

    assert page_of(entries) == page_of(reversed(entries))


def test_whoever_says_everything_is_left_alone() -> None:
    """The lint can be satisfied."""
    assert lint_entries([entry()]) == ()


@pytest.mark.parametrize(
    ("changed", "rule", "place"),
    [
        pytest.param({"summary": ""}, Rule.SUMMARY, "docstring", id="summary"),
        pytest.param(
            {"sections": SECTIONS | {"Fails when": ""}},
            Rule.SECTION,
            "Fails when",
            id="section",
        ),
        pytest.param(
            {"sections": SECTIONS | {"Use when": "one"}},
            Rule.REPEATED,
            "Use when",
            id="repeated",
        ),
        pytest.param(
            {"fields": (FieldRow(name="a", default="1", domain="", why=""),)},
            Rule.REASON,
            "a",
            id="reason",
        ),
        pytest.param(
            {
                "fields": (
                    FieldRow(
                        name="a", default="1", domain="[2, 3]", why="b", is_inside=False
                    ),
                )
            },
            Rule.DOMAIN,
            "a",
            id="domain",
        ),
    ],
)
def test_planted_fault_is_found(
    changed: dict[str, object], rule: Rule, place: str
) -> None:
    """One fault gives one finding, of its rule and at its place."""
    (found,) = lint_entries([entry(**changed)])

    assert (found.rule, found.place, found.component) == (rule, place, "arch/Net@1")


def test_a_class_that_says_nothing_lacks_everything() -> None:
    """What is read from a real class is what the rules see."""
    found = lint_entries([entry_of(find("catalogued/Mute"))])

    assert [(one.place, one.rule.value) for one in found] == [
        ("Fails when", "section"),
        ("Rationale", "section"),
        ("Trade-offs", "section"),
        ("Use when", "section"),
        ("docstring", "summary"),
        ("width", "domain"),
        ("width", "reason"),
    ]


def test_every_shipped_component_lacks_nothing() -> None:
    """What we ask of others we keep."""
    loaded = load_offered()

    assert len(loaded.components) >= 30
    assert lint_entries(map(entry_of, loaded.components)) == ()
