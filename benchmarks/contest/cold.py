"""The largest decision that the defaults allow for, timed where nothing is loaded yet.

Twenty metrics, twenty reference seeds, ten new ones, all looks. This module loads
neither numpy nor scipy, so that the decision has to.
"""

import time

from pytest_repro.verdicts import designs, sequential

__all__ = ["decided_s"]


def decided_s() -> tuple[float, float]:
    """Decide once.

    Returns:
        Processor and wall time, with whatever is loaded on the way [s].
    """
    values = [[((7 * i + 13 * k) % 31) / 31 for k in range(20)] for i in range(30)]
    wall, processor = time.perf_counter(), time.process_time()
    family = designs.samples_of(values[:20], values[20:], [0.05] * 20)
    decision = sequential.decide(family, designs.Design())
    elapsed = time.process_time() - processor, time.perf_counter() - wall
    if decision.look != len(values) - 20:
        msg = f"the decision was to take all looks, it took {decision.look}"
        raise RuntimeError(msg)
    return elapsed
