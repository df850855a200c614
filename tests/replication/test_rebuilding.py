"""The environment of a record is built from exact versions, and held against it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import LaunchError
from pytest_repro.provenance import packages
from pytest_repro.records import InstalledPackage, PackageKind, RunRecord
from pytest_repro.replication.rebuilding import (
    Departure,
    blueprint_of,
    compare_packages,
    dockerfile,
    names_in,
)
from tests.cli.samples import Facts, obtained_run

PYTHON = "3.12.1"


def run_of(*installed: InstalledPackage) -> RunRecord:
    """Record a run with packages."""
    facts = {"python.version": PYTHON, "package.six": "1.16.0"}
    run = obtained_run(Facts(facts=facts))
    determinism = {"threads": 1, "env.TZ": "UTC", "env.NVIDIA_TF32_OVERRIDE": None}
    identity = replace(run.identity, determinism=determinism)
    return replace(run, identity=identity, packages=installed)


def package(name: str, version: str = "1.0", **more: object) -> InstalledPackage:
    """Describe an installed package."""
    return InstalledPackage(name=name, version=version, **more)  # type: ignore[arg-type]  # fields by name


def install(folder: Path, name: str, version: str, data: str = "") -> None:
    """Leave what an installer leaves of a package."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text(f"{name}.py,sha256=abc{data},3\n")


def digest_in(folder: Path) -> Digest:
    """Return the digest of the only package of a folder."""
    (found,) = packages.collect_installed([str(folder)])
    return packages.digest_of_record(found)


def test_every_origin_has_its_requirement() -> None:
    """Exact versions, addresses with their commit; nothing is resolved."""
    made = blueprint_of(
        run_of(
            package("a", "2.13.0+cpu"),
            package("b", kind=PackageKind.ARCHIVE, url="https://example.org/b.whl"),
            package("c", kind=PackageKind.VCS, url="https://example.org/c.git@1a2b"),
        )
    )

    assert made.lines == (
        "a==2.13.0+cpu",
        "b @ https://example.org/b.whl",
        "c @ git+https://example.org/c.git@1a2b",
    )
    assert made.series == "3.12"


def test_what_nobody_can_fetch_is_told() -> None:
    """A folder of some machine is in no record, and this program brings itself."""
    made = blueprint_of(
        run_of(
            package("mine", kind=PackageKind.EDITABLE),
            package("pytest-repro", kind=PackageKind.EDITABLE),
            package("six"),
        )
    )

    assert made.lines == ("six==1.0",)
    assert made.lacking == (("mine", "installed from a folder of the machine"),)
    assert not made.has_own


@pytest.mark.parametrize(
    "found",
    [
        package("six", "1.0 --index-url=https://evil.example"),
        package("-r", "1.0"),
        package("six", kind=PackageKind.ARCHIVE, url='https://a/b"; import os'),
        package("six", kind=PackageKind.VCS, url="file /etc"),
    ],
)
def test_nothing_but_a_requirement_reaches_pip(found: InstalledPackage) -> None:
    """A record is what somebody sent: options of pip in it are none of ours."""
    made = blueprint_of(run_of(found))

    assert made.lines == ()
    assert len(made.lacking) == 1


def test_an_older_record_knows_what_was_in_use() -> None:
    """Its versions are taken from the facts, and extra packages are no difference."""
    made = blueprint_of(run_of())

    assert made.lines == ("six==1.16.0",)
    assert not made.is_whole


def test_a_record_that_knows_nothing_is_refused() -> None:
    """There is nothing to build from."""
    with pytest.raises(LaunchError, match="which packages or which Python"):
        blueprint_of(obtained_run(Facts(facts={})))


def test_the_same_files_do_not_differ(tmp_path: Path) -> None:
    """Names, versions, digests of the files, and Python are compared."""
    install(tmp_path, "six", "1.0")
    made = blueprint_of(run_of(package("six", record=digest_in(tmp_path))))

    assert compare_packages(made, [tmp_path], python=PYTHON) == ()


def test_other_files_of_the_same_version_differ(tmp_path: Path) -> None:
    """As where an index serves another build."""
    install(tmp_path, "six", "1.0", data="other")
    recorded = digest_of_bytes(b"six.py,sha256=abc,3")
    made = blueprint_of(run_of(package("six", record=recorded)))

    (found,) = compare_packages(made, [tmp_path], python=PYTHON)

    assert found.item == "six"
    assert found.obtained == f"1.0 {digest_in(tmp_path)}"
    assert found.recorded == f"1.0 {recorded}"


def test_whatever_else_differs_is_listed(tmp_path: Path) -> None:
    """Python, what is missing, what is there too much, and other versions."""
    install(tmp_path, "extra", "1.0")
    install(tmp_path, "six", "2.0")
    install(tmp_path, "pip", "1.0")
    made = blueprint_of(run_of(package("gone"), package("six")))

    assert compare_packages(made, [tmp_path], python="3.12.0") == (
        Departure(item="python", obtained="3.12.0", recorded=PYTHON),
        Departure(item="extra", obtained="1.0", recorded=""),
        Departure(item="gone", obtained="", recorded="1.0"),
        Departure(item="six", obtained="2.0", recorded="1.0"),
    )


def test_what_was_added_on_purpose_is_no_difference(tmp_path: Path) -> None:
    """As what this program needs today, and no program of then."""
    install(tmp_path, "six", "1.0")
    made = blueprint_of(run_of(package("six", record=digest_in(tmp_path))))
    before = names_in([tmp_path])
    install(tmp_path, "added", "1.0")

    apart = names_in([tmp_path]) - before

    assert apart == {"added"}
    assert compare_packages(made, [tmp_path], python=PYTHON, apart=apart) == ()


def test_the_dockerfile_is_a_function_of_the_record() -> None:
    """Version of Python, packages, and the variables that were set."""
    made = blueprint_of(run_of(package("mine", kind=PackageKind.LOCAL), package("six")))

    assert dockerfile(made, base="").decode() == (
        f"# {made.digest}\n"
        "# Written by pytest-repro env rebuild --image.\n"
        "FROM python:3.12.1-slim\n"
        "COPY requirements.txt /requirements.txt\n"
        "RUN python -m pip install --no-cache-dir --no-deps -r /requirements.txt\n"
        'ENV TZ="UTC"\n'
        f'LABEL org.pytest-repro.environment="{made.digest}"\n'
        "# not in the image: mine, installed from a folder of the machine\n"
    )


@pytest.mark.parametrize("name", ["A\nRUN evil #", "A B", "", "1", "A=b", "Ä"])
def test_a_variable_that_is_none_is_refused(name: str) -> None:
    """A stranger's record could give instructions to whoever builds its image."""
    run = run_of(package("six"))
    planted = replace(run.identity, determinism={f"env.{name}": "1"})

    with pytest.raises(LaunchError, match="variable that can be none") as caught:
        blueprint_of(replace(run, identity=planted))

    assert str(caught.value).count("\n") == 1


def test_a_package_that_is_none_stays_in_its_comment() -> None:
    """Its name is told, on that one line."""
    made = blueprint_of(run_of(package("evil\nRUN evil"), package("six")))

    lines = dockerfile(made, base="").decode().splitlines()

    assert [line for line in lines if line.startswith("RUN evil")] == []
    assert "# not in the image: evilRUN evil, " in "\n".join(lines)


def test_no_line_can_be_smuggled_into_a_dockerfile() -> None:
    """Neither by a variable of the record nor by the image to begin with."""
    run = run_of(package("six"))
    determinism = {"env.TZ": 'UTC"\nRUN $(evil)'}
    made = blueprint_of(
        replace(run, identity=replace(run.identity, determinism=determinism))
    )

    lines = dockerfile(made, base="").decode().splitlines()

    assert 'ENV TZ="UTC\\"RUN \\$(evil)"' in lines
    assert sum(line.startswith("RUN") for line in lines) == 1
    with pytest.raises(LaunchError, match="no name of an image"):
        dockerfile(made, base="a\nRUN evil")
