"""End this worker when its parent is gone, however the parent ended.

The parent holds one end of a pipe. While it lives, reading blocks; when it dies the
read returns, and the worker ends its whole process group.
"""

import os
import signal
import threading

from pytest_repro.launchers.groups import LIFELINE

__all__ = ["hold_lifeline"]


def hold_lifeline() -> None:
    """Watch the lifeline in the background, if this process was given one."""
    descriptor = os.environ.pop(LIFELINE, "")
    if descriptor.isdecimal():
        threading.Thread(target=_watch, args=(int(descriptor),), daemon=True).start()


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)
