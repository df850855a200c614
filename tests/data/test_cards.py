"""The card says everything that is known, and that the rest is not."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from pytest_repro.data import (
    Declaration,
    Facts,
    Folds,
    Manifest,
    Split,
    digest_of,
    find_leaks,
    write_card,
)
from tests.data.samples import MANIFESTS, sample

ROOT = Path(__file__).parents[2]

SPLIT = Split(shares={"train": 0.5, "test": 0.5}, salt="1")

MANIFEST = Manifest.of(
    sample(
        f"{number:02}",
        f"{number % 38}",
        origin=f"site {'AB'[number % 2]}",
        is_synthetic=number % 4 == 0,
        label="xy"[number % 3 == 0],
    )
    for number in range(40)
)

FACTS = Facts(
    manifest=MANIFEST,
    declaration=Declaration(
        texts={"name": "Sites", "licence": "CC0"},
        split=SPLIT,
        folds=Folds(count=3, salt="1"),
    ),
    leaks=find_leaks(SPLIT.apply(MANIFEST)),
    metrics={"hit": {f"{number:02}": number % 2 for number in range(40)}},
    used={"test_sites.py::test_mlp": {"train/samples": 32, "train/samples/site A": 20}},
)


@pytest.mark.parametrize(
    "line",
    [
        "# Sites",
        "| licence | CC0 |",
        "| biases | *not declared* |",
        "| samples | 40 |",
        f"| digest of the manifest | `{digest_of(MANIFEST)}` |",
        "| synthetic | 10 (25.0%) |",
        "| different contents | 38 |",
        "| site A | 20 | 50.0% |",
        "| shares | train 1/2, test 1/2 |",
        "| salt | `1` |",
        f"| digest | `{SPLIT.apply(MANIFEST).digest}` |",
        "| near | *not checked: no contents given* |",
        "| site B | 20 | 1.0000 | 0.8389 to 1.0000 |",
        "| test\\_sites.py::test\\_mlp | train/samples/site A | 20 |",
    ],
)
def test_the_card_tells(line: str) -> None:
    """Each fact has its line."""
    assert line in write_card(FACTS).splitlines()


def test_use_is_told_where_an_experiment_was_named() -> None:
    """Otherwise the card has no such section."""
    assert "## Use" not in write_card(replace(FACTS, used=None))


def test_findings_are_listed_with_both_samples() -> None:
    """A leak is not only counted."""
    leak = find_leaks(SPLIT.apply(MANIFEST))[0]

    row = f"| {leak.first} | {leak.first_part} | {leak.second} | {leak.second_part} |"

    assert row in write_card(FACTS)


def test_without_a_split_it_says_that_nothing_was_checked() -> None:
    """Silence would read as innocence."""
    card = write_card(replace(FACTS, declaration=Declaration(texts={}), leaks=()))

    assert "Not checked: no split is declared." in card
    assert "Parts: *not declared*." in card


def test_without_a_metric_it_says_what_can_be_cut_by() -> None:
    """So the next step is known."""
    card = write_card(replace(FACTS, metrics=None))

    assert "Columns that can be cut by: origin, synthetic, label." in card


@given(MANIFESTS)
def test_nothing_breaks_out_of_its_cell(manifest: Manifest) -> None:
    """Whatever stands in a manifest, each row has the cells of its head."""
    card = write_card(Facts(manifest=manifest, declaration=Declaration(texts={})))

    rows = [line for line in card.splitlines() if line.startswith("|")]
    cells = {row.replace("\\\\", "").replace("\\|", "").count("|") for row in rows}
    assert cells <= {3, 4}
    assert card.endswith("\n")


def test_what_markdown_acts_on_is_text() -> None:
    """A name is no link and no page."""
    texts = {"name": "a [link](http://x) <b>", "licence": "# *big*"}

    card = write_card(Facts(manifest=MANIFEST, declaration=Declaration(texts=texts)))

    assert card.startswith("# a \\[link\\](http://x) \\<b\\>\n")
    assert "| licence | \\# \\*big\\* |" in card


def test_two_hash_seeds_write_the_same_card() -> None:
    """The card depends on what is known, and on nothing else."""
    cards = {run_with(seed) for seed in ("1", "2")}

    assert cards == {write_card(FACTS)}


def run_with(hash_seed: str) -> str:
    """Write the card in a process with another order of sets."""
    script = "from tests.data.test_cards import *; print(write_card(FACTS), end='')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
