"""A golden path as people write it."""

from typing import Final

DIGEST: Final = f"sha256:{'ab' * 32}"

PIN: Final = f"""\
[[golden]]
experiment = "tests/test_digits.py::test_mlp"
environment = "linux-x86_64-avx2-cpu-torch2.13"
sums = "{DIGEST}"
owner = "vision"
"""

DEVIATION: Final = """\
[[deviation]]
experiment = "tests/test_digits.py::test_mlp"
items = ["config.depth", "reference"]
owner = "alice"
reason = "a deeper net is tried"
approved = 2026-11-01
expires = 2026-11-30
"""

FORMAT: Final = 'format = "pytest-repro/golden 1"\n'

WHOLE: Final = f"{FORMAT}\n{PIN}\n{DEVIATION}"
