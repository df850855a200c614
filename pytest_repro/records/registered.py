"""What was expected of an experiment before it ran, and what came of that.

A registration is written by a person and says what is asked, what is measured, and what
is expected. `Registered` holds it against a run: whether it really came first, and each
expectation with its outcome. That an expectation did not hold is a result and no
failure.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "Amendment",
    "Answer",
    "Expectation",
    "ExpectationOutcome",
    "Measured",
    "Order",
    "Precedence",
    "Randomness",
    "Registered",
    "Registration",
    "Relation",
]


class Relation(enum.StrEnum):
    """How a quantity is expected to lie to a bound."""

    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="

    def holds(self, value: float, bound: float) -> bool:
        """Compare two numbers.

        Args:
            value: The quantity.
            bound: The bound.

        Returns:
            Whether it lies on the expected side.
        """
        match self:
            case Relation.LESS:
                return value < bound
            case Relation.AT_MOST:
                return value <= bound
            case Relation.GREATER:
                return value > bound
            case Relation.AT_LEAST:
                return value >= bound

    @property
    def rises(self) -> bool:
        """Whether larger is as expected."""
        return self in {Relation.GREATER, Relation.AT_LEAST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A final metric, of the experiment itself or of a baseline.

    Attributes:
        metric: Its name.
        baseline: The word by which the registration knows the baseline; or empty.
    """

    metric: str
    baseline: str = ""

    @property
    def text(self) -> str:
        """The metric as a person would write it."""
        return f"{self.metric} of {self.baseline}" if self.baseline else self.metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One clause: a quantity, a direction, a bound.

    Attributes:
        text: As it was written.
        plus: What is measured.
        minus: What is taken from it, as in ``delta(…)`` and ``gen_gap``; or None.
        relation: The direction.
        bound: The bound; a margin is already in it.
        is_every: Whether it is expected of each seed, not of their mean.
    """

    text: str
    plus: Measured
    minus: Measured | None
    relation: Relation
    bound: float
    is_every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomness:
    """What may vary by declaration, and how far that may carry.

    Attributes:
        source: What is random, in words.
        reason: Why it is accepted.
        bound: How far it may move a result, in words.
    """

    source: str
    reason: str
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change after the first run, with its reason.

    Attributes:
        changes: The keys of the registration that it changed.
        reason: Why.
        author: Who; or empty.
        date: When, as a day; or empty. Nothing is decided by it.
    """

    changes: tuple[str, ...]
    reason: str
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a person wrote down before the first run.

    Attributes:
        id: The name of its file, without the ending.
        hypothesis: What is claimed.
        experiments: The node ids that put it to the test.
        metrics: The final metrics that evaluate it.
        expectations: What is expected of them, in order.
        joint: The aspects that are chosen together, such as ``arch`` and ``data``.
        rationale: Why it should be so.
        tradeoffs: What is expected to be worse for it.
        randomness: What may vary.
        baselines: The node ids of baselines, by the words that expectations use.
        amendments: What was changed after the first run, oldest first.
        author: Who registered it; or empty.
        date: When, as a day; or empty. Nothing is decided by it.
    """

    id: str
    hypothesis: str
    experiments: tuple[str, ...]
    metrics: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    joint: tuple[str, ...] = ()
    rationale: str = ""
    tradeoffs: tuple[str, ...] = ()
    randomness: tuple[Randomness, ...] = ()
    baselines: Mapping[str, str] = field(default_factory=dict)
    amendments: tuple[Amendment, ...] = ()
    author: str = ""
    date: str = ""


class Answer(enum.StrEnum):
    """What became of an expectation."""

    HELD = "held"
    DID_NOT_HOLD = "did not hold"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationOutcome:
    """An expectation beside its outcome.

    Attributes:
        text: The expectation, as it was written.
        answer: What became of it.
        bound: What it was held against, such as ``>= 0.95``.
        obtained: What was measured, such as ``0.971``; empty where nothing was.
        detail: Of how many seeds, with which uncertainty; or why nothing can be told.
    """

    text: str
    answer: Answer
    bound: str
    obtained: str = ""
    detail: str = ""


class Order(enum.StrEnum):
    """Whether a registration came before the first run."""

    REGISTERED = "registered"
    AMENDED = "registered, amended"
    """Changed after the first run, and each change is stated with its reason."""

    LATE = "registered late"
    EDITED = "edited after the first run"
    UNKNOWN = "cannot be checked"

    @property
    def is_sound(self) -> bool:
        """Whether the registration came first, with all changes told."""
        return self in {Order.REGISTERED, Order.AMENDED}


class Precedence(enum.StrEnum):
    """What git says about a registration and the first run: one case each."""

    NOT_RUN = "no run is known yet"
    BEFORE = "committed before the first run"
    RENAMED = "committed before the first run, under another name"
    AMENDED = "amended after the first run, with stated reasons"
    UNCOMMITTED = "not committed"
    AFTER = "committed after the first run"
    CHANGED = "changed after the first run"
    RESTORED = "changed after the first run, and changed back"
    DIRTY = "changed in the work tree after the first run"
    NO_GIT = "git has nothing to say here"
    NO_COMMIT = "the first run names no commit"
    SHALLOW = "the clone is shallow"
    VANISHED = "the commit of the first run is gone"
    REWRITTEN = "the commit of the first run is not in the history of HEAD"
    UNREADABLE = "git cannot read what was registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration held against what was run.

    Attributes:
        id: Of the registration.
        path: Its file, relative to the root.
        hypothesis: What is claimed.
        order: Whether it came first.
        precedence: What exactly git says about that.
        message: The same in a sentence or more, with what to do.
        amendments: The reasons of what was changed after the first run.
        evidence: Whose numbers the expectations were held against.
        expectations: Each with its outcome, in order.
    """

    id: str
    path: str
    hypothesis: str
    order: Order
    precedence: Precedence
    message: str = ""
    amendments: tuple[str, ...] = ()
    evidence: str = ""
    expectations: tuple[ExpectationOutcome, ...] = ()

    def count(self, answer: Answer) -> int:
        """Count the expectations with one answer.

        Args:
            answer: The answer.

        Returns:
            How many have it.
        """
        return sum(one.answer is answer for one in self.expectations)
