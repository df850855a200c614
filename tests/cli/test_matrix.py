"""`pytest-repro matrix`: every two witnesses compared, nothing claimed beyond."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.cli import main
from pytest_repro.records import Job, Resources, RunRecord
from pytest_repro.references import experiment_folder, write_record
from tests.cli.samples import MLP, Facts, obtained_run, write_obtained, write_reference

OTHER_LOSSES = (2.25, 1.5, 1.125, 1.0000001)


def ran(
    root: Path, name: str, run: RunRecord, facts: Mapping[str, object] | None = None
) -> Path:
    """Leave a run as a session in a declared environment does; returns its record."""
    identity = replace(run.identity, determinism=dict(facts or {}))
    row = replace(run.anchor, resources=Resources(wall_s=1 + len(name) / 7))
    record = replace(run, identity=identity, seeds=(row,))
    runs = root / ".repro" / "environments" / name / "runs"
    folder = runs / experiment_folder(run.identity.experiment) / "seed-0" / "record"
    folder.parent.mkdir(parents=True)
    write_record(folder, record)
    return folder


def furnish(root: Path) -> None:
    """Leave a reference and runs in three environments, of which one has other bits."""
    write_reference(root, obtained_run(Facts()))
    ran(root, "plain", obtained_run(Facts()), {"torch.threads": 1})
    ran(root, "threads", obtained_run(Facts()), {"torch.threads": 2})
    other = obtained_run(Facts(losses=OTHER_LOSSES))
    ran(root, "compatible", other, {"torch.threads": 1, "env.MKL_CBWR": "COMPATIBLE"})


def test_the_axis_that_separates_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two environments differ in nothing but the branch of MKL, and in bits."""
    furnish(project)

    status = main(["matrix"])

    told = capsys.readouterr().out
    assert status == 0
    assert "separated by MKL branch: absent (A), COMPATIBLE (B)" in " ".join(
        told.split()
    )
    assert "compatible and plain" in told


def test_a_run_far_from_all_others_is_told_apart(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The branch of MKL stays proven; what may separate the far run is listed."""
    furnish(project)
    ran(project, "elsewhere", obtained_run(Facts()), {"env.TZ": "EST"})
    far = obtained_run(Facts(losses=(2.25, 1.5, 1.125, 1.0000002)))
    ran(project, "far", far, {"env.TZ": "UTC", "env.GLIBC_TUNABLES": "x"})

    main(["matrix"])

    told = " ".join(capsys.readouterr().out.split())
    assert "compatible and plain differ in nothing else recorded" in told
    assert (
        "runs of A and C agree in all of that, and any of these may separate them:"
        " libm kernels, time zone" in told
    )
    assert "to tell, run an environment between elsewhere and far" in told


def test_few_runs_explain_under_a_proviso(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One odd run of four: any of them would be explained if it did not repeat."""
    furnish(project)

    main(["matrix"])

    told = " ".join(capsys.readouterr().out.split())
    assert "-> if each run repeats its bits; else luck: groups at random" in told


def leave_job(record: Path, variables: Mapping[str, str]) -> None:
    """Leave the job of a run beside its record."""
    job = Job(experiment=MLP, seed=0, root="", folder="", variables=variables)
    (record.parent / "job.json").write_bytes(wire.write(job))


def test_a_variable_that_no_record_has_separates(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an environment declares is told, though a record keeps no such variable."""
    leave_job(ran(project, "plain", obtained_run(Facts())), {})
    shifted = obtained_run(Facts(losses=OTHER_LOSSES))
    leave_job(ran(project, "shifted", shifted), {"SHIFT": "1"})

    main(["matrix"])

    told = " ".join(capsys.readouterr().out.split())
    assert "separated by variable SHIFT: absent (A), 1 (B)" in told


def test_lines_fit_a_narrow_terminal_with_eight_environments(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eighty columns, whatever there is to say."""
    furnish(project)
    for number in range(8):
        ran(project, f"more-{'x' * number}", obtained_run(Facts()))

    main(["matrix", "--all"])

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("1  2  3  4  5  6  7  8  9 10 11 12" in line for line in lines)


def test_equal_records_give_equal_bytes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text, JSON and Markdown, twice."""
    furnish(project)

    first = [main(["matrix", "--json", "--markdown=one.md"]), capsys.readouterr().out]
    again = [main(["matrix", "--json", "--markdown=two.md"]), capsys.readouterr().out]

    assert first == again
    assert (project / "one.md").read_bytes() == (project / "two.md").read_bytes()


def test_json_has_every_comparison(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six of four witnesses, each with its rung."""
    furnish(project)

    main(["matrix", "--json"])

    (square,) = json.loads(capsys.readouterr().out)["experiments"]
    rungs = [one["verdict"]["rung"] for one in square["comparisons"]]
    assert [one["group"] for one in square["runs"]] == ["A", "B", "A", "A"]
    assert (rungs.count("IDENTICAL"), len(rungs)) == (3, 6)


def test_the_same_bits_everywhere_hold(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One group, and no table where there is nothing to tell."""
    ran(project, "plain", obtained_run(Facts()))
    ran(project, "threads", obtained_run(Facts()), {"torch.threads": 2})

    status = main(["matrix"])

    assert status == 0
    assert MLP not in capsys.readouterr().out


def test_a_divergence_anywhere_decides_the_status(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The planted fault: one environment is outside the declared tolerance."""
    furnish(project)
    ran(project, "faulty", obtained_run(Facts(accuracy=0.5)))

    status = main(["matrix"])

    assert status == 1
    assert "DIVERGED" in capsys.readouterr().out


def test_nothing_to_compare_says_what_to_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One witness is none."""
    ran(project, "plain", obtained_run(Facts()))

    status = main(["matrix"])

    assert status == 5
    assert "--repro-env all" in capsys.readouterr().err


def test_a_damaged_record_is_told_and_hides_no_other(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its file is named, and the others are compared."""
    furnish(project)
    folder = ran(project, "broken", obtained_run(Facts()))
    (folder / "trace.tsv").write_text("nonsense\n")

    status = main(["matrix", "--markdown", "matrix.md"])

    captured = capsys.readouterr()
    assert status == 3
    assert "trace.tsv is not what was written" in captured.err
    assert "MKL branch" in captured.out


def test_the_run_that_was_recorded_counts_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The session that recorded a reference does not reproduce it."""
    run = obtained_run(Facts())
    write_reference(project, run)
    write_obtained(project, run)

    status = main(["matrix"])

    assert status == 5
    assert "no experiment has two runs" in capsys.readouterr().err


def test_beginnings_and_replicas_bear_no_witness(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run under noise is no run of that environment."""
    furnish(project)
    record = ran(project, "noisy", obtained_run(Facts(losses=OTHER_LOSSES)))
    shutil.move(record.parent, record.parent.with_name("seed-0-replica-1"))

    main(["matrix", "--json"])

    columns = json.loads(capsys.readouterr().out)["witnesses"]
    assert "noisy" not in [one["name"] for one in columns]


def test_the_dashboard_shows_it_and_escapes_every_name(project: Path) -> None:
    """A section of the page, with what separates the groups; twice the same bytes."""
    furnish(project)
    hostile = "experiments/test_x.py::test[<script>alert(1)</script>]"
    ran(project, "evil", obtained_run(Facts(experiment=hostile)))

    main(["dashboard"])
    first = (project / ".repro" / "dashboard" / "index.html").read_bytes()
    main(["dashboard"])

    assert b"Who reproduces whom" in first
    assert b"separated by MKL branch" in first
    assert b"<script>alert" not in first
    assert (project / ".repro" / "dashboard" / "index.html").read_bytes() == first


def test_a_name_cannot_act_in_markdown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an experiment is called is text, in every rendering."""
    hostile = "experiments/test_x.py::test[<script>alert(1)</script>|@all]"
    for name in ("one", "other"):
        ran(project, name * 2, obtained_run(Facts(experiment=hostile)))

    main(["matrix", "--all", "--markdown=it.md"])

    text = (project / "it.md").read_text()
    assert "<script>" not in text
    assert "@all" not in text
    assert capsys.readouterr().out
