"""Experiments that go wrong, each in its own way, as the text of one test file."""

from typing import Final

__all__ = ["BAD", "COLLECTED_HERE_ONLY"]

BAD: Final = """\
import errno, os, signal, sys, time

import pytest

def test_raises(repro):
    repro.log("loss", 1.0)
    raise ValueError("the learning rate is negative")

def test_exits(repro):
    repro.log("loss", 1.0)
    sys.exit(0)

def test_exits_pytest(repro):
    repro.log("loss", 1.0)
    pytest.exit("enough")

def test_exits_at_once(repro):
    repro.log("loss", 1.0)
    os._exit(0)

def test_segfaults(repro):
    repro.log("loss", 1.0)
    os.kill(os.getpid(), signal.SIGSEGV)

def test_is_killed(repro):
    repro.log("loss", 1.0)
    os.kill(os.getpid(), signal.SIGKILL)

@pytest.mark.repro(timeout=10)
def test_hangs(repro):
    for step in repro.steps(total=5):
        repro.log("loss", 1.0, step=step)
        if step == 3:
            time.sleep(600)

def test_is_interrupted(repro):
    repro.log("loss", 1.0)
    raise KeyboardInterrupt

def test_has_no_memory(repro):
    repro.log("loss", 1.0)
    bytearray(1 << 62)

def test_has_no_disk(repro):
    repro.log("loss", 1.0)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "checkpoint.pt")

def test_logs_nan(repro):
    repro.log("loss", float("nan"))

def test_logs_infinity(repro):
    repro.log("loss", float("-inf"))

def test_traces_nan(repro):
    for step in repro.steps(total=3):
        repro.log("loss", float("nan") if step == 2 else 1.0, step=step)
    repro.log("accuracy", 1.0)

@pytest.mark.repro(allow_nonfinite="the first loss of an empty batch is NaN")
def test_logs_nothing_finite_and_raises(repro):
    repro.log("loss", float("nan"))
    raise ValueError("although NaN is allowed")

def test_traces_infinity(repro):
    for step in repro.steps(total=3):
        repro.log("loss", float("inf") if step == 1 else 1.0, step=step)
    repro.log("accuracy", 1.0)

def test_logs_twice(repro):
    repro.log("loss", 1.0)
    repro.log("loss", 1.0)

def test_traces_twice(repro):
    repro.log("loss", 1.0, step=0)
    repro.log("loss", 1.0, step=0)

def test_logs_nothing(repro):
    pass

def test_says_far_too_much(repro):
    repro.log("loss", 1.0)
    raise ValueError("y" * (20 << 20))

@pytest.fixture
def broken():
    raise LookupError("no such data set")

def test_has_a_broken_fixture(repro, broken):
    repro.log("loss", 1.0)

@pytest.fixture
def untidy():
    yield
    raise LookupError("cannot tidy up")

def test_has_an_untidy_fixture(repro, untidy):
    repro.log("loss", 1.0)

def test_prints_bytes_and_fails(repro):
    repro.log("loss", 1.0)
    os.write(1, b"caf\\xe9 \\xff\\xfe\\n")
    raise ValueError("caf\\udce9")

def test_prints_much_and_fails(repro):
    repro.log("loss", 1.0)
    for _ in range(100):
        os.write(1, b"x" * (1 << 20))
    os.write(1, b"the last words\\n")
    raise ValueError("too much")
"""

COLLECTED_HERE_ONLY: Final = """\
import sys

if any(word.startswith("--repro-worker") for word in sys.argv):
    import a_module_that_is_nowhere

def test_cannot_be_imported(repro):
    repro.log("loss", 1.0)
"""
