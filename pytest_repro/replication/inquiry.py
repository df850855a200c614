"""Which single change brings the reference's bits back? Asked by trying, in order.

First the run is repeated: one that does not even repeat itself is explained by that.
Then every recorded circumstance that differs is put back, alone, then all at once and
what is needless taken out again. Then the code of the reference's commit is tried, file
by file. Last comes what no record tells. The first that gives the reference's bits, as
far as the step at which the runs part, is the explanation.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pytest_repro.records import Job, RunRecord, Variation
from pytest_repro.replication.replays import Replay, Replayed
from pytest_repro.replication.suspicions import joined
from pytest_repro.verdicts.agreement import parted_within

__all__ = ["Case", "Explanation", "Kind", "Trial", "explain"]
