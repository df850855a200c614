"""Selection as a component: how many are chosen, by what, and at least how good.

The score itself is code, not configuration: it is given where the selection is made.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field
from pytest_repro.training.recording import DataRun, record_selection
from pytest_repro.training.selection import Selected, Selection

__all__ = ["Select"]


class Select(Component, kind="data"):
    """Choose what to learn from next by a score, and keep why.

    Rationale:
        whoever reads the record can choose again, and must come to the same
        samples.
    Trade-offs:
        one score decides; nothing keeps chosen samples apart from each other.
    Use when:
        labels are dear, or a model labels samples itself.
    Fails when:
        the best samples are all alike.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Select"]):
        """By what, how many, and at least how good."""

        score: str = Field(why="what the score is, such as 'entropy of the prediction'")
        count: int = Field(
            search=Domain.int(1, 10**6, log=True), why="what the budget allows"
        )
        at_least: float = Field(-math.inf, why="the best are chosen, however bad")
        name: str = Field("selection", why="most experiments select once")

    def __init__(self, config: Config) -> None:
        """Take what was declared.

        Args:
            config: What was declared.

        Raises:
            ReproUsageError: If nothing could be chosen.
        """
        if config.count < 1:
            msg = f"a selection chooses samples from 1 on, got {config.count}"
            raise ReproUsageError(msg)
        self.config = config

    def choose(
        self,
        run: DataRun,
        candidates: Mapping[str, object] | tuple[str, ...],
        score: Callable[[str], float],
        *,
        name: str = "",
    ) -> Selected:
        """Choose among candidates, and record what was chosen.

        Args:
            run: The fixture `repro`.
            candidates: The ids, in any order.
            score: Gives the score of a sample by its id.
            name: What the record calls this round; empty for the name in the config.

        Returns:
            The decisions; `Selected.log` is the table of them.

        Raises:
            ReproUsageError: If a score is no number.
        """
        config = self.config
        rule = Selection(
            name=config.score,
            score=score,
            count=config.count,
            at_least=config.at_least,
        )
        selected = rule.select(candidates)
        record_selection(run, selected, name=name or config.name)
        return selected
