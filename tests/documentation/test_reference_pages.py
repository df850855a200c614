"""The documentation covers what there is, and its words are those of the code."""

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from docs import reference_tables
from pytest_repro import errors, records
from pytest_repro.cli.command import VERBS
from pytest_repro.plugin.markers import ARGUMENTS
from pytest_repro.plugin.options import OPTIONS, Option
from pytest_repro.records import Cause, Match, Rung, Standing

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

TABLES = reference_tables.tables()

FRAGMENT = re.compile(r"(\d+|\+[a-z-]+)\.(feature|fix|change|removal|doc|internal)\.md")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_option_is_documented(option: Option) -> None:
    """Each option has a row with its help and what it can be."""
    (row,) = [line for line in TABLES["options"].splitlines() if option.help in line]

    assert option.has_flag is (f"`{option.flag}`" in row)
    assert option.has_ini is (f"`{option.name}`" in row)


@pytest.mark.parametrize(
    ("table", "names"),
    [
        pytest.param("marker", list(ARGUMENTS), id="marker"),
        pytest.param("rungs", [rung.name for rung in Rung], id="rungs"),
        pytest.param("causes", [cause.name for cause in Cause], id="causes"),
        pytest.param("matches", [match.name for match in Match], id="matches"),
        pytest.param("standings", [one.name for one in Standing], id="standings"),
        pytest.param("errors", errors.__all__, id="errors"),
    ],
)
def test_table_has_a_row_for_each_name(table: str, names: list[str]) -> None:
    """A table lists every name of the code, in its order, and no other."""
    rows = TABLES[table].splitlines()[2:]

    assert [row.split("|")[1].strip(" `") for row in rows] == names


@pytest.mark.parametrize("table", sorted(TABLES))
def test_table_is_included_by_a_page(table: str) -> None:
    """No table is made for nobody."""
    pages = [page.read_text() for page in sorted(DOCS.glob("*/*.md"))]

    assert any(f"_build/tables/{table}.md" in page for page in pages)


@pytest.mark.parametrize("verb", VERBS)
def test_verb_is_documented(verb: str) -> None:
    """Each verb of the command has one row."""
    rows = [line for line in TABLES["verbs"].splitlines() if f"-repro {verb}" in line]

    assert len(rows) == 1


def test_ladder_is_explained_rung_by_rung() -> None:
    """The page about the ladder speaks of each rung, highest first."""
    page = (DOCS / "explanation" / "ladder.md").read_text()

    assert re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE) == list(Rung)


def words(column: int) -> list[str]:
    """Read a column of the glossary, one word each."""
    lines = (DOCS / "glossary.md").read_text().splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| ")][1:]
    return [word.strip() for row in rows for word in row[column].split(",")]


def names_in_use() -> set[str]:
    """Collect the public names of the records, their fields and properties."""
    kinds = [getattr(records, name) for name in records.__all__]
    classes = [kind for kind in kinds if inspect.isclass(kind)]
    fields = [
        field.name
        for kind in classes
        if dataclasses.is_dataclass(kind)
        for field in dataclasses.fields(kind)
    ]
    return {name.lower() for name in (*records.__all__, *fields)}


def test_glossary_defines_each_word_once() -> None:
    """No word has two meanings, except that `reference` is also a side."""
    defined = [word for word in words(1) if word != "reference"]

    assert sorted(defined) == sorted(set(defined))


def test_records_avoid_the_words_that_the_glossary_replaces() -> None:
    """No record or field is called by a word of the last column."""
    replaced = {word for word in words(3) if word} - set(words(1))

    assert names_in_use() & replaced == set()


def test_glossary_replaces_words_at_all() -> None:
    """The check above can fail: it knows words, and names to compare them with."""
    assert {"golden", "snapshot", "random_state"} <= set(words(3))
    assert {"seed", "verdict", "job"} <= names_in_use()


def test_fragments_can_be_built() -> None:
    """Each changelog fragment has a number or word, and a type that towncrier knows."""
    names = [path.name for path in (DOCS / "changelog").iterdir()]

    assert [n for n in names if not FRAGMENT.fullmatch(n)] == ["README.md"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/index.md"])
def test_links_lead_somewhere(name: str) -> None:
    """A relative link names a file that exists."""
    page = ROOT / name
    targets = re.findall(r"\]\(([^):#]+)\)", page.read_text())

    assert [t for t in targets if not (page.parent / t).exists()] == []
