"""`pytest-repro import`: a stranger's records, whole and once, or not at all."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Resources, RunRecord
from pytest_repro.references import ReferenceStore, write_record
from tests.cli.samples import MLP, Facts, obtained_run, write_reference

PARTY = "--party=lab.example"
Capture = pytest.CaptureFixture[str]


def timed(run: RunRecord, wall_s: float) -> RunRecord:
    """Give a run times of its own."""
    row = replace(run.anchor, resources=Resources(wall_s=wall_s))
    return replace(run, seeds=(row,))


def theirs(folder: Path, *, wall_s: float = 2.71828) -> Path:
    """Make what another party has: the same bits, at its own times."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_record(folder, timed(obtained_run(Facts()), wall_s))
    return folder


def packed(folder: Path, archive: Path) -> Path:
    """Pack a record as somebody would by hand."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for one in sorted(folder.iterdir()):
            file.write(one, f"lab/seed-0/record/{one.name}")
    return archive


def rewrite(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file and write sums that agree with it, as a forger would."""
    (folder / name).write_text(change((folder / name).read_text()))
    files = sorted(one for one in folder.iterdir() if one.name != "SHA256SUMS")
    (folder / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n"
            for one in files
        )
    )


def kept(project: Path) -> list[str]:
    """List the files that were kept."""
    return sorted(one.name for one in (project / ".repro").rglob("run.json"))


def test_a_folder_is_kept_and_replicates(project: Path, capsys: Capture) -> None:
    """The matrix counts its party, and says that nobody checked the name."""
    write_reference(project, obtained_run(Facts()))

    status = main(["import", str(theirs(project / "from-lab")), PARTY])
    told = capsys.readouterr().out
    matrix = main(["matrix", "--all"])

    assert (status, matrix) == (0, 0)
    assert "self-asserted" in told
    assert "replicated by 1 party, self-asserted: lab.example" in " ".join(
        capsys.readouterr().out.split()
    )


def test_an_archive_is_read_without_unpacking(project: Path, capsys: Capture) -> None:
    """Wherever in it the record lies."""
    archive = packed(theirs(project / "from-lab"), project / "lab.zip")

    status = main(["import", str(archive), PARTY, "--json"])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert [one["experiment"] for one in found["records"]] == [MLP]
    assert not (project / "lab").exists()


def test_a_record_of_a_long_name_is_told(project: Path, capsys: Capture) -> None:
    """A name that fills a line stands on a line of its own."""
    name = f"test_grid.py::test_grid[{'width-' * 20}]"
    run = timed(obtained_run(Facts()), 3.5)
    named = replace(run, identity=replace(run.identity, experiment=name))
    write_record(project / "from-lab", named)

    assert main(["import", "from-lab", PARTY]) == 0
    assert f"  {name}\n" in capsys.readouterr().out


def test_a_whole_reference_store_is_read(project: Path) -> None:
    """What a party publishes is as a rule its references."""
    store = ReferenceStore(project / "lab" / "reference_runs")
    store.write(timed(obtained_run(Facts()), 3.25))

    assert main(["import", "lab", PARTY]) == 0
    assert len(kept(project)) == 1


def test_the_same_record_twice_counts_once(project: Path, capsys: Capture) -> None:
    """From a folder, and packed: it is one replication."""
    folder = theirs(project / "from-lab")
    main(["import", str(folder), PARTY])

    status = main(["import", str(packed(folder, project / "lab.zip")), PARTY])

    assert status == 0
    assert "counts once" in capsys.readouterr().out
    assert len(kept(project)) == 1


def test_one_record_under_two_names_counts_once(project: Path, capsys: Capture) -> None:
    """A second name makes no second replication."""
    write_reference(project, obtained_run(Facts()))
    folder = theirs(project / "from-lab")
    main(["import", str(folder), PARTY])

    status = main(["import", str(folder), "--party=twin"])
    main(["matrix", "--all"])

    told = " ".join(capsys.readouterr().out.split())
    assert status == 4
    assert "replicated by 1 party" in told


def test_our_own_record_is_flagged_as_a_copy(project: Path, capsys: Capture) -> None:
    """The same bits are a replication; the same times to the last digit are a copy."""
    folder = write_reference(project, obtained_run(Facts()))

    status = main(["import", str(folder), PARTY])

    assert status == 4
    assert "the very run of" in " ".join(capsys.readouterr().out.split())


def test_a_copy_with_other_facts_is_flagged(project: Path, capsys: Capture) -> None:
    """To edit the machine's name does not make it another run."""
    write_reference(project, obtained_run(Facts()))
    run = obtained_run(Facts(facts={"cpu.model": "another"}))
    write_record(project / "forged", run)

    assert main(["import", "forged", PARTY]) == 4
    assert "the very run of" in " ".join(capsys.readouterr().out.split())


def test_a_tampered_record_is_refused_with_what_differs(
    project: Path, capsys: Capture
) -> None:
    """Both digests of the file stand in the message, and nothing is kept."""
    folder = theirs(project / "from-lab")
    path = folder / "seeds.tsv"
    path.write_text(path.read_text().replace("0.90625", "0.99999"))

    status = main(["import", str(folder), PARTY])

    told = capsys.readouterr().err
    assert status == 3
    assert "seeds.tsv is not what was written" in told
    assert "obtained   sha256:" in told
    assert kept(project) == []


def test_a_forged_trace_with_new_sums_is_refused(
    project: Path, capsys: Capture
) -> None:
    """The digest of the path is computed anew from its points."""
    folder = theirs(project / "from-lab")
    rewrite(
        folder,
        "trace.tsv",
        lambda text: text.replace("1.125", "1.25").replace("3ff2", "3ff4"),
    )

    status = main(["import", str(folder), PARTY])

    assert status == 3
    assert "train/loss as traced is not what its digest says" in capsys.readouterr().err


def test_one_bad_record_refuses_all(project: Path) -> None:
    """A party's folder is taken whole, or not at all."""
    theirs(project / "lab" / "one")
    bad = theirs(project / "lab" / "two", wall_s=4.5)
    (bad / "state.tsv").unlink()

    assert main(["import", "lab", PARTY]) == 3
    assert kept(project) == []


def test_a_link_is_not_followed(project: Path) -> None:
    """What lies outside is not taken for theirs."""
    outside = theirs(project / "outside")
    (project / "lab").mkdir()
    (project / "lab" / "inside").symlink_to(outside)

    assert main(["import", "lab", PARTY]) == 3


def test_an_archive_with_a_link_is_refused(project: Path, capsys: Capture) -> None:
    """The hardened reader of candidates reads this, too."""
    archive = packed(theirs(project / "from-lab"), project / "lab.zip")
    entry = zipfile.ZipInfo("lab/link")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(entry, "/etc")

    assert main(["import", str(archive), PARTY]) == 3
    assert "is a link" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "..", "A Lab", "lab/other", ".hidden", "x" * 41])
def test_a_party_has_a_plain_name(project: Path, name: str) -> None:
    """It becomes a folder's."""
    theirs(project / "from-lab")

    assert main(["import", "from-lab", f"--party={name}"]) == 64


def test_nothing_in_it_is_said(project: Path, capsys: Capture) -> None:
    """An empty folder is no replication."""
    (project / "empty").mkdir()

    assert main(["import", "empty", PARTY]) == 5
    assert "no record in empty" in capsys.readouterr().err
