"""Reading the files in which the kernel describes the machine."""

from pathlib import Path

import pytest

from pytest_repro.provenance.hardware import (
    Cpu,
    architecture,
    collect_cores,
    collect_cpu,
    collect_driver,
    instruction_set,
)

INTEL = """\
processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Platinum 8480+
stepping\t: 8
flags\t\t: fpu sse sse2 avx2 fma avx512f avx512bw avx512dq avx512vl smep amx_tile

processor\t: 1
vendor_id\t: SomebodyElse
"""
ARM = """\
processor\t: 0
Features\t: fp asimd sve2 bf16 i8mm cpuid
CPU implementer\t: 0x41
CPU part\t: 0xd4f
"""
DRIVER = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue Sep 23\n"


@pytest.mark.parametrize(
    ("text", "expected", "level"),
    [
        (
            INTEL,
            Cpu(
                vendor="GenuineIntel",
                model="Intel(R) Xeon(R) Platinum 8480+",
                family="6.143.8",
                features=(
                    "amx_tile",
                    "avx2",
                    "avx512bw",
                    "avx512dq",
                    "avx512f",
                    "avx512vl",
                    "fma",
                    "sse",
                    "sse2",
                ),
            ),
            "avx512",
        ),
        (
            ARM,
            Cpu(
                vendor="0x41", model="0xd4f", features=("asimd", "bf16", "i8mm", "sve2")
            ),
            "default",
        ),
    ],
    ids=["intel", "arm"],
)
def test_first_processor_is_read(
    tmp_path: Path, text: str, expected: Cpu, level: str
) -> None:
    """Both forms of cpuinfo give vendor, model and the features that kernels need."""
    path = tmp_path / "cpuinfo"
    path.write_text(text, encoding="utf-8")

    found = collect_cpu(path)

    assert found == expected
    assert instruction_set(found) == level


def test_system_without_cpuinfo_has_a_cpu(tmp_path: Path) -> None:
    """Where the kernel writes no such file, little is known and nothing fails."""
    assert collect_cpu(tmp_path / "nowhere").features == ()


def test_driver_is_found_by_its_version(tmp_path: Path) -> None:
    """The version is read from the driver's own line; no driver has none."""
    path = tmp_path / "version"
    path.write_text(DRIVER, encoding="utf-8")

    assert collect_driver(path) == "580.95.05"
    assert collect_driver(tmp_path / "nowhere") == ""


def test_this_machine_is_read() -> None:
    """Whatever runs this test has an architecture and a processor."""
    assert architecture() in {"x86_64", "aarch64"}
    assert collect_cores() >= 1
