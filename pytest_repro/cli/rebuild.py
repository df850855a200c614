"""Build the environment of a record once more, and print what is not the same."""

import os
import shutil
import subprocess
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pytest_repro import __version__
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.lookup import choose_reference
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.cli.tables import fields, paragraph
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.interpreters import (
    find_python,
    install_besides,
    install_exactly,
    own_requirement,
)
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore, read_record
from pytest_repro.replication.rebuilding import (
    Blueprint,
    Departure,
    blueprint_of,
    compare_packages,
    dockerfile,
    names_in,
)

__all__ = ["rebuild"]

FOLDER: Final = "rebuilt"
REQUIREMENTS: Final = "requirements.txt"
DOCKERFILE: Final = "Dockerfile"
LIMIT_S: Final = 30.0

_ASK: Final = (
    "import platform, sysconfig; print(platform.python_version());"
    "print(sysconfig.get_path('purelib')); print(sysconfig.get_path('platlib'))"
)


def rebuild(arguments: Namespace, project: Project) -> Answer:
    """Build the environment of a record.

    Args:
        arguments: `name`, `into`, `image`, `base` and `key`.
        project: The folders.

    Returns:
        What was built, and how it differs from what the record says.

    Raises:
        ReproUsageError: If the words have no meaning together.
        RecordError: If the record cannot be read.
        LaunchError: If something cannot be built.
    """
    if arguments.name is None:
        msg = "name a record: pytest-repro env rebuild EXPERIMENT, or a folder of a run"
        raise ReproUsageError(msg)
    if arguments.base and not arguments.image:
        msg = "--base is the image that --image begins with: add --image"
        raise ReproUsageError(msg)
    record = _record(arguments, project)
    if isinstance(record, Answer):
        return record
    blueprint = blueprint_of(record)
    folder = arguments.into or project.home / FOLDER / blueprint.name
    folder.mkdir(parents=True, exist_ok=True)
    requirements = folder / REQUIREMENTS
    requirements.write_text("".join(f"{line}\n" for line in blueprint.lines))
    if arguments.image:
        return _image(blueprint, folder, project, base=arguments.base or "")
    return _venv(blueprint, folder, project)


def _record(arguments: Namespace, project: Project) -> RunRecord | Answer:
    """Read a record by its folder, or by the experiment whose reference it is."""
    path = Path(arguments.name)
    for folder in (path / RECORD, path):
        if (folder / "run.json").is_file():
            return read_record(folder)
    kept = read_shelf(ReferenceStore(project.references, base=project.root))
    last = read_last_session(project)
    one = choose_reference(arguments.name, arguments.key, kept, last)
    return one if isinstance(one, Answer) else one.read()


def _venv(blueprint: Blueprint, folder: Path, project: Project) -> Answer:
    path = os.environ.get("PATH", os.defpath)
    begun = find_python(blueprint.series, path)
    python = install_exactly(folder / REQUIREMENTS, folder, python=begun)
    version, *folders = _ask(python)
    before = names_in(map(Path, folders))
    own = () if blueprint.has_own else own_requirement(__version__)
    if own or not blueprint.is_whole:
        file, is_whole = folder / REQUIREMENTS, blueprint.is_whole
        install_besides(file, folder, own=own, is_whole=is_whole)
    added = names_in(map(Path, folders)) - before
    found = compare_packages(blueprint, map(Path, folders), python=version, apart=added)
    return Answer(
        exit=Exit.DIFFERS if found else Exit.HOLDS,
        lines=_lines(blueprint, found, project.show(python), added=sorted(added)),
        data={
            "interpreter": project.show(python),
            "environment": blueprint.digest,
            "departures": list(found),
            "lacking": [list(pair) for pair in blueprint.lacking],
            "added": sorted(added),
        },
    )


def _ask(python: Path) -> list[str]:
    done = subprocess.run(  # noqa: S603  # the interpreter just built, no shell
        [python, "-I", "-c", _ASK],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        msg = f"the interpreter that was built does not start: {done.stderr.strip()}"
        raise LaunchError(msg)
    return list(dict.fromkeys(done.stdout.splitlines()))


def _lines(
    blueprint: Blueprint,
    found: Sequence[Departure],
    shown: str,
    *,
    added: Sequence[str],
) -> tuple[str, ...]:
    same = "as the record says" if not found else f"{len(found)} differ"
    about = [
        ("environment", blueprint.digest),
        ("packages", f"{len(blueprint.lines)} installed, {same}"),
    ]
    if added:
        about.append(("added", ", ".join(added)))
    rows = [(one.item, _sides(one)) for one in found]
    lacking = [(name, f"cannot be had: {why}") for name, why in blueprint.lacking]
    return (shown, *fields(about), *fields(rows), *fields(lacking))


def _sides(one: Departure) -> list[str]:
    return [f"obtained  {one.obtained or '-'}", f"recorded  {one.recorded or '-'}"]


def _image(
    blueprint: Blueprint, folder: Path, project: Project, *, base: str
) -> Answer:
    path = folder / DOCKERFILE
    path.write_bytes(dockerfile(blueprint, base=base))
    tag = f"pytest-repro/{blueprint.name}"
    command = ["docker", "build", "--tag", tag, str(folder)]
    told = [project.show(path)]
    engine = _engine()
    if not engine:
        told += paragraph("no engine is offered here; build it where there is one:")
        told += [f"  {' '.join(command[:-1])} {project.show(folder)}"]
        return Answer(lines=tuple(told), data={"dockerfile": project.show(path)})
    done = subprocess.run(  # noqa: S603  # the words above, no shell
        [engine, *command[1:]], capture_output=True, text=True, check=False
    )
    if done.returncode:
        msg = f"{' '.join(command)} failed\n  {done.stderr.strip()}"
        raise LaunchError(msg)
    told += fields([("image", tag)])
    return Answer(
        lines=tuple(told), data={"dockerfile": project.show(path), "image": tag}
    )


def _engine() -> str:
    """Find a docker client that reaches an engine; empty if there is none."""
    client = shutil.which("docker")
    if client is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # a program on PATH, no shell
            [client, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return client if done.returncode == 0 else ""
