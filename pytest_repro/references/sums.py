"""`SHA256SUMS`: which files belong together, checkable by `sha256sum -c` alone.

Written last, so a folder without it is an unfinished write. The set of files must be
*equal* to the set that it lists: a subset would accept a hybrid of two references. It
detects accidents and careless edits, not a consistent rewrite; see git for that.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pytest_repro.errors import CorruptRecord, IncompleteRecord

__all__ = ["SIGNATURE", "SUMS", "check_sums", "write_sums"]

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "run.dsse.json"
MAX_BYTES: Final = 16 * 1024

_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._-]{0,99})")


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """Write the digests of files, as GNU coreutils does.

    Args:
        files: The bytes of each file by name.

    Returns:
        One line a file, sorted by name.
    """
    lines = (
        f"{hashlib.sha256(data).hexdigest()}  {name}\n"
        for name, data in sorted(files.items())
    )
    return "".join(lines).encode()


def check_sums(files: Mapping[str, bytes]) -> None:
    """Check that files are the very set of bytes that was written.

    Args:
        files: Everything in the folder by name, `SHA256SUMS` included; a signature
            is not listed and may be there.

    Raises:
        IncompleteRecord: If the list or a listed file is missing, or the list is cut.
        CorruptRecord: If a file is not listed, or differs from what was written.
    """
    if SUMS not in files:
        msg = f"there is no {SUMS}: a write did not finish, or files were not copied"
        raise IncompleteRecord(msg)
    listed = _read_sums(files[SUMS])
    present = {name for name in files if name not in {SUMS, SIGNATURE}}
    if missing := sorted(listed.keys() - present):
        msg = f"{SUMS} lists {', '.join(missing)}, which is missing"
        raise IncompleteRecord(msg)
    if extra := sorted(present - listed.keys()):
        msg = f"{', '.join(map(ascii, extra))} is not listed in {SUMS}"
        raise CorruptRecord(msg)
    for name in sorted(present):
        obtained = hashlib.sha256(files[name]).hexdigest()
        if obtained != listed[name]:
            msg = (
                f"{name} is not what was written\n"
                f"  obtained   sha256:{obtained}\n"
                f"  reference  sha256:{listed[name]}"
            )
            raise CorruptRecord(msg)


def _read_sums(data: bytes) -> dict[str, str]:
    if len(data) > MAX_BYTES:
        msg = f"{SUMS} has {len(data)} bytes, over the limit of {MAX_BYTES}"
        raise CorruptRecord(msg)
    listed: dict[str, str] = {}
    *lines, rest = data.decode("ascii", "backslashreplace").split("\n")
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None or found[2] in {SUMS, SIGNATURE}:
            msg = f"line {number} of {SUMS} is malformed: {line[:80]!a}"
            raise CorruptRecord(msg)
        if found[2] <= max(listed, default=""):
            msg = f"line {number} of {SUMS} is out of order or stands there twice"
            raise CorruptRecord(msg)
        listed[found[2]] = found[1]
    if rest or not listed:
        msg = f"{SUMS} is cut short"
        raise IncompleteRecord(msg)
    return listed
