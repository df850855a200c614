"""`state.tsv`: the anchor's fingerprints, in the order in which they were taken.

::

    #pytest-repro/state/1
    name  step  order  digest  role  sketch  envelope
    weights  -  12  sha256-…:9f3c…  decides  0.25 -1.5 …  1.2e-07

A fingerprint that belongs to no step has the step ``-``; one whose role is ``evidence``
helps to explain a divergence and never decides. Sketch and envelope are ``-`` where
there is none.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.digests import parse_digest
from pytest_repro.records import Fingerprint
from pytest_repro.references.cells import (
    MISSING,
    check_name,
    read_bound,
    read_float,
    read_integer,
    write_bound,
    write_float,
)
from pytest_repro.references.tables import (
    MAX_ROWS,
    columns_of,
    read_lines,
    write_lines,
)

__all__ = ["check_state", "read_state", "write_state"]

TITLE: Final = "#pytest-repro/state/1"
COLUMNS: Final = ("name", "step", "order", "digest", "role", "sketch", "envelope")
ROLES: Final = {False: "decides", True: "evidence"}
MAX_NUMBER: Final = 2**63 - 1
MAX_SKETCH: Final = 64

_IS_EVIDENCE: Final = {role: is_evidence for is_evidence, role in ROLES.items()}


def write_state(state: Sequence[Fingerprint]) -> bytes:
    """Write the fingerprints.

    Args:
        state: What `check_state` accepts.

    Returns:
        The bytes of the file.
    """
    return write_lines(TITLE, [COLUMNS, *map(_write_row, state)])


def read_state(data: bytes) -> tuple[Fingerprint, ...]:
    """Read the fingerprints strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The fingerprints, in order.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_state` could have written.
    """
    header, *lines = read_lines(data, TITLE) or [""]
    if header != "\t".join(COLUMNS):
        msg = f"line 2 is {header[:80]!a} instead of the names of the columns"
        raise ValueError(msg)
    columns = columns_of(lines, len(COLUMNS), first_line=3)
    state = tuple(_read_row(row) for row in zip(*columns, strict=True))
    check_state(state)
    return state


def check_state(state: Sequence[Fingerprint]) -> None:
    """Check what no file may contradict.

    Args:
        state: All fingerprints of a record.

    Raises:
        ValueError: If one is malformed or taken twice, or orders go back.
    """
    if len(state) > MAX_ROWS:
        msg = f"{len(state)} fingerprints are over the limit of {MAX_ROWS}"
        raise ValueError(msg)
    taken = set()
    latest = 0
    for one in state:
        _check_fingerprint(one)
        if (one.name, one.step) in taken:
            msg = f"fingerprint {one.name!r} at step {one.step} appears twice"
            raise ValueError(msg)
        if one.order < latest:
            msg = (
                f"fingerprint {one.name!r} is out of order: {latest}, then {one.order}"
            )
            raise ValueError(msg)
        taken.add((one.name, one.step))
        latest = one.order


def _write_row(one: Fingerprint) -> tuple[str, ...]:
    return (
        one.name,
        MISSING if one.step is None else str(one.step),
        str(one.order),
        one.digest,
        ROLES[one.is_evidence],
        " ".join(map(write_float, one.sketch)) or MISSING,
        MISSING if one.envelope is None else write_bound(one.envelope),
    )


def _read_row(row: Sequence[str]) -> Fingerprint:
    name, step, order, digest, role, sketch, envelope = row
    if role not in _IS_EVIDENCE:
        roles = " or ".join(_IS_EVIDENCE)
        msg = f"fingerprint {name!a} has the role {role[:40]!a}, not {roles}"
        raise ValueError(msg)
    return Fingerprint(
        name=name,
        step=None if step == MISSING else read_integer(step),
        order=read_integer(order),
        digest=parse_digest(digest),
        is_evidence=_IS_EVIDENCE[role],
        sketch=() if sketch == MISSING else tuple(map(read_float, sketch.split(" "))),
        envelope=None if envelope == MISSING else read_bound(envelope),
    )


def _check_fingerprint(one: Fingerprint) -> None:
    check_name(one.name)
    parse_digest(one.digest)
    if len(one.sketch) > MAX_SKETCH:
        msg = f"the sketch of fingerprint {one.name!r} has over {MAX_SKETCH} numbers"
        raise ValueError(msg)
    if one.envelope is not None and not one.sketch:
        msg = f"fingerprint {one.name!r} has an envelope and no sketch"
        raise ValueError(msg)
    for what, number in (("step", one.step or 0), ("order", one.order)):
        if not 0 <= number <= MAX_NUMBER:
            msg = f"the {what} of fingerprint {one.name!r} lies in [0, 2**63)"
            raise ValueError(msg)
