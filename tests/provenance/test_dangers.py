"""What endangers reproducibility, judged from facts alone."""

from dataclasses import replace
from typing import Any

import pytest

from pytest_repro.provenance import Severity, Surroundings, find_dangers
from pytest_repro.provenance.code import KNOWN
from pytest_repro.provenance.endangers import RULES

SAFE = Surroundings(
    variables={"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
    versions={"torch": "2.13.0+cpu", "numpy": "2.4.6", "python": "3.11.7"},
    lock="uv.lock",
)
PINNED = dict(SAFE.variables)
GPU = {"torch_cuda": "13.0", "has_gpu": True}
BREAKS, CHANGES, OBSCURES = Severity

CASES: list[tuple[dict[str, Any], str, Severity]] = [
    ({"variables": PINNED | {"ATEN_CPU_CAPABILITY": "avx512"}}, "avx512", BREAKS),
    ({"variables": PINNED | {"OPENBLAS_CORETYPE": "SkylakeX"}}, "avx512", BREAKS),
    ({"disk_free_bytes": 10**8}, "0.1 GiB of disk", BREAKS),
    ({"memory_bytes": 10**8}, "0.1 GiB of memory", BREAKS),
    ({"is_writable": False}, "cannot be written", BREAKS),
    ({"is_case_sensitive": False}, "upper from lower", BREAKS),
    ({"autocrlf": "true"}, "CRLF", CHANGES),
    ({"variables": PINNED | {"OMP_NUM_THREADS": "4"}}, "4 threads", CHANGES),
    (
        {"variables": {"PYTHONHASHSEED": "0"}, "cores": 1, "cores_online": 8},
        "1 of 8 processors",
        CHANGES,
    ),
    ({"variables": PINNED | {"OMP_DYNAMIC": "TRUE"}}, "OMP_DYNAMIC", CHANGES),
    ({"variables": PINNED | {"OMP_SCHEDULE": "dynamic"}}, "OMP_SCHEDULE", CHANGES),
    ({"variables": {"OMP_NUM_THREADS": "1"}}, "PYTHONHASHSEED", CHANGES),
    (
        {"variables": PINNED | {"PYTHONHASHSEED": "random"}},
        "PYTHONHASHSEED",
        CHANGES,
    ),
    (
        {"variables": PINNED | {"NVIDIA_TF32_OVERRIDE": "0"}, **GPU},
        "CUBLAS_WORKSPACE_CONFIG",
        CHANGES,
    ),
    (
        {"variables": PINNED | {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}, **GPU},
        "TF32",
        CHANGES,
    ),
    ({"versions": {"torch": "2.5.1"}}, "torch 2.5.1 is older", CHANGES),
    ({"versions": {"numpy": "1.25.0"}}, "numpy 1.25.0 is older", CHANGES),
    ({"edited": ("torch/nn.py",)}, "packages were edited: 1", CHANGES),
    ({"torch_cuda": "13.0"}, "without an NVIDIA driver", OBSCURES),
    ({"lock": ""}, "no file pins", OBSCURES),
    ({"lock": "requirements.txt", "unpinned": 3}, "3 lines of requirements", OBSCURES),
    ({"code": {"state": "git is not installed"}}, "git is not installed", OBSCURES),
    ({"code": {"state": KNOWN, "is_dirty": True}}, "not committed", OBSCURES),
    ({"code": {"state": KNOWN, "is_shallow": True}}, "shallow", OBSCURES),
    ({"variables": PINNED | {"LANG": "de_DE.UTF-8"}}, "de_DE.UTF-8", OBSCURES),
    ({"variables": PINNED | {"TZ": "Asia/Tokyo"}}, "Asia/Tokyo", OBSCURES),
]


def test_safe_surroundings_have_no_danger() -> None:
    """A doctor that always finds something is not asked again."""
    assert find_dangers(SAFE) == ()


@pytest.mark.parametrize(("facts", "words", "severity"), CASES)
def test_danger_is_found_alone(
    facts: dict[str, Any], words: str, severity: Severity
) -> None:
    """Each planted fact gives exactly its own danger, with its severity."""
    found = find_dangers(replace(SAFE, **facts))

    assert [(words in danger.what, danger.severity) for danger in found] == [
        (True, severity)
    ]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_case(rule: Any) -> None:  # noqa: ANN401  # one of many functions
    """A rule that no case here triggers would be a rule that nobody has seen work."""
    assert any(rule(replace(SAFE, **facts)) for facts, _, _ in CASES)


@pytest.mark.parametrize(
    "facts",
    [
        {"variables": PINNED | {"ATEN_CPU_CAPABILITY": "avx2"}},
        {"variables": PINNED | {"OPENBLAS_CORETYPE": "Nehalem"}},
        {"variables": PINNED | {"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}},
        {"variables": PINNED, "cores": 1, "cores_online": 8},
        {"autocrlf": "input"},
        {"versions": {"torch": "3.0.0"}},
    ],
)
def test_harmless_fact_is_no_danger(facts: dict[str, Any]) -> None:
    """What only looks like a danger is left alone."""
    assert find_dangers(replace(SAFE, instruction_set="avx2", **facts)) == ()


def test_worst_comes_first() -> None:
    """People read the first line."""
    found = find_dangers(Surroundings(is_writable=False, cores=4, cores_online=4))

    order = list(Severity)
    ranks = [order.index(danger.severity) for danger in found]
    assert ranks == sorted(ranks)
    assert found[0].severity is BREAKS


@pytest.mark.parametrize(("facts", "words", "severity"), CASES)
def test_danger_says_what_why_and_what_to_do(
    facts: dict[str, Any], words: str, severity: Severity
) -> None:
    """Texts follow the style of messages: one line each, no full stop, a remedy."""
    (danger,) = find_dangers(replace(SAFE, **facts))

    texts = (danger.what, danger.why, danger.remedy)
    assert all(text and "\n" not in text and text[-1] != "." for text in texts)
    assert words in danger.what
    assert danger.severity is severity
