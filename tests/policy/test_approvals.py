"""Who must approve a change: strict rules, and every one of them counts."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.policy.approvals import (
    FILE,
    Approvals,
    Proposal,
    missing,
    read_approvals,
)
from pytest_repro.records import Drift

RULES = """\
[people]
ada = ["maintainer", "data"]
grace = ["maintainer"]
eve = []

[[rule]]
experiments = ["experiments/test_digits.py::*"]
approvals = 2
roles = ["maintainer"]
min_reason = 20
allow_ci = true

[rule.max_absolute]
"test/*" = 0.01

[rule.max_relative]
"train/loss" = 0.05

[[rule]]
experiments = ["*"]
people = ["ada", "eve"]
allow_ci = true
"""

DIGITS = "experiments/test_digits.py::test_cnn"
ONE_OF_TWO = "2 approvals of ada, grace, there is that of ada;"
AT_MOST_5 = "at most 0.05 at once is allowed"
REASON = "a new kernel sums otherwise"


def rules(folder: Path, text: str) -> Approvals:
    """Write rules, and read them."""
    (folder / FILE).write_text(text)
    return read_approvals(folder, shown="reference_runs")


def proposal(
    *approved_by: str, drift: Mapping[str, float] | None = None, **fields: object
) -> Proposal:
    """Propose a change of the digits."""
    moves = tuple(
        Drift(metric=name, absolute=value, relative=value)
        for name, value in (drift or {}).items()
    )
    facts: dict[str, object] = {"experiment": DIGITS, "reason": REASON, **fields}
    return Proposal(approved_by=approved_by, drift=moves, **facts)  # type: ignore[arg-type]  # as named


def test_without_a_file_everything_may_be_accepted(tmp_path: Path) -> None:
    """Rules are for projects that want some."""
    approvals = read_approvals(tmp_path, shown="reference_runs")

    assert missing(approvals, proposal(is_ci=True)) == ()


def test_two_maintainers_suffice(tmp_path: Path) -> None:
    """Ada counts under both rules, and Grace under the first."""
    approvals = rules(tmp_path, RULES)

    assert missing(approvals, proposal("ada", "grace")) == ()


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        pytest.param(
            proposal(),
            (
                "2 approvals of ada, grace: add --approved-by NAME",
                "1 approval of ada, eve: add --approved-by NAME",
            ),
            id="nobody",
        ),
        pytest.param(
            proposal("ada", "eve"),
            (f"{ONE_OF_TWO} eve does not count: add --approved-by NAME",),
            id="one of two",
        ),
        pytest.param(
            proposal("ada", "ada", "mallory"),
            (f"{ONE_OF_TWO} mallory does not count: add --approved-by NAME",),
            id="one twice",
        ),
        pytest.param(
            proposal("ada", "grace", reason="too short"),
            (
                "a reason of at least 20 characters, it has 9",
                "a reason of at least 10 characters, it has 9",
            ),
            id="reason",
        ),
        pytest.param(
            proposal("ada", "grace", drift={"test/accuracy": -0.02}),
            ("test/accuracy would move by -0.02, at most 0.01 at once is allowed",),
            id="absolute",
        ),
        pytest.param(
            proposal("ada", "grace", drift={"train/loss": 0.5}),
            (f"train/loss would move by +0.5 of its magnitude, {AT_MOST_5}",),
            id="relative",
        ),
        pytest.param(
            proposal("ada", "grace", drift={"test/new": math.nan}),
            ("test/new would move by +nan, at most 0.01 at once is allowed",),
            id="no number",
        ),
        pytest.param(
            proposal("eve", experiment="other.py::test"), (), id="another experiment"
        ),
        pytest.param(
            proposal("ada", "grace", reason="", is_first=True), (), id="first"
        ),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, asked: Proposal, lines: tuple[str, ...]
) -> None:
    """One line for each thing, with what there is and what to add."""
    assert missing(rules(tmp_path, RULES), asked) == lines


def test_ci_may_not_accept_where_a_rule_speaks(tmp_path: Path) -> None:
    """A rule that says nothing of CI refuses it."""
    approvals = rules(tmp_path, '[[rule]]\nexperiments = ["*"]\napprovals = 0\n')

    (line,) = missing(approvals, proposal(is_ci=True))

    assert line.startswith("a CI job may not accept it")


RULE = '[[rule]]\nexperiments = ["*"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rules]]\n", "unknown key 'rules'; did you mean rule"),
        (
            f"{RULE}aprovals = 2\n",
            r"rule\]\] 1: unknown key 'aprovals'; did you mean app",
        ),
        (f"{RULE}frobnicate = 2\n", r"rule\]\] 1: unknown key 'frobnicate' \(known: "),
        ("[rule]\n", r"rule is a list of tables: write \[\[rule\]\]"),
        ("people = 3\n", r"people is a table: write \[people\]"),
        ("[[rule]]\n", r"rule\]\] 1: experiments is missing"),
        ('[[rule]]\nexperiments = "*"\n', "experiments is a list of "),
        ('[[rule]]\nexperiments = [""]\n', "experiments is a list of "),
        (f'{RULE}people = ["a", "a"]\n', "people is a list of different texts"),
        (f"{RULE}approvals = true\n", "approvals is a whole number from 0 to 20"),
        (f"{RULE}approvals = 21\n", "approvals is a whole number from 0 to 20"),
        (f"{RULE}approvals = 1.5\n", "approvals is a whole number from 0 to 20"),
        (f"{RULE}min_reason = 3\n", "min_reason is a whole number from 10 to 1000"),
        (f'{RULE}allow_ci = "no"\n', "allow_ci is true or false"),
        (f"{RULE}max_absolute = 3\n", "max_absolute is a table of numbers"),
        (f'{RULE}max_absolute = {{ m = "3" }}\n', "max_absolute of 'm' is a number"),
        (f"{RULE}max_relative = {{ m = nan }}\n", "is finite and not negative"),
        (f"{RULE}max_relative = {{ m = -1 }}\n", "is finite and not negative"),
        (f'{RULE}roles = ["owner"]\n', "nobody has the role 'owner'"),
        (
            f'{RULE}people = ["ada"]\napprovals = 2\n',
            "2 approvals are needed, and only 1 may approve",
        ),
        ("[[rule]\n", "reference_runs/approvals.toml: "),
        ("[people]\nada = []\nada = []\n", "reference_runs/approvals.toml: "),
    ],
)
def test_file_without_meaning_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    """A rule that is misspelt would be no rule."""
    with pytest.raises(PolicyError, match=message) as caught:
        rules(tmp_path, text)

    assert str(caught.value).startswith("reference_runs/approvals.toml")


def test_other_bytes_than_text_are_refused(tmp_path: Path) -> None:
    """The file is UTF-8, and not endless."""
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="can't decode"):
        read_approvals(tmp_path, shown="x")

    (tmp_path / FILE).write_bytes(b"#" * 300_000)
    with pytest.raises(PolicyError, match="over the limit"):
        read_approvals(tmp_path, shown="x")
