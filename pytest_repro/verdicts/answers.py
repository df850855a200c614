"""What a decision over seeds says: to programs by its fields, to people by one line.

Every number of the line is a field, so that nothing is known only as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_repro.records import Rung, Scale
from pytest_repro.verdicts.designs import Design

__all__ = [
    "Answer",
    "Decision",
    "detail_of",
    "excluded_failure_rate",
    "reason_for",
    "rung_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one metric says at the last look.

    Attributes:
        name: The metric.
        rung: `EQUIVALENT`, `INCONCLUSIVE` or `DIVERGED`.
        scale: On which shift and margin are meant.
        shift: Of the obtained mean from the cleaned reference; None without a look.
        margin: As the tests took it; None if the metric has a problem.
        margin_in_deviations: The same in reference standard deviations; None where
            there is no spread.
        least_shift: From which on a shift diverges at that look; None without a look.
        p_value: Of the shift, adjusted for the number of metrics; None without a look.
        p_value_alone: The same for this metric alone, never larger.
        level: The p-value up to which that look rejects.
        is_confirmed: Whether a shift by the margin was rejected on both sides, at the
            level of some look and, at this one, still at the rate of misses.
        first_confirmed: The first look at which it was; None if there is none.
        barred: The first look at which this metric alone would have diverged, so that
            no family with it is equivalent at a later one; None if there is none.
        problem: Why the metric cannot be decided at all, empty if it can.
        detail: One line of evidence, for people.
    """

    name: str
    rung: Rung
    scale: Scale = Scale.LINEAR
    shift: float | None = None
    margin: float | None = None
    margin_in_deviations: float | None = None
    least_shift: float | None = None
    p_value: float | None = None
    p_value_alone: float | None = None
    level: float | None = None
    is_confirmed: bool = False
    first_confirmed: int | None = None
    barred: int | None = None
    problem: str = ""
    detail: str = ""

    @property
    def shift_in_margins(self) -> float:
        """How far the mean has gone, zero where nothing is known."""
        if not self.shift:
            return 0.0
        return abs(self.shift) / self.margin if self.margin else float("inf")

    @property
    def is_far(self) -> bool:
        """Whether the shift is large enough to diverge, were it sure."""
        return abs(self.shift or 0.0) >= (self.least_shift or 0.0)

    @property
    def is_shifted(self) -> bool:
        """Whether chance does not explain the shift, among all metrics."""
        return (self.p_value or 0.0) <= (self.level or 0.0)

    @property
    def is_shifted_alone(self) -> bool:
        """Whether chance would not explain it, were this the only metric."""
        return (self.p_value_alone or 0.0) <= (self.level or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What all metrics say together.

    Attributes:
        rung: `EQUIVALENT`, `INCONCLUSIVE` or `DIVERGED`.
        look: The number of seeds used.
        answers: One a metric, in the order given.
        reason: One line, for people.
    """

    rung: Rung
    look: int
    answers: tuple[Answer, ...]
    reason: str


def rung_of(answers: Sequence[Answer]) -> Rung:
    """Fold the answers: all must be equivalent, one that diverged suffices.

    Args:
        answers: One a metric, at least one.

    Returns:
        The rung of the family.
    """
    rungs = {answer.rung for answer in answers}
    if Rung.DIVERGED in rungs:
        return Rung.DIVERGED
    return Rung.EQUIVALENT if rungs == {Rung.EQUIVALENT} else Rung.INCONCLUSIVE


def detail_of(answer: Answer, *, counted: str) -> str:
    """Write the evidence of one metric.

    Args:
        answer: The answer, its detail still empty.
        counted: The seeds on both sides.

    Returns:
        One line.
    """
    if answer.problem:
        return f"cannot be decided: {answer.problem}"
    on_scale = "" if answer.scale is Scale.LINEAR else f" on the {answer.scale} scale"
    margin = f"margin {answer.margin:.4g}{on_scale}"
    if answer.margin_in_deviations is not None:
        margin += f" ({answer.margin_in_deviations:.2g} reference standard deviations)"
    if answer.shift is None or answer.p_value is None:
        return f"{counted}, {margin}"
    shift = f"shifts by {answer.shift:.4g}{on_scale} over {counted}"
    return f"{shift}, {margin}: {_finding(answer)}"


def _finding(answer: Answer) -> str:
    chance, level = answer.p_value or 0.0, answer.level or 0.0
    compared = f"p = {chance:.3g} {'≤' if answer.is_shifted else '>'} {level:.3g}"
    told = f" ({compared if level else f'p = {chance:.3g}, too few seeds to reject'})"
    match answer.rung:
        case Rung.EQUIVALENT if answer.is_shifted:
            return f"there is a shift, and it is smaller than the margin{told}"
        case Rung.EQUIVALENT:
            return f"a shift by the margin is excluded{told}"
        case Rung.DIVERGED:
            return f"chance does not explain it{told}"
        case _ if answer.barred:
            alone = f"alone it would have diverged at {answer.barred} seeds"
            return f"{alone}, so these metrics no longer pass together{told}"
        case _ if answer.is_shifted:
            least = (answer.least_shift or 0.0) / (answer.margin or 1.0)
            return f"there is a shift, but of less than {least:.2g} margins{told}"
        case _:
            return f"neither a shift nor its absence is shown{told}"


def excluded_failure_rate(seeds: int, beta: float) -> float:
    """Compute from which rate on a failure of single seeds would have shown.

    Args:
        seeds: How many ran and did not fail, positive.
        beta: Rate of misses.

    Returns:
        ``1 − β^(1/n)``: a change that breaks more of the seeds than that would have
        broken one of these, but for a chance of beta.

    Example:
        >>> round(excluded_failure_rate(3, 0.05), 2)
        0.63
    """
    return 1 - float(beta ** (1 / seeds))


def reason_for(
    answers: Sequence[Answer], design: Design, *, look: int, failed: int
) -> str:
    """Write the reason of a decision: the metric that decides, or what is missing.

    Args:
        answers: One a metric.
        design: What was declared.
        look: The number of seeds used.
        failed: How many of them gave a value that is not finite.

    Returns:
        One line.
    """
    rung = rung_of(answers)
    deciding = sorted((it for it in answers if it.rung is rung), key=_urgency)
    others = f"; {len(deciding) - 1} more" if len(deciding) > 1 else ""
    told = f"{deciding[0].name} {deciding[0].detail}{others}"
    match rung:
        case Rung.EQUIVALENT:
            return f"{told}; {_cleanness(look, failed, design.beta)}"
        case Rung.DIVERGED:
            return told
        case _:
            last = design.stages[-1]
            return f"{told}; {look} of at most {last} seeds are used"


def _urgency(answer: Answer) -> tuple[bool, bool, float, float, str]:
    """Sort the most telling answer first, whatever the order of the metrics."""
    chance = 1.0 if answer.p_value is None else answer.p_value
    is_free = answer.barred is None
    return not answer.problem, is_free, chance, -answer.shift_in_margins, answer.name


def _cleanness(look: int, failed: int, beta: float) -> str:
    if failed:
        return f"{failed} of {look} seeds gave a value that is not finite"
    rate = excluded_failure_rate(look, beta)
    seeds = "1 clean seed excludes" if look == 1 else f"{look} clean seeds exclude"
    return f"{seeds} that more than {rate:.0%} of seeds fail"
