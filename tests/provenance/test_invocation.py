"""A command line and a CI run are kept by allow-list, and cleaned."""

from pathlib import Path

import pytest

from pytest_repro.provenance import Scrubber, clean_command, collect_ci
from pytest_repro.provenance.secrecy import HIDDEN

ROOT = Path("/home/alice/project")
SECRETS = Scrubber({"HF_TOKEN": "hf-0123456789"})


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--repro", "-k", "a and b"], ["--repro", "-k", "a and b"]),
        (["--api-key=x"], [f"--api-key={HIDDEN}"]),
        (["--api-key", "x", "y"], ["--api-key", HIDDEN, "y"]),
        (["PASSWORD=x"], [f"PASSWORD={HIDDEN}"]),
        (["--data=hf-0123456789"], ["--data=[HF_TOKEN]"]),
        (["--index=https://a:b@h/x?k=1"], ["--index=https://h/x?k=1"]),
        (["/home/alice/project/a.py::t"], ["a.py::t"]),
        (["--basetemp=/home/alice/tmp/x"], ["--basetemp=…/x"]),
        (["../other/b.py"], ["…/b.py"]),
        (["~/c.py"], ["…/c.py"]),
        (["a/../b.py::t[1]"], ["b.py::t[1]"]),
        (["-p", "no:cacheprovider"], ["-p", "no:cacheprovider"]),
        (["lr=0.1"], ["lr=0.1"]),
    ],
)
def test_command_is_cleaned(words: list[str], expected: list[str]) -> None:
    """Secrets go, places become relative or a name, the rest stays."""
    assert clean_command(words, ROOT, SECRETS) == tuple(expected)


def test_ci_run_is_described() -> None:
    """Who pushed, and every token, stay out."""
    found = collect_ci(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKFLOW": "nightly",
            "GITHUB_RUN_ID": "17",
            "GITHUB_ACTOR": "alice",
            "GITHUB_TOKEN": "ghs_x",
            "ImageOS": "ubuntu24",
        }
    )

    assert found == {
        "provider": "github",
        "workflow": "nightly",
        "run": "17",
        "image": "ubuntu24",
    }


def test_odd_value_is_left_out() -> None:
    """What is no plain line is not kept."""
    odd = "https://x:secret@h\n"

    assert collect_ci({"GITLAB_CI": "1", "CI_JOB_NAME": odd}) == {"provider": "gitlab"}


def test_there_is_nothing_to_say_at_home() -> None:
    """Variables of a service count only together with its sign."""
    assert collect_ci({"GITHUB_RUN_ID": "17"}) == {}
