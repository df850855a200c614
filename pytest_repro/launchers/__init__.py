"""Submit a job, watch it, collect its record: the same contract for every launcher.

A command line, environment variables, a folder in, a folder out. `protocol` says what
a launcher is, `local` starts a process on this machine.
"""

from pytest_repro.launchers.local import LocalLauncher
from pytest_repro.launchers.protocol import Ending, Launcher, Submission

__all__ = ["Ending", "Launcher", "LocalLauncher", "Submission"]
