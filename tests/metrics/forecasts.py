"""Forecasts drawn by Hypothesis: distributions over classes, labels, groups."""

from dataclasses import dataclass

from hypothesis import strategies as st

Table = list[list[float]]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was stated, and what was true.

    Attributes:
        table: The probabilities of each class, row by row.
        labels: The true class of each row.
    """

    table: Table
    labels: list[int]

    def reordered(self, order: list[int]) -> "Forecast":
        """Return the same rows in another order."""
        return Forecast([self.table[n] for n in order], [self.labels[n] for n in order])


@st.composite
def forecasts(
    draw: st.DrawFn, *, classes: int | None = None, least: int = 0, rows: int = 1
) -> Forecast:
    """Draw rows of whole weights, made into distributions."""
    width = draw(st.integers(2, 4)) if classes is None else classes
    weights = st.lists(st.integers(least, 20), min_size=width, max_size=width).filter(
        any
    )
    table = draw(st.lists(weights, min_size=rows, max_size=40))
    labels = draw(
        st.lists(st.integers(0, width - 1), min_size=len(table), max_size=len(table))
    )
    return Forecast([[one / sum(row) for one in row] for row in table], labels)


@st.composite
def shuffled(
    draw: st.DrawFn, *, least: int = 0, rows: int = 1
) -> tuple[Forecast, Forecast]:
    """Draw a forecast, and the same rows in another order."""
    forecast = draw(forecasts(least=least, rows=rows))
    order = draw(st.permutations(range(len(forecast.labels))))
    return forecast, forecast.reordered(order)
