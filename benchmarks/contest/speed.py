"""How long one decision takes in a fresh process, and whether its bytes ever differ.

Processes are fresh: whatever a decision loads is part of its time.
"""

import hashlib
import subprocess
import sys

from benchmarks.contest.agreement import cases, declared, samples
from benchmarks.processes import ROOT
from pytest_repro.verdicts import answers, sequential

__all__ = ["cold", "digest", "digest_elsewhere"]

SEEDS_FOR_HASHES = ("0", "12345")


def cold(times: int) -> list[dict[str, float | int | str]]:
    """Time the largest decision in fresh processes.

    Args:
        times: How often.

    Returns:
        Processor and wall time of each, loading of libraries included [s].
    """
    code = "from benchmarks.contest.cold import decided_s; print(*decided_s())"
    found = [_python(code, "0").split() for _ in range(times)]
    return [{"processor_s": float(cpu), "wall_s": float(wall)} for cpu, wall in found]


def digest(count: int) -> str:
    """Compute a digest of verdicts, seeds, shifts and p-values of random cases.

    Args:
        count: How many cases.

    Returns:
        Hexadecimal SHA-256.
    """
    told = [
        _numbers(sequential.decide(samples(it), declared(it))) for it in cases(count)
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _numbers(decision: answers.Decision) -> tuple[object, ...]:
    """Keep what a decision says, without the words for people."""
    metrics = [
        (one.name, one.rung.value, one.shift, one.p_value, one.level, one.is_confirmed)
        for one in decision.answers
    ]
    return decision.rung.value, decision.look, metrics


def digest_elsewhere(count: int) -> list[str]:
    """Compute the same digest in processes that hash strings differently.

    Args:
        count: How many cases.

    Returns:
        One digest for each process.
    """
    code = f"from benchmarks.contest.speed import digest; print(digest({count}))"
    return [_python(code, seed) for seed in SEEDS_FOR_HASHES]


def _python(code: str, hash_seed: str) -> str:
    # One thread, as in a worker; many would be counted as processor time.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    env = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), **threads}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
