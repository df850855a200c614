"""`pytest-repro show --provenance`: what went into a run, on one screen."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.provenance_lines import provenance_lines
from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    InstalledPackage,
    Invocation,
    RunRecord,
    SourceFile,
)
from tests.cli.samples import (
    Facts,
    golden,
    obtained_run,
    write_obtained,
    write_reference,
)

FACTS = {
    "container.kind": "docker",
    "cpu.model": "Some Processor",
    "edited.torch/nn/functional.py": digest_of_bytes(b"edited"),
    "lock.digest": digest_of_bytes(b"lock"),
    "lock.name": "uv.lock",
    "os.libc": "glibc 2.36",
    "os.system": "debian 12",
    "packages.used_digest": "packages-record-sha256-v1:0123456789abcdef0123",
    "python.implementation": "CPython",
    "python.version": "3.11.7",
    "torch.capability": "avx2",
    "torch.version": "2.13.0",
}
CODE = {
    "commit": "1a2b3c4d" * 5,
    "dirty_digest": "dirty-sha256-v1:0123456789abcdef0123",
    "is_dirty": True,
    "remote": "https://example.org/a/b.git",
    "source": "experiments/test_digits.py",
    "source_digest": digest_of_bytes(b"test"),
    "submodules": {"vendor/kernels": "5e6f7a8b" * 5, "vendor/gone": None},
}


def whole_run() -> RunRecord:
    """Make a run of which everything is known."""
    return replace(
        obtained_run(Facts(facts=FACTS, code=CODE)),
        packages=(
            InstalledPackage(name="numpy", version="2.4.0"),
            InstalledPackage(name="pip", version="26.1", is_used=False),
            InstalledPackage(name="torch", version="2.13.0"),
        ),
        sources=tuple(
            SourceFile(path=f"parts/m{n}.py", digest=digest_of_bytes(b"m"))
            for n in range(10)
        ),
        invocation=Invocation(
            command=("pytest", "--repro", "-k", "digits and not slow"),
            ci={"provider": "github", "run": "17"},
            energy_j=1234.5,
        ),
    )


def test_golden_provenance(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups in the order of questions, all texts of a group in one column."""
    write_reference(project, whole_run())

    status = main(["show", "--provenance", "mlp"])

    assert status == 0
    assert capsys.readouterr().out == golden("show_provenance.txt")


def test_record_of_before_says_what_it_knows() -> None:
    """Empty groups and unknown facts are left out."""
    older = obtained_run(Facts(facts={}))

    lines = provenance_lines(older, role="reference", folder="x")

    assert "packages" not in lines
    assert not any("None" in line for line in lines)


def test_folder_of_a_record_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any run has provenance, also one that nobody approved."""
    write_obtained(project, whole_run())
    folder = next(project.rglob("record"))

    status = main(["show", "--provenance", str(folder)])

    out = capsys.readouterr().out
    assert status == 0
    assert f"  record  {folder}" in out
    assert "EDITED" in out


def test_obtained_run_has_provenance_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the last session obtained."""
    write_reference(project, obtained_run(Facts()))
    write_obtained(project, whole_run())

    status = main(["show", "--provenance", "--obtained", "mlp"])

    assert status == 0
    assert "\ncost\n" in capsys.readouterr().out
