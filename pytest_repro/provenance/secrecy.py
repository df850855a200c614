"""What must not be written down: found by name, by value and by shape.

A person's exception may hold anything, and so may what a run prints. What can be known
to be secret goes before a text is stored: the values of environment variables whose
names say so, user and password of an address, what is assigned to a secret-looking name
as a literal. The home folder becomes ``~``, and the names of user and machine go too.

A secret that stands in none of these places is not recognised: nothing can tell it
from any other text.
"""

import os
import platform
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["HIDDEN", "Scrubber", "is_secret_name", "looks_secret", "scrub"]

HIDDEN: Final = "[hidden]"
"""Stands where something was taken away that has no better name."""

SHORTEST: Final = 8
"""Characters of a value that is looked for; a shorter one is part of too many words."""

PLACES: Final = (
    ("HOME", "~"),
    ("USERPROFILE", "~"),
    ("HOSTNAME", "[host]"),
    ("LOGNAME", "[user]"),
    ("USER", "[user]"),
    ("USERNAME", "[user]"),
)
"""Variables that tell who and where, and what stands in place of their values."""

NOBODY: Final = frozenset({"localhost", "localhost.localdomain"})

AMBIGUOUS: Final = frozenset({"key", "keys", "pat", "session", "tokens"})
"""Names of literals that are secret only as part of a longer one: ``api_key``."""

_SECRET: Final = re.compile(
    r"(?:^|[^a-z0-9])"
    r"(?:(?:api|access|account|auth|deploy|encryption|private|secret|service|sign(?:ing)?"
    r"|ssh|storage)[^a-z0-9]?keys?"
    r"|auth|authorization|bearer|cookies?|credentials?|creds?|dsn|key|pass(?:code|phrase"
    r"|wd|word)?s?|pat|pwd|secrets?|session|tokens?|webhook)"
    r"(?:$|[^a-z0-9])",
    re.IGNORECASE,
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ADDRESS: Final = re.compile(r"(?<=://)[^\s/@'\"]+@")
_URL_VARIABLE: Final = re.compile(
    r"(?<![a-z0-9+.-])[a-z0-9+.-]++://[^\s/@]*:(?P<secret>[^\s/@]+)@"
)
_LITERAL: Final = re.compile(
    # Nothing is tried twice: an experiment may say twenty million letters.
    r"(?<![\w.-])(?P<name>[\w.-]++)(?P<between>[\"']?\s*+(?:=|:)\s*+)"
    r"(?P<quote>[\"'])(?P<value>[^\"'\n]+)(?P=quote)"
)
_HEADER: Final = re.compile(
    r"(?P<name>\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:\w+ )?)[^\s\"',]+",
    re.IGNORECASE,
)
_BEARER: Final = re.compile(r"(?P<name>\b(?:Bearer|Basic) )[\w.~+/=-]{8,}")
_QUERY: Final = re.compile(r"(?P<name>[?&][\w.-]+=)[^\s&#'\"]+")


@cache
def looks_secret(name: str) -> bool:
    """Tell whether the value of a thing of such a name is a secret.

    Args:
        name: Of a variable, an option or a parameter: ``HF_TOKEN``, ``api-key``.

    Returns:
        Whether one of its words says so; ``TOKENIZERS_PARALLELISM`` has none.
    """
    return _SECRET.search(_HUMP.sub("_", name)) is not None


def is_secret_name(name: str) -> bool:
    """Tell whether a text under such a name in a program is a secret.

    Args:
        name: Of a variable or parameter.

    Returns:
        Whether it looks secret and is no everyday word of this trade, as ``key`` is.
    """
    return looks_secret(name) and name.lower() not in AMBIGUOUS


class Scrubber:
    """Takes secrets out of texts."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Learn what is secret here.

        Args:
            variables: The environment variables.
        """
        self._known = dict(_secrets(variables))
        # A longer one first: it may hold a shorter one.
        values = sorted(self._known, key=lambda value: (-len(value), value))
        self._values = re.compile("|".join(map(re.escape, values)) or r"(?!)")

    def scrub(self, text: str) -> str:
        """Take secrets out of a text.

        Args:
            text: Any text.

        Returns:
            The text, with ``[NAME]`` for the value of a variable NAME.
        """
        told = self._values.sub(lambda match: self._known[match.group()], text)
        told = _ADDRESS.sub("", told)
        told = _HEADER.sub(lambda match: f"{match['name']}{HIDDEN}", told)
        told = _BEARER.sub(lambda match: f"{match['name']}{HIDDEN}", told)
        told = _QUERY.sub(_hide_query, told)
        return _LITERAL.sub(_hide_literal, told)


def scrub(text: str) -> str:
    """Take out of a text what is secret in this process, as it is now.

    Args:
        text: Any text.

    Returns:
        The text without secrets.
    """
    return Scrubber(os.environ).scrub(text)


def _secrets(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Map each text that is looked for to what stands in its place."""
    told = ((variables.get(name, ""), instead) for name, instead in PLACES)
    found = {
        text: instead
        for text, instead in ((platform.node(), "[host]"), *told)
        if len(text) >= SHORTEST and text not in NOBODY
    }
    for name, value in sorted(variables.items()):
        within = _URL_VARIABLE.search(value)
        if within and len(within["secret"]) >= SHORTEST:
            found[within["secret"]] = f"[{name}]"
        if looks_secret(name):
            lines = {value, value.strip(), *value.splitlines()}
            found |= {one: f"[{name}]" for one in lines if len(one) >= SHORTEST}
    return found


def _hide_query(match: re.Match[str]) -> str:
    name = match["name"]
    return f"{name}{HIDDEN}" if looks_secret(name[1:-1]) else match.group()


def _hide_literal(match: re.Match[str]) -> str:
    name = match["name"]
    if not is_secret_name(name) or len(match["value"]) < SHORTEST:
        return match.group()
    quote = match["quote"]
    return f"{name}{match['between']}{quote}{HIDDEN}{quote}"
