"""What people agreed on, in files that they review: typed, strictly read, no judge.

Start with `golden` (the golden path: which references are known good, and who may
deviate until when); `toml_entries` reads such files strictly, `golden_text` writes one,
`departures` says what is not as on the path. All of it is pure: files are read, and the
date is asked for, by others.
"""

from pytest_repro.policy.departures import (
    PINNED,
    Departure,
    covering,
    protocol_departures,
)
from pytest_repro.policy.golden import (
    ANY,
    FILE,
    Deviation,
    GoldenPath,
    Pin,
    read_golden,
)
from pytest_repro.policy.golden_text import loses_comments, pin_text, with_pin, write

__all__ = [
    "ANY",
    "FILE",
    "PINNED",
    "Departure",
    "Deviation",
    "GoldenPath",
    "Pin",
    "covering",
    "loses_comments",
    "pin_text",
    "protocol_departures",
    "read_golden",
    "with_pin",
    "write",
]
