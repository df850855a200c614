"""The pictures of the page, from outcomes alone."""

from benchmarks.contest.bars import Outcomes, plural
from benchmarks.contest.plot import Curve, draw_curves
from benchmarks.contest.rules import OURS
from benchmarks.contest.studies import CURVE, SHIFTS

__all__ = ["curves"]

# Drawn, ours first.
DRAWN = (
    OURS,
    "every run in mean ± 3 sd",
    "Welch p > .05",
    "MLPerf RCP, harmful side",
    "Megatron-LM: golden ± 5 %, seeds vary 1 %",
    "TOST 5 %, then Welch 5 %",
    "t e-process and e-TOST 1 % / 5 %",
)
SIZES = ((10, 1), (5, 1), (20, 1), (5, 20), (10, 20), (20, 20))


def curves(outcomes: Outcomes) -> dict[str, str]:
    """Draw how often a change is found.

    Args:
        outcomes: What rules said.

    Returns:
        SVG documents by file name.
    """
    rules = [_by_rule(outcomes, rule) for rule in DRAWN]
    sizes = [_by_size(outcomes, m, k) for m, k in SIZES]
    return {
        "contest-rules.svg": draw_curves("called changed, by rule", rules),
        "contest-references.svg": draw_curves("called changed by our rule", sizes),
    }


def _by_rule(outcomes: Outcomes, rule: str) -> Curve:
    about = {"shape": "normal", "margin": 3.0}
    found = {
        one.cell.shift: one.changed for one in outcomes.of("contestants", rule, **about)
    }
    return Curve(name=rule, points=tuple((at, found[3 * at]) for at in CURVE))


def _by_size(outcomes: Outcomes, reference: int, metrics: int) -> Curve:
    about = {
        "shape": "normal",
        "reference": reference,
        "metrics": metrics,
        "margin": 3.0,
    }
    found = {one.cell.shift: one.changed for one in outcomes.of("grid", OURS, **about)}
    return Curve(
        name=f"{reference} references, {plural(metrics)}",
        points=tuple((at, found[3 * at]) for at in SHIFTS),
    )
