"""`pytest-repro catalogue`: components as a page, those of other packages too."""

from pathlib import Path

import pytest

from pytest_repro.cli import main

PARTS = '''\
from dataclasses import dataclass

from pytest_repro import Component


class {name}(Component, kind="offered"):
    """One of somebody else."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Nothing to set."""
'''
SECTIONS = """
    Rationale: a
    Trade-offs: b
    Use when: c
    Fails when: d
    """


def install(folder: Path, name: str, source: str) -> None:
    """Install a distribution that offers one module of components."""
    (folder / f"{name}.py").write_text(source)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\n")
    (info / "entry_points.txt").write_text(
        f"[pytest_repro.components]\n{name} = {name}\n"
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.mark.usefixtures("project")
def test_what_an_installed_package_offers_is_listed(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside what is shipped."""
    install(site, "offering_parts", PARTS.format(name="Offered"))

    status = main(["catalogue"])

    shown = capsys.readouterr()
    assert (status, shown.err) == (0, "")
    assert "### `offered/Offered@1`" in shown.out
    assert "### `optim/AdamW@1`" in shown.out


@pytest.mark.usefixtures("project")
def test_one_package_that_cannot_be_loaded_stops_nothing(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told by its name, with what its import raised."""
    install(site, "broken_parts", "raise RuntimeError('no licence')")

    status = main(["catalogue"])

    shown = capsys.readouterr()
    assert status == 0
    assert "### `optim/AdamW@1`" in shown.out
    assert "entry point broken_parts cannot be loaded: RuntimeError: no licence" in (
        shown.err
    )


@pytest.mark.usefixtures("project")
def test_the_page_has_the_same_bytes_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of this process is on it."""
    main(["catalogue"])
    first = capsys.readouterr().out

    main(["catalogue"])

    assert capsys.readouterr().out == first
    assert " at 0x" not in first


@pytest.mark.usefixtures("project")
def test_lint_names_what_a_module_lacks(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each finding on a line, with the rule; the status says that there are some."""
    (site / "silent_parts.py").write_text(PARTS.format(name="Silent"))

    status = main(["catalogue", "--lint", "silent_parts"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert len(lines) == 4
    assert lines[0] == (
        "offered/Silent@1  Fails when: is missing: write 'Fails when: …' into the"
        " docstring [section]"
    )


@pytest.mark.usefixtures("project")
def test_lint_is_content_with_a_package_that_says_all(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Modules inside of a package are looked at, too."""
    source = PARTS.format(name="Full").replace("else.", "else.\n" + SECTIONS)
    (site / "full_parts").mkdir()
    (site / "full_parts" / "__init__.py").touch()
    (site / "full_parts" / "inner.py").write_text(source)

    status = main(["catalogue", "--lint", "full_parts"])

    assert status == 0
    assert "1 components, nothing is missing" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_a_module_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever named it gets no judgement."""
    status = main(["catalogue", "--lint", "absent_parts"])

    assert status == 2
    assert "absent_parts cannot be loaded: ModuleNotFoundError" in (
        capsys.readouterr().err
    )
