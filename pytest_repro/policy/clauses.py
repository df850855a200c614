"""The small language of expectations: one clause, one line, read strictly.

::

    clause    = quantity relation number [ "by" margin ]
    quantity  = metric | every(metric) | delta(metric, baseline)
              | gen_gap | gen_gap(NAME) | aug_delta | aug_delta(NAME) | ece
    relation  = < | <= | > | >=

``by`` asks for more than the bare direction: ``< 0 by 0.02`` is ``< -0.02``, and
``>= 0.9 by 0.01`` is ``>= 0.91``. The derived quantities are computed from what was
logged, and their metrics must have been named, too:

- ``gen_gap(NAME)`` is ``train/NAME − test/NAME``; without a name, of ``accuracy``. As
  in `metrics.GeneralisationGap`, positive for an accuracy and negative for a loss where
  a model remembers more than it understood.
- ``aug_delta(NAME)`` is ``test/NAME`` less that of the baseline
  ``without_augmentation``; without a name, of ``accuracy``.
- ``ece`` is the one named metric whose last part begins with ``ece``, such as
  ``test/ece-l1-15-equal-width-v1`` (see `metrics.CalibrationError`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Never

from pytest_repro.policy.toml_entries import nearest
from pytest_repro.records import Expectation, Measured, Relation

__all__ = ["WITHOUT_AUGMENTATION", "ClauseError", "read_clause"]

WITHOUT_AUGMENTATION: Final = "without_augmentation"
"""The baseline that ``aug_delta`` speaks of."""

FUNCTIONS: Final = ("every", "delta", "gen_gap", "aug_delta")
DEFAULT: Final = "accuracy"
ECE: Final = "ece"

_TOKENS: Final = re.compile(
    r"\s*(?:(?P<word>[^\s(),<>=]+)|(?P<sign><=|>=|<|>|[(),=]))", re.DOTALL
)


class ClauseError(ValueError):
    """A clause has no meaning; never leaves this folder, where a file is refused.

    Attributes:
        column: Where, from 1 on.
    """

    def __init__(self, message: str, *, column: int) -> None:
        """Keep where.

        Args:
            message: What is wrong.
            column: Where, from 1 on.
        """
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str
    column: int
    is_word: bool


def read_clause(
    text: str, *, metrics: Sequence[str], baselines: Mapping[str, str]
) -> Expectation:
    """Read one clause.

    Args:
        text: Such as ``delta(test/loss, small) < 0 by 0.02``.
        metrics: The metrics that were named.
        baselines: The baselines that were, by their words.

    Returns:
        The expectation.

    Raises:
        ClauseError: If it has no meaning; it names the column and the nearest word.

    Example:
        >>> one = read_clause("test/loss < 0.5 by 0.1", metrics=["test/loss"],
        ...                   baselines={})
        >>> one.bound
        0.4
    """
    return _Clause(text, metrics=metrics, baselines=baselines).read()


class _Clause:
    """Reads from left to right, one token ahead."""

    def __init__(
        self, text: str, *, metrics: Sequence[str], baselines: Mapping[str, str]
    ) -> None:
        self._text = text
        self._metrics = metrics
        self._baselines = baselines
        self._tokens = _tokens_of(text)
        self._at = 0

    def read(self) -> Expectation:
        start = self._next
        is_every = start is not None and start.text == "every" and self._calls
        plus, minus = self._quantity()
        relation = self._relation()
        bound = self._number("a bound")
        if self._next is not None and self._next.text == "by":
            self._at += 1
            bound += self._margin() * (1 if relation.rises else -1)
        if self._next is not None:
            self._refuse(f"nothing may follow, got {self._next.text!r}")
        return Expectation(
            text=self._text,
            plus=plus,
            minus=minus,
            relation=relation,
            bound=bound,
            is_every=is_every,
        )

    @property
    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def _calls(self) -> bool:
        after = self._tokens[self._at + 1 : self._at + 2]
        return bool(after) and after[0].text == "("

    def _quantity(self) -> tuple[Measured, Measured | None]:
        token = self._word("a metric")
        if self._next is not None and self._next.text == "(":
            return self._called(token)
        if token.text in self._metrics:
            return Measured(metric=token.text), None
        match token.text:
            case "gen_gap":
                return self._gap(DEFAULT, token)
            case "aug_delta":
                return self._effect(DEFAULT, token)
            case "ece":
                return Measured(metric=self._calibration(token)), None
            case _:
                return Measured(metric=self._metric(token)), None

    def _called(self, token: _Token) -> tuple[Measured, Measured | None]:
        if token.text not in FUNCTIONS:
            near = nearest(token.text, FUNCTIONS)
            self._refuse(f"no quantity {token.text!r}{near}", token)
        self._at += 1
        name = self._word("a metric")
        minus = None
        match token.text:
            case "every":
                plus = Measured(metric=self._metric(name))
            case "delta":
                plus = Measured(metric=self._metric(name))
                self._sign(",")
                baseline = self._baseline(self._word("a baseline"))
                minus = Measured(metric=plus.metric, baseline=baseline)
            case "gen_gap":
                plus, minus = self._gap(name.text, name)
            case _:
                plus, minus = self._effect(name.text, name)
        self._sign(")")
        return plus, minus

    def _gap(self, name: str, token: _Token) -> tuple[Measured, Measured]:
        train, test = f"train/{name}", f"test/{name}"
        for one in (train, test):
            self._check_named(one, token)
        return Measured(metric=train), Measured(metric=test)

    def _effect(self, name: str, token: _Token) -> tuple[Measured, Measured]:
        test = f"test/{name}"
        self._check_named(test, token)
        if WITHOUT_AUGMENTATION not in self._baselines:
            msg = f'aug_delta needs {WITHOUT_AUGMENTATION} = "NODE ID" in [baselines]'
            self._refuse(msg, token)
        return (
            Measured(metric=test),
            Measured(metric=test, baseline=WITHOUT_AUGMENTATION),
        )

    def _calibration(self, token: _Token) -> str:
        found = [one for one in self._metrics if _last_part(one).startswith(ECE)]
        if len(found) != 1:
            what = f"are {', '.join(found)}" if found else "is none"
            msg = f"ece is the one metric named …/ece…, and there {what}"
            self._refuse(msg, token)
        return found[0]

    def _metric(self, token: _Token) -> str:
        self._check_named(token.text, token)
        return token.text

    def _check_named(self, metric: str, token: _Token) -> None:
        if metric not in self._metrics:
            near = nearest(metric, self._metrics)
            self._refuse(f"metrics does not name {metric!r}{near}", token)

    def _baseline(self, token: _Token) -> str:
        if token.text not in self._baselines:
            known = tuple(self._baselines) or ("none: write them under [baselines]",)
            self._refuse(
                f"no baseline {token.text!r}{nearest(token.text, known)}", token
            )
        return token.text

    def _relation(self) -> Relation:
        token = self._next
        if token is None or token.text not in list(Relation):
            got = "the end" if token is None else repr(token.text)
            self._refuse(f"expected one of {', '.join(Relation)}, got {got}")
        self._at += 1
        return Relation(token.text)

    def _number(self, what: str) -> float:
        token = self._word(f"{what}, a number")
        try:
            found = float(token.text.replace("_", "x"))
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            self._refuse(f"{what} is a finite number, got {token.text!r}", token)
        return found

    def _margin(self) -> float:
        token = self._next
        found = self._number("a margin")
        if found <= 0:
            self._refuse("a margin is positive: the relation says the direction", token)
        return found

    def _word(self, what: str) -> _Token:
        token = self._next
        if token is None or not token.is_word:
            got = "the end" if token is None else repr(token.text)
            self._refuse(f"expected {what}, got {got}")
        self._at += 1
        return token

    def _sign(self, sign: str) -> None:
        token = self._next
        if token is None or token.text != sign:
            got = "the end" if token is None else repr(token.text)
            self._refuse(f"expected {sign!r}, got {got}")
        self._at += 1

    def _refuse(self, message: str, token: _Token | None = None) -> Never:
        place = token or self._next
        column = place.column if place else len(self._text) + 1
        raise ClauseError(message, column=column)


def _tokens_of(text: str) -> list[_Token]:
    return [
        _Token(
            text=match[match.lastgroup or 0],
            column=match.start(match.lastgroup or 0) + 1,
            is_word=match.lastgroup == "word",
        )
        for match in _TOKENS.finditer(text)
    ]


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]
