"""What people agreed on, in files that they review: typed, strictly read, no judge.

Start with `golden` (the golden path: which references are known good, and who may
deviate until when); `toml_entries` reads such files strictly, `golden_text` writes one,
`departures` says what is not as on the path. All of it is pure: files are read, and the
date is asked for, by others.
"""

from pytest_repro.policy.golden import Deviation, GoldenPath, Pin, read_golden

__all__ = ["Deviation", "GoldenPath", "Pin", "read_golden"]
