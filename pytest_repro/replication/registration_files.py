"""The registrations of a project, as files: read them all, find the right one.

Nothing is judged here. A file that cannot be read as it is meant stops the session
before anything runs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.errors import PolicyError
from pytest_repro.policy.registrations import ENDING, FOLDER, read_registration
from pytest_repro.policy.toml_entries import nearest
from pytest_repro.records import Registration

__all__ = ["RegistrationFile", "choose", "read_registrations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFile:
    """A registration with the bytes that it was read from.

    Attributes:
        registration: What it says.
        data: Its bytes.
        shown: The file, relative to the root of the project.
    """

    registration: Registration
    data: bytes
    shown: str


def read_registrations(root: Path) -> Mapping[str, RegistrationFile]:
    """Read every registration of a project.

    Args:
        root: The root of the project.

    Returns:
        The files by id, sorted; none where there is no such folder.

    Raises:
        PolicyError: If one says anything that has no meaning, or cannot be read.
    """
    folder = root / FOLDER
    return {
        path.name.removesuffix(ENDING): _read(path)
        for path in sorted(folder.glob(f"*{ENDING}"))
    }


def choose(
    files: Mapping[str, RegistrationFile], experiment: str, *, named: str = ""
) -> RegistrationFile | None:
    """Find the registration of an experiment.

    Args:
        files: All registrations, by id.
        experiment: The node id.
        named: The id that its marker names; or empty.

    Returns:
        The registration; None if it has none.

    Raises:
        PolicyError: If the marker names none, or one that is of other experiments; or
            if several registrations claim it and the marker names none of them.
    """
    if named:
        return _named(files, experiment, named)
    found = [
        one for one in files.values() if experiment in one.registration.experiments
    ]
    if len(found) > 1:
        msg = (
            f"{experiment} is in several registrations:"
            f" {_listed(one.registration.id for one in found)}\n"
            '  say which in its marker: @pytest.mark.repro(registration="ID")'
        )
        raise PolicyError(msg)
    return found[0] if found else None


def _named(
    files: Mapping[str, RegistrationFile], experiment: str, named: str
) -> RegistrationFile:
    if named not in files:
        near = nearest(named, tuple(files) or ("none yet",))
        msg = (
            f"{experiment}: the marker names the registration {named!r}, and there is"
            f" no {FOLDER}/{named}{ENDING}{near}\n"
            f"  begin it: pytest-repro new registration {named}"
        )
        raise PolicyError(msg)
    file = files[named]
    if experiment not in file.registration.experiments:
        msg = (
            f"{file.shown} does not name the experiment whose marker names it\n"
            f"  marker of   {experiment}\n"
            f"  registered  {_listed(file.registration.experiments)}"
        )
        raise PolicyError(msg)
    return file


def _read(path: Path) -> RegistrationFile:
    shown = f"{FOLDER}/{path.name}"
    if path.is_symlink() or not path.is_file():
        msg = "a registration is a plain file, not a link or a folder"
        raise PolicyError(msg, path=shown)
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"it cannot be read: {error.strerror}"
        raise PolicyError(msg, path=shown) from error
    name = path.name.removesuffix(ENDING)
    read = read_registration(data, name=name, path=shown)
    return RegistrationFile(registration=read, data=data, shown=shown)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
