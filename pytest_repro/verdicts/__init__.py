"""From two run records to a verdict: pure functions, one climb down the ladder.

Start with `judge`, which asks one question after another: is there something to
compare (`comparability`), are the bits the same (`identity`), does rounding explain
what differs (`rounding`, by `envelopes`), does every metric stay inside its tolerance
(`tolerances`)? `seeds` folds the verdicts of several seeds into one and asks
`sequential` where a single seed cannot answer, about what `pairing` leaves of the seeds
where `partners` allows it; `planning` says in advance what that can decide, and
`derived` computes what is kept of each seed's traces for it. `causes` says which part
of a run parted first, and decides nothing. Nothing here reads a clock, a disk or an
environment: the same records always give the same verdict.
"""

from pytest_repro.verdicts.causes import explain, first_divergence
from pytest_repro.verdicts.derived import derive
from pytest_repro.verdicts.envelopes import exact_until, with_envelopes
from pytest_repro.verdicts.horizons import is_short
from pytest_repro.verdicts.judge import judge, not_comparable
from pytest_repro.verdicts.margins import freeze_margins
from pytest_repro.verdicts.pairing import MIN_REPLICATES
from pytest_repro.verdicts.pairs import required_rung
from pytest_repro.verdicts.partners import undetermined
from pytest_repro.verdicts.resumed import judge_resumed
from pytest_repro.verdicts.seeds import fold

__all__ = [
    "MIN_REPLICATES",
    "derive",
    "exact_until",
    "explain",
    "first_divergence",
    "fold",
    "freeze_margins",
    "is_short",
    "judge",
    "judge_resumed",
    "not_comparable",
    "required_rung",
    "undetermined",
    "with_envelopes",
]
