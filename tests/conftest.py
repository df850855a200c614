"""Settings of the whole suite."""

import os
import signal
import tempfile
from pathlib import Path

from hypothesis import settings

# Two cores shared with other work: a slow example is no failure.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

# Whatever a shell starts in the background ignores Ctrl-C, and so would all that tests
# start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Projects of tests are new each time, installed packages are not: hash those once.
_CHECKED = Path(tempfile.gettempdir()) / "pytest-repro-packages.json"
os.environ.setdefault("REPRO_PACKAGES", str(_CHECKED))
