"""What a scorecard answers when it is asked for circumstances."""

from pytest_repro.records import Effect, Rung, Scorecard, Standing, Verdict

SAME = Verdict(rung=Rung.IDENTICAL, required=Rung.IDENTICAL, reason="same bits")


def effect(standing: Standing, *axes: str) -> Effect:
    """Make an effect of one variation a circumstance."""
    names = tuple(f"{axis}=1" for axis in axes)
    return Effect(variations=names, axes=axes, standing=standing, verdict=SAME)


def card(*effects: Effect, is_steady: bool = True) -> Scorecard:
    """Make a scorecard of these effects."""
    return Scorecard(experiment="t", seed=0, effects=effects, is_steady=is_steady)


def test_worst_value_speaks_for_its_circumstance() -> None:
    """Two threads may change nothing while eight break everything."""
    found = card(
        effect(Standing.SAME, "threads"),
        effect(Standing.BREAKS, "threads"),
        effect(Standing.WITHIN, "threads"),
    )

    assert found.axes(Standing.BREAKS) == ("threads",)
    assert found.axes(Standing.SAME, Standing.WITHIN) == ()


def test_cleared_together_is_cleared_apart() -> None:
    """One run may clear several circumstances; each is named by itself."""
    found = card(effect(Standing.SAME, "home", "clock"))

    assert found.axes(Standing.SAME) == ("home", "clock")


def test_what_matters_only_together_is_named_together() -> None:
    """And neither part of it is said to be harmless, though it was cleared alone."""
    found = card(
        effect(Standing.SAME, "home", "clock", "locale"),
        effect(Standing.BREAKS, "home", "clock"),
    )

    assert found.axes(Standing.BREAKS) == ("home with clock",)
    assert found.axes(Standing.SAME) == ("locale",)


def test_only_what_breaks_or_is_unsteady_fails() -> None:
    """A dependence that nobody can measure is told, not failed."""
    assert card(effect(Standing.DEPENDS, "threads")).passed
    assert card(effect(Standing.WITHIN, "threads")).passed
    assert not card(effect(Standing.BREAKS, "threads")).passed
    assert not card(is_steady=False).passed
