"""Where a reference lies: node id and environment key to a folder, injectively.

A plain node id reads as itself::

    experiments/test_digits.py::test_cnn  ->  experiments/test_digits.py/test_cnn

Whatever a file system could confuse or refuse (capitals, parameters, ``..``, ``CON``,
NUL, trailing dots, other scripts, very long names) becomes a slug, and the last folder
then ends in ten hexadecimal characters of the SHA-256 of the whole node id. Every
folder name is lower-case ASCII, so no file system can make two of one or one of two.

The name finds a reference; it does not own it. The experiment in `run.json` does.
"""

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import Final

__all__ = [
    "declared_folder",
    "environment_folder",
    "experiment_folder",
    "reference_folder",
]

MAX_SLUG: Final = 80
MAX_DEPTH: Final = 12
HASH_CHARACTERS: Final = 10
MODULE: Final = ".py"
UNNAMED: Final = "unnamed"
ENVIRONMENTS: Final = "environments"

_PLAIN: Final = re.compile(rf"[a-z0-9_](?:[a-z0-9._-]{{0,{MAX_SLUG - 2}}}[a-z0-9_])?")
_HASHED: Final = re.compile(rf".*-[0-9a-f]{{{HASH_CHARACTERS}}}")
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|format)(?:\..*)?|golden\.toml"
)
"""Device names of Windows with any ending, and files of the store itself."""


def reference_folder(experiment: str, environment_key: str) -> PurePosixPath:
    """Return the folder of a reference.

    Args:
        experiment: The node id; any text.
        environment_key: The key of the environment; any text.

    Returns:
        A relative path; other experiments or keys have others.
    """
    return experiment_folder(experiment) / environment_folder(environment_key)


def declared_folder(out: Path, environment: str) -> Path:
    """Return where runs, candidates and the interpreter of an environment lie.

    Args:
        out: The folder for everything that is no reference.
        environment: The name of a declared environment; empty for none.

    Returns:
        A folder that is laid out as `out` is; `out` itself for none.
    """
    return out / ENVIRONMENTS / environment if environment else out


def environment_folder(environment_key: str) -> str:
    """Return the name of the folder of an environment.

    Args:
        environment_key: The key; any text.

    Returns:
        The key itself if it is plain, else a slug and a hash.
    """
    if _is_plain(environment_key) and not environment_key.endswith(MODULE):
        return environment_key
    return _hashed(environment_key, environment_key)


def experiment_folder(experiment: str) -> PurePosixPath:
    """Return the folder that holds all references of an experiment.

    The path has one part that ends in ``.py``, the one before the last. So no
    experiment's folder lies within another's.

    Args:
        experiment: The node id; any text.

    Returns:
        A relative path; other experiments have others.
    """
    path, _, rest = experiment.partition("::")
    *folders, module = path.split("/")
    if _is_lossless(folders, module, rest):
        return PurePosixPath(*folders, module, ".".join(rest.split("::")))
    slugs = [_outer(folder) for folder in folders[-MAX_DEPTH:]]
    module_slug = _slug(module.removesuffix(MODULE)) + MODULE
    return PurePosixPath(*slugs, module_slug, _hashed(_leaf(rest), experiment))


def _is_lossless(folders: list[str], module: str, rest: str) -> bool:
    names = rest.split("::")
    leaf = ".".join(names)
    return (
        len(folders) <= MAX_DEPTH
        and all(_is_plain(part) for part in (*folders, module, leaf))
        and not any(part.endswith(MODULE) for part in (*folders, leaf))
        and module.endswith(MODULE)
        and not any("." in name for name in names)
    )


def _is_plain(part: str) -> bool:
    return (
        _PLAIN.fullmatch(part) is not None
        and _RESERVED.fullmatch(part) is None
        and _HASHED.fullmatch(part) is None
    )


def _leaf(rest: str) -> str:
    """Name the last folder after the test and its parameters: ``name-parameters``."""
    name, _, parameters = rest.partition("[")
    dotted = ".".join(name.split("::"))
    return f"{dotted}-{parameters.removesuffix(']')}" if parameters else dotted


def _outer(folder: str) -> str:
    """Name a folder around the module, so that it does not look like a module."""
    slug = _slug(folder)
    return f"{slug}_" if slug.endswith(MODULE) else slug


def _hashed(text: str, identity: str) -> str:
    data = identity.encode("utf-8", "surrogatepass")
    return f"{_slug(text)}-{hashlib.sha256(data).hexdigest()[:HASH_CHARACTERS]}"


def _slug(text: str) -> str:
    """Keep what every file system takes: lower-case ASCII, at most 80 characters."""
    ascii_only = re.sub(r"[^a-z0-9._-]+", "-", text[: 4 * MAX_SLUG].lower())
    slug = ascii_only.strip("-.")[:MAX_SLUG].rstrip("-.")
    return f"_{slug}" if _RESERVED.fullmatch(slug) else slug or UNNAMED
