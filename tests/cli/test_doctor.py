"""`pytest-repro doctor`: plain words about this machine, and what to type."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.doctor import diagnose
from pytest_repro.provenance import Surroundings
from pytest_repro.provenance.endangers import RULES
from tests.cli.samples import golden

WELL = Surroundings(
    variables={"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
    cores=4,
    cores_online=4,
    instruction_set="avx2",
    versions={"numpy": "2.4.0", "python": "3.11.9", "torch": "2.13.0"},
    lock="uv.lock",
    code={"state": "known", "commit": "1a2b3c4d", "is_dirty": False},
    disk_free_bytes=50 * 2**30,
    memory_bytes=16 * 2**30,
)
ILL = replace(
    WELL,
    variables={},
    is_writable=False,
    code={"state": "known", "commit": "1a2b3c4d", "is_dirty": True},
)


@pytest.mark.parametrize(
    ("seen", "name", "status"), [(WELL, "doctor_well.txt", 0), (ILL, "doctor.txt", 1)]
)
def test_golden_diagnosis(seen: Surroundings, name: str, status: int) -> None:
    """The whole text for a machine that is well, and for one that is not."""
    answer = diagnose(seen)

    assert "\n".join(answer.lines) + "\n" == golden(name)
    assert answer.exit == status


def test_what_workers_pin_is_not_severe() -> None:
    """An ordinary shell sets neither hash seed nor threads, and still exits with 0."""
    answer = diagnose(replace(WELL, variables={}))

    assert answer.exit == 0
    assert any("PYTHONHASHSEED is not set" in line for line in answer.lines)


def test_diagnosis_is_80_columns() -> None:
    """Every danger there is can be read on a narrow terminal."""
    worst = replace(
        ILL,
        cores=2,
        has_gpu=True,
        torch_cuda="13.0",
        autocrlf="true",
        is_case_sensitive=False,
        lock="",
        disk_free_bytes=1,
        memory_bytes=1,
        versions={"numpy": "1.20.0", "torch": "1.13.0"},
        variables={
            "ATEN_CPU_CAPABILITY": "avx512",
            "LANG": "tr_TR",
            "OMP_SCHEDULE": "x",
        },
    )

    lines = diagnose(worst).lines

    assert max(map(len, lines)) <= 80
    assert sum("cure" in line for line in lines) > len(RULES) / 2


def test_this_machine_is_looked_at(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verb reports real facts, and its status says whether any is severe."""
    del project

    status = main(["doctor", "--json"])

    told = json.loads(capsys.readouterr().out)
    severe = [one for one in told["dangers"] if one["severity"] == "breaks"]
    assert status == told["exit"] == bool(severe)
    assert told["surroundings"]["cores"] >= 1
