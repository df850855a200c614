"""Addresses in texts, without who logs in and by which password."""

import re
from typing import Final

__all__ = ["without_logins"]

_LOGIN: Final = re.compile(
    # A password with a slash in it follows a colon, as else only a port does.
    r"(?<=://)(?:[^\s/?#'\"]+@|[^\s/?#@:'\"]*:(?![0-9]*[/?#])[^\s@'\"]{1,200}+@)"
)


def without_logins(text: str) -> str:
    """Take users and passwords out of the addresses in a text.

    Args:
        text: Any text; an address may lie within another, and what a password holds may
            be no part of an address.

    Returns:
        The same without what stands between ``://`` and ``@``.

    Example:
        >>> without_logins("simplecache::https://alice:s3/cret@example.org/a")
        'simplecache::https://example.org/a'
    """
    return _LOGIN.sub("", text)
