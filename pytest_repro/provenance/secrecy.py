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
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final
from urllib.parse import unquote

from pytest_repro.addresses import without_logins

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
    r"(?:(?:^|[^a-z0-9])"
    r"(?:(?:api|access|account|auth|deploy|encryption|private|secret|service|sign(?:ing)?"
    r"|ssh|storage)[^a-z0-9]?keys?|connection[^a-z0-9]?strings?"
    r"|auth|authorization|bearer|cookies?|credentials?|creds?|dsn|jwt|key|pass(?:code"
    r"|phrase|wd|word)?s?|pat|pem|pwd|sas|secrets?|session|tokens?|webhook)"
    # Written together, as in PGPASSWORD, GHTOKEN and SSHPASS; "bypass" is a word.
    r"|api_?key|passphrase|passwd|password|passwort|secret|token"
    r"|(?:^|[^a-z0-9])(?:db|ftp|ldap|mail|my|pg|root|smtp|ssh|user)pass)s?"
    r"(?:$|[^a-z0-9])",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"(?:^|[^a-z0-9])sig(?:nature)?$", re.IGNORECASE)
"""What lets an address in for some hours; elsewhere a signature is no secret."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LOGIN: Final = re.compile(
    r"(?<=://)[^\s/?#@:]*:(?![0-9]*[/?#])(?=(?P<rest>\S{1,400}))"
)
"""A password in an address is all up to some ``@``: what people paste has some more."""
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
        told = without_logins(told)
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
        found |= dict.fromkeys(_passwords(value), f"[{name}]")
        if looks_secret(name):
            lines = {value, value.strip(), *value.splitlines()}
            found |= {one: f"[{name}]" for one in lines if len(one) >= SHORTEST}
    return found


def _passwords(value: str) -> Iterator[str]:
    """Find what may be a password in the addresses of a value, as written and read."""
    for match in _LOGIN.finditer(value):
        rest = match["rest"].partition("://")[0]
        for end in (at for at, one in enumerate(rest) if one == "@"):
            for text in (rest[:end], unquote(rest[:end])):
                if len(text) >= SHORTEST:
                    yield text


def _hide_query(match: re.Match[str]) -> str:
    name = match["name"]
    is_secret = looks_secret(name[1:-1]) or _SIGNATURE.search(name[1:-1])
    return f"{name}{HIDDEN}" if is_secret else match.group()


def _hide_literal(match: re.Match[str]) -> str:
    name = match["name"]
    if not is_secret_name(name) or len(match["value"]) < SHORTEST:
        return match.group()
    quote = match["quote"]
    return f"{name}{match['between']}{quote}{HIDDEN}{quote}"
