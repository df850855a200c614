"""Submit a job, watch it, collect its record: the same contract for every launcher.

A command line, environment variables, a folder in, a folder out. `protocol` says what
a launcher is, `named` finds one, `local` starts a process on this machine, `endings`
says how a job ended.
"""

from pytest_repro.launchers.local import LocalLauncher
from pytest_repro.launchers.named import make_launcher
from pytest_repro.launchers.protocol import Ending, Launcher, Submission

__all__ = ["Ending", "Launcher", "LocalLauncher", "Submission", "make_launcher"]
