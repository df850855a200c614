"""How a session was called, and by which CI service: by allow-list, and cleaned.

Command lines hold passwords, home folders and the names of people. Values of options
that look secret go, addresses lose their user, paths below the root are written from
it, and of any other absolute path only its last name stays.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pytest_repro.provenance.secrecy import HIDDEN, Scrubber, looks_secret

__all__ = ["clean_command", "collect_ci"]

_PROVIDERS: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    (
        "GITHUB_ACTIONS",
        "github",
        {
            "workflow": "GITHUB_WORKFLOW",
            "job": "GITHUB_JOB",
            "run": "GITHUB_RUN_ID",
            "attempt": "GITHUB_RUN_ATTEMPT",
            "image": "ImageOS",
            "image_version": "ImageVersion",
        },
    ),
    (
        "GITLAB_CI",
        "gitlab",
        {
            "workflow": "CI_PIPELINE_NAME",
            "job": "CI_JOB_NAME",
            "run": "CI_PIPELINE_ID",
            "attempt": "CI_JOB_ID",
        },
    ),
    (
        "TF_BUILD",
        "azure",
        {
            "workflow": "BUILD_DEFINITIONNAME",
            "run": "BUILD_BUILDID",
            "image": "ImageOS",
            "image_version": "ImageVersion",
        },
    ),
    (
        "BUILDKITE",
        "buildkite",
        {"workflow": "BUILDKITE_PIPELINE_SLUG", "run": "BUILDKITE_BUILD_NUMBER"},
    ),
    ("CIRCLECI", "circleci", {"job": "CIRCLE_JOB", "run": "CIRCLE_BUILD_NUM"}),
    ("JENKINS_URL", "jenkins", {"job": "JOB_NAME", "run": "BUILD_NUMBER"}),
)
"""What tells a service, its name, and the variables that are read; no other is."""

_PLAIN: Final = re.compile(r"[\w .,:+()/#-]{1,120}")
_OPTION: Final = re.compile(r"(?P<name>-{0,2}[A-Za-z][\w.-]*)=(?P<value>.*)", re.DOTALL)


def collect_ci(variables: Mapping[str, str]) -> dict[str, str]:
    """Describe the run of a CI service.

    Args:
        variables: The environment variables.

    Returns:
        Provider, workflow, job, run and image, as far as they are known and plain;
        nothing elsewhere.
    """
    for sign, provider, named in _PROVIDERS:
        if variables.get(sign):
            read = {name: variables.get(variable) for name, variable in named.items()}
            known = {k: v for k, v in read.items() if v and _PLAIN.fullmatch(v)}
            return {"provider": provider, **known}
    return {}


def clean_command(
    words: Iterable[str], root: Path, scrubber: Scrubber
) -> tuple[str, ...]:
    """Write a command line without secrets and places.

    Args:
        words: The words, without the program.
        root: The root of the project.
        scrubber: Knows the secrets of this process.

    Returns:
        As many words.
    """
    cleaned: list[str] = []
    hides_next = False
    for word in words:
        cleaned.append(HIDDEN if hides_next else _clean(word, root, scrubber))
        is_option = word.startswith("-") and "=" not in word
        hides_next = is_option and looks_secret(word.lstrip("-"))
    return tuple(cleaned)


def _clean(word: str, root: Path, scrubber: Scrubber) -> str:
    option = _OPTION.fullmatch(word)
    if option is None:
        return scrubber.scrub(_place(word, root))
    if looks_secret(option["name"].lstrip("-")):
        return f"{option['name']}={HIDDEN}"
    return f"{option['name']}={scrubber.scrub(_place(option['value'], root))}"


def _place(text: str, root: Path) -> str:
    """Write a path from the root; of one that lies elsewhere keep the last name."""
    path, separator, rest = text.partition("::")
    is_elsewhere = path.startswith(("/", "~")) or ".." in path.split("/")
    if "://" in path or not is_elsewhere:
        return text
    place = Path(os.path.normpath(root / path))  # links stay as they are written
    for top in (root, root.resolve()):
        if place.is_relative_to(top) and not path.startswith("~"):
            return f"{place.relative_to(top).as_posix()}{separator}{rest}"
    return f"…/{place.name}{separator}{rest}"
