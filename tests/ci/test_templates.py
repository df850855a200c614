"""The workflow templates: harmless as they are, and each check can fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.linting import PLACEHOLDER, github_problems, gitlab_problems

TEMPLATES = Path(__file__).parents[2] / "ci" / "templates"


def github() -> str:
    """Read the template for GitHub."""
    return (TEMPLATES / "github-nightly.yml").read_text()


def gitlab() -> str:
    """Read the template for GitLab."""
    return (TEMPLATES / "gitlab-nightly.yml").read_text()


def parsed(text: str) -> Mapping[Any, Any]:
    """Read YAML, as plain values only."""
    found = yaml.safe_load(text)
    assert isinstance(found, Mapping)
    return found


def test_the_template_for_github_is_clean() -> None:
    """No secret, nothing to write, no trigger by strangers, every pin a commit."""
    assert github_problems(parsed(github())) == []


def test_the_template_for_gitlab_is_clean() -> None:
    """A schedule alone, and an image by digest."""
    assert gitlab_problems(parsed(gitlab())) == []


@pytest.mark.parametrize("text", [github(), gitlab()], ids=["github", "gitlab"])
def test_pins_are_placeholders_that_fail(text: str) -> None:
    """Nobody can vouch here for a commit of somebody else's action."""
    assert PLACEHOLDER.search(text)


@pytest.mark.parametrize("text", [github(), gitlab()], ids=["github", "gitlab"])
def test_they_run_the_declared_environments_and_keep_the_matrix(text: str) -> None:
    """What the guide says that they do."""
    assert "--repro-env all" in text
    assert "pytest_repro matrix" in text
    assert ".repro/matrix.md" in text


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("permissions: {}", "permissions: write-all", "begin without permissions"),
        ("contents: read", "contents: write", "may write contents"),
        ("  workflow_dispatch:", "  pull_request_target:", "code of others"),
        ("@0000000000000000000000000000000000000000 # v6", "@v6", "no commit"),
        ("persist-credentials: false", "persist-credentials: true", "its token"),
        ("    timeout-minutes: 120\n", "", "no time limit"),
        ("mkdir -p .repro", "echo ${{ github.head_ref }}", "pasted into a shell"),
        ("retention-days: 30", "token: ${{ secrets.T }}", "uses a secret"),
    ],
)
def test_the_lint_finds_a_planted_fault_for_github(
    before: str, after: str, problem: str
) -> None:
    """Each check fails on what it is for."""
    assert before in github()

    found = github_problems(parsed(github().replace(before, after)))

    assert any(problem in one for one in found)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (f"@sha256:{'0' * 64}", "", "not pinned"),
        ('== "schedule"', '== "merge_request_event"', "more than a schedule"),
    ],
)
def test_the_lint_finds_a_planted_fault_for_gitlab(
    before: str, after: str, problem: str
) -> None:
    """Each check fails on what it is for."""
    assert before in gitlab()

    found = gitlab_problems(parsed(gitlab().replace(before, after)))

    assert any(problem in one for one in found)
