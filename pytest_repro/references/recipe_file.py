"""`config.golden.toml`: the recipe of the anchor's run, every default materialised.

A pull request that changes a default, or moves a knob, shows here what that means for
the run. Above the canonical dump stands, as comments, whose it is::

    #pytest-repro/recipe/1
    #recipe  experiments.recipes:digits_small
    #digest  recipe-toml-v1:9f3c…
    #unread  arch.dropout
"""

import tomllib
from typing import Final

from pytest_repro.digests import Digest, digest_of_parts, parse_digest
from pytest_repro.errors import FutureFormat
from pytest_repro.records import RecipeUse

__all__ = ["check_recipe", "fit_recipe", "read_recipe", "write_recipe"]

KIND: Final = "#pytest-repro/recipe/"
TITLE: Final = f"{KIND}1"
MAX_BYTES: Final = 2 * 1024 * 1024

_WORDS: Final = ("#recipe  ", "#digest  ", "#set     ", "#unread  ")


def write_recipe(use: RecipeUse) -> bytes:
    """Write the recipe of a run.

    Args:
        use: What `check_recipe` accepts.

    Returns:
        UTF-8 bytes; each line ends in LF.
    """
    name, digest, override, unread = _WORDS
    lines = [
        TITLE,
        name + use.name,
        digest + use.digest,
        *(override + one for one in use.overrides),
        *(unread + one for one in use.unread),
    ]
    return ("\n".join(lines) + "\n\n" + use.dump).encode()


def fit_recipe(use: RecipeUse, max_bytes: int | None) -> RecipeUse:
    """Keep it whole: half a configuration would be another one.

    Args:
        use: The recipe.
        max_bytes: Not looked at; its size is bounded.

    Returns:
        The same.
    """
    del max_bytes
    return use


def read_recipe(data: bytes) -> RecipeUse:
    """Read the recipe of a run strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The recipe.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_recipe` could have written.
    """
    head, _, dump = data.decode("utf-8").partition("\n\n")
    title, *lines = head.split("\n")
    if title != TITLE:
        msg = f"the first line is {title[:80]!a} instead of {TITLE!r}"
        later = title.startswith(KIND) and title.removeprefix(KIND).isdecimal()
        raise (FutureFormat if later else ValueError)(msg)
    found: dict[str, list[str]] = {word: [] for word in _WORDS}
    for line in lines:
        word = next((one for one in _WORDS if line.startswith(one)), None)
        if word is None:
            msg = f"the line {line[:80]!a} says nothing of a recipe"
            raise ValueError(msg)
        found[word].append(line.removeprefix(word))
    names, digests, overrides, unread = found.values()
    use = RecipeUse(
        name="".join(names),
        digest=Digest("".join(digests)),
        dump=dump,
        overrides=tuple(overrides),
        unread=tuple(unread),
    )
    check_recipe(use)
    if write_recipe(use) != data:
        msg = "the bytes are not in canonical form: edited by hand, or merged"
        raise ValueError(msg)
    return use


def check_recipe(use: RecipeUse) -> None:
    """Check what no file may contradict.

    Args:
        use: The recipe of a record.

    Raises:
        ValueError: If the digest is not that of the dump, or a text is no line.
    """
    algorithm = parse_digest(use.digest).partition(":")[0]
    if digest_of_parts(algorithm, (use.dump.encode(),)) != use.digest:
        msg = f"the recipe has another digest than {use.digest}: edited by hand"
        raise ValueError(msg)
    for text in (use.name, *use.overrides, *use.unread):
        if not text or not text.isprintable():
            msg = f"a line of the recipe's head is not printable: {text[:80]!a}"
            raise ValueError(msg)
    if len(use.dump) > MAX_BYTES or not use.dump.endswith("\n"):
        msg = f"a dump ends in LF and has at most {MAX_BYTES} characters"
        raise ValueError(msg)
    tomllib.loads(use.dump)
