"""The environment of a run: its key, its digest, its facts."""

import os
import re
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro import canonical, wire
from pytest_repro.provenance import collect_environment, torch_build
from pytest_repro.provenance.environment import (
    DECIDING,
    _digest,
    _framework,
    _instruction_set,
    _safe,
)
from pytest_repro.provenance.hardware import (
    Cpu,
    collect_container,
    collect_layers,
    instruction_set,
)
from pytest_repro.records import Environment
from tests.determinism.process import run_python

AXES = (("os", "linux"), ("framework", "torch2.13"))
KEY = """
import json, sys
{imports}
from pytest_repro.provenance import collect_environment
found = collect_environment()
print(json.dumps([found.key, sorted(set(sys.modules) & {{"numpy", "torch"}})]))
"""

LOWEST = """
import json, torch
from pytest_repro.provenance import collect_environment
found = collect_environment()
print(json.dumps({
    "axes": dict(found.axes),
    "facts": found.facts,
    "is_initialized": torch.cuda.is_initialized(),
}))
"""


@pytest.fixture(scope="module")
def lowest() -> dict[str, Any]:
    """Describe a process whose torch dispatches to the lowest instruction set."""
    variables = {**os.environ, "ATEN_CPU_CAPABILITY": "default"}
    found: dict[str, Any] = run_python(LOWEST, variables)
    return found


def test_key_joins_the_axes() -> None:
    """The key is what people read in a folder name: system down to framework."""
    found = collect_environment()

    names = [name for name, _ in found.axes]
    assert names == ["os", "arch", "isa", "accelerator", "framework"]
    assert found.key == "-".join(value for _, value in found.axes)
    assert re.fullmatch(r"[a-z0-9_.]+(-[a-z0-9_.]+){4}", found.key)


def test_instruction_set_is_torch_s_own() -> None:
    """The axis names what torch dispatches to, not what the CPU could do."""
    axes = dict(collect_environment().axes)

    assert axes["isa"] == torch.backends.cpu.get_cpu_capability().lower()


@pytest.mark.parametrize(
    ("imports", "framework", "imported"),
    [("", "none", []), ("import numpy", "numpy2", ["numpy"])],
)
def test_key_names_only_what_is_imported(
    imports: str, framework: str, imported: list[str]
) -> None:
    """Describing a run imports nothing, and without torch the key says so."""
    key, modules = run_python(KEY.format(imports=imports))

    assert key.rpartition("-")[2].startswith(framework)
    assert modules == imported


@pytest.mark.parametrize(
    ("capability", "variables", "expected"),
    [
        ("avx512", {}, "avx512"),
        ("avx2", {"ATEN_CPU_CAPABILITY": "default"}, "avx2"),
        ("default", {"ATEN_CPU_CAPABILITY": "default"}, "default"),
        (
            "default",
            {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"},
            "portable",
        ),
        (
            "avx2",
            {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"},
            "avx2",
        ),
        (
            None,
            {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"},
            "portable",
        ),
    ],
)
def test_portable_needs_both_variables_and_their_effect(
    capability: str | None,
    variables: dict[str, str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Variables that were set too late do not make a key portable."""
    for name in ("ATEN_CPU_CAPABILITY", "MKL_CBWR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    found = _instruction_set({"torch.capability": capability})

    assert found == expected


@pytest.mark.parametrize(
    ("features", "simd", "expected"),
    [
        ("avx512f avx512bw avx512dq avx512vl avx2 fma", "", "avx512"),
        ("avx512f avx2 fma", "", "avx2"),
        ("avx2", "", "default"),
        ("", "X86_V2 X86_V3 X86_V4", "avx512"),
        ("", "SSE42 AVX2 FMA3", "avx2"),
        ("", "", "default"),
    ],
)
def test_instruction_set_follows_the_features(
    features: str, simd: str, expected: str
) -> None:
    """Without torch, the level is that of all its conditions together."""
    cpu = Cpu(features=tuple(features.split()))

    assert instruction_set(cpu, simd) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"torch.version": "2.13.0+cu130", "numpy.version": "2.4.6"}, "torch2.13"),
        ({"numpy.version": "2.4.6"}, "numpy2.4"),
        ({"torch.version": "2.14.0a0+git12"}, "torch2.14"),
        ({}, "none"),
    ],
)
def test_framework_is_named_by_its_minor_version(
    facts: dict[str, str], expected: str
) -> None:
    """Patch releases and build names share references."""
    assert _framework(facts) == expected


@given(st.text(max_size=20))
def test_axis_is_safe_in_a_folder_name(value: str) -> None:
    """No value leaves its place in the key or climbs out of a folder."""
    assert re.fullmatch(r"[a-z0-9_.]+", _safe(value))


@pytest.mark.parametrize("name", [f"{start}x" for start in DECIDING])
def test_fact_that_can_change_bits_changes_the_digest(name: str) -> None:
    """Each kind of deciding fact is part of the digest, and so are the axes."""
    first = _digest(AXES, {name: "1"})

    assert first != _digest(AXES, {name: "2"})
    assert first != _digest((), {name: "1"})


@pytest.mark.parametrize(
    "name",
    ["container.kind", "lock.digest", "machine.cores", "os.system", "package.rich"],
)
def test_informing_fact_leaves_the_digest_alone(name: str) -> None:
    """Memory, cores, containers and lock files cannot change bits by themselves."""
    assert _digest(AXES, {name: "1"}) == _digest(AXES, {name: "2"})


def test_environment_repeats() -> None:
    """Looking twice sees the same, and survives a record."""
    first, second = collect_environment(), collect_environment()

    again = wire.from_json(Environment, wire.to_json(first))

    assert first == second
    assert (again.key, again.digest) == (first.key, first.digest)
    assert canonical.loads(canonical.dumps(first.facts)) == first.facts


def test_facts_are_plain_and_small() -> None:
    """Half of what a run.json may hold is left for everything else."""
    facts = collect_environment().facts

    assert all(isinstance(value, bool | int | str | None) for value in facts.values())
    assert list(facts) == sorted(facts)
    assert len(canonical.dumps(facts)) < 32 * 1024


def test_facts_describe_torch_and_numpy() -> None:
    """What people ask first about an environment is there."""
    facts = collect_environment().facts

    assert facts["torch.version"] == torch.__version__
    assert facts["package.torch"] == torch.__version__
    assert str(facts["numpy.simd"])
    assert str(facts["packages.used_digest"]).startswith("packages-record-sha256-v1:")


@pytest.mark.parametrize(
    ("device", "expected"), [("cpu", "cpu"), ("mps", "mps"), ("xpu:1", "xpu")]
)
def test_accelerator_is_the_device_that_was_used(device: str, expected: str) -> None:
    """Whoever knows the device can say it."""
    assert torch_build.accelerator(device) == expected


def test_unused_gpu_is_no_accelerator(lowest: dict[str, Any]) -> None:
    """A run that never touched CUDA belongs to the CPU, whatever the machine has."""
    assert lowest["axes"]["accelerator"] == "cpu"
    assert lowest["is_initialized"] is False


@pytest.mark.parametrize(
    ("properties", "hip", "expected"),
    [
        (SimpleNamespace(major=9, minor=0), None, "sm90"),
        (SimpleNamespace(major=12, minor=1), None, "sm121"),
        (SimpleNamespace(gcnArchName="gfx942:sramecc+:xnack-"), "6.4", "gfx942"),
    ],
)
def test_gpu_is_named_by_what_it_computes(
    properties: SimpleNamespace, hip: str | None, expected: str
) -> None:
    """CUDA and ROCm each name the architecture, without its switches."""
    assert torch_build.architecture(properties, hip) == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_used_gpu_is_named_by_its_architecture() -> None:
    """A run on a GPU has a key of its own, and says which GPU it was."""
    torch.zeros(1, device="cuda")
    major, minor = torch.cuda.get_device_capability()

    found = collect_environment()

    assert dict(found.axes)["accelerator"] == f"sm{major}{minor}"
    assert found.facts["gpu.0.name"] == torch.cuda.get_device_name(0)


@pytest.mark.parametrize(
    ("variables", "image"),
    [
        ({}, ""),
        ({"REPRO_CONTAINER_IMAGE": "sha256:" + "a" * 64}, "sha256:" + "a" * 64),
        ({"REPRO_CONTAINER_IMAGE": "registry.corp/secret:latest"}, ""),
    ],
)
def test_image_is_a_digest_or_nothing(variables: dict[str, Any], image: str) -> None:
    """Only a digest identifies an image; a name with a tag moves."""
    assert collect_container(variables)[1] == image


@pytest.mark.parametrize(
    ("stated", "layers"),
    [("sha256:" + "b" * 64, "sha256:" + "b" * 64), ("registry.corp/secret", "")],
)
def test_layers_are_a_digest_or_nothing(stated: str, layers: str) -> None:
    """They tell an image that was imported twice from another one."""
    assert collect_layers({"REPRO_CONTAINER_LAYERS": stated}) == layers


def test_orchestrator_is_told() -> None:
    """In a pod, the kind of container is the orchestrator's."""
    assert collect_container({"KUBERNETES_SERVICE_HOST": "10.0.0.1"})[0] == "kubernetes"


def test_build_digest_ignores_the_cpu(lowest: dict[str, Any]) -> None:
    """One build of torch has one digest on every machine."""
    here = torch_build.build_facts()

    assert lowest["facts"]["torch.config_digest"] == here["torch.config_digest"]
    assert lowest["facts"]["torch.capability"] == "default"
