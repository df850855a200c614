"""The files that explain a record, and that it may lack: one row a file.

A verdict never needs them, references that were recorded without them stay valid, and
none is ever empty. A further kind of evidence is one more row in `EXTRAS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pytest_repro.records import RunRecord
from pytest_repro.references.invocation_file import (
    check_invocation,
    fit_invocation,
    read_invocation,
    write_invocation,
)
from pytest_repro.references.ledger_table import (
    check_ledger,
    fit_ledger,
    read_ledger,
    write_ledger,
)
from pytest_repro.references.lost_table import (
    check_lost,
    fit_lost,
    read_lost,
    write_lost,
)
from pytest_repro.references.operations_table import (
    check_operations,
    fit_operations,
    read_operations,
    write_operations,
)
from pytest_repro.references.packages_table import (
    check_packages,
    fit_packages,
    read_packages,
    write_packages,
)
from pytest_repro.references.recipe_file import (
    check_recipe,
    fit_recipe,
    read_recipe,
    write_recipe,
)
from pytest_repro.references.sources_table import (
    check_sources,
    fit_sources,
    read_sources,
    write_sources,
)

__all__ = ["EXTRAS", "EXTRA_FILES", "Extra", "write_extras"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A file that a record may lack.

    Attributes:
        file: Its name.
        attribute: The attribute of a `RunRecord` that it holds; false where there is
            nothing to write.
        check: Raises `ValueError` for what no file may hold.
        fit: Drops what makes it larger than so many bytes; None for any size.
        write: Gives its bytes.
        read: Reads them, strictly.
    """

    file: str
    attribute: str
    # Each row has a type of its own, which ends where the record begins.
    check: Callable[[Any], None]
    fit: Callable[[Any, int | None], Any]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


EXTRAS: Final = (
    Extra(
        file="ledger.tsv",
        attribute="ledger",
        check=check_ledger,
        fit=fit_ledger,
        write=write_ledger,
        read=read_ledger,
    ),
    Extra(
        file="operations.tsv",
        attribute="operations",
        check=check_operations,
        fit=fit_operations,
        write=write_operations,
        read=read_operations,
    ),
    Extra(
        file="packages.tsv",
        attribute="packages",
        check=check_packages,
        fit=fit_packages,
        write=write_packages,
        read=read_packages,
    ),
    Extra(
        file="sources.tsv",
        attribute="sources",
        check=check_sources,
        fit=fit_sources,
        write=write_sources,
        read=read_sources,
    ),
    Extra(
        file="invocation.json",
        attribute="invocation",
        check=check_invocation,
        fit=fit_invocation,
        write=write_invocation,
        read=read_invocation,
    ),
    Extra(
        file="config.golden.toml",
        attribute="recipe",
        check=check_recipe,
        fit=fit_recipe,
        write=write_recipe,
        read=read_recipe,
    ),
    Extra(
        file="lost.tsv",
        attribute="lost",
        check=check_lost,
        fit=fit_lost,
        write=write_lost,
        read=read_lost,
    ),
)
"""In the order in which they are written."""

EXTRA_FILES: Final = tuple(extra.file for extra in EXTRAS)


def write_extras(record: RunRecord, max_bytes: int | None) -> dict[str, bytes]:
    """Write the files that a record has something for.

    Args:
        record: The record.
        max_bytes: The largest size of each [bytes]; None for any.

    Returns:
        The bytes of each file by name.

    Raises:
        ValueError: If something cannot be stored.
    """
    files = {}
    for extra in EXTRAS:
        value = getattr(record, extra.attribute)
        if value:
            extra.check(value)
            files[extra.file] = extra.write(extra.fit(value, max_bytes))
    return files
