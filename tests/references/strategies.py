"""Hypothesis strategies for every record that may be stored."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from pytest_repro.records import (
    DTYPES,
    AssetUse,
    Cause,
    Contract,
    Drift,
    Environment,
    Equivalent,
    Failure,
    Fingerprint,
    Horizon,
    Identity,
    Metric,
    Replica,
    Resources,
    Revision,
    Rounding,
    RunRecord,
    Scalar,
    SeedResult,
    Series,
)
from pytest_repro.references.thinning import kept_count
from tests.references.samples import digest

WIDTHS: Final = {dtype: len(Scalar.of(0, dtype).bits) for dtype in sorted(DTYPES)}
"""How many hexadecimal characters the bits of a dtype have."""


NAMES: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8
).filter(lambda name: not name.startswith("#"))
NAME_SETS: Final = st.sets(NAMES, max_size=3).map(sorted)
WORDS: Final = st.text(max_size=6)
DIGESTS: Final = st.text(max_size=3).map(digest)
COUNTS: Final = st.integers(0, 2**63 - 1)
FACTS: Final = st.dictionaries(
    WORDS, WORDS | st.integers(-9, 9) | st.none(), max_size=2
)
FINITE: Final = st.floats(allow_nan=False)
BOUNDS: Final = st.floats(min_value=0).map(abs)
SECONDS: Final = st.floats(min_value=0, allow_infinity=False).map(abs)


@st.composite
def scalars(draw: st.DrawFn, dtype: str | None = None) -> Scalar:
    """Draw a number of any bits whatever."""
    kind = draw(st.sampled_from(sorted(DTYPES))) if dtype is None else dtype
    if kind == "bool":
        return Scalar.of(draw(st.booleans()))
    size = WIDTHS[kind] // 2
    return Scalar(dtype=kind, bits=draw(st.binary(min_size=size, max_size=size)).hex())


@st.composite
def series_of(draw: st.DrawFn, name: str, *, has_envelope: bool = False) -> Series:
    """Draw a series of any dtype, thinned or not."""
    dtype = draw(st.sampled_from(sorted(DTYPES)))
    stride = draw(st.integers(1, 3))
    count = draw(st.integers(0, 9))
    size = kept_count(count, stride)
    steps = draw(
        st.lists(COUNTS, min_size=size, max_size=size, unique=True).map(sorted)
    )
    column = st.lists(COUNTS, min_size=size, max_size=size)
    numbers = draw(st.lists(scalars(dtype), min_size=size, max_size=size))
    return Series(
        name=name,
        dtype=dtype,
        count=count,
        stride=stride,
        steps=tuple(steps),
        bits=tuple(number.bits for number in numbers),
        orders=tuple(draw(column)),
        chains=tuple(digest(str(step))[7:23] for step in steps),
        head=draw(DIGESTS),
        envelope=tuple(
            draw(
                st.just([]) | st.lists(BOUNDS, min_size=size, max_size=size).map(sorted)
            )
        )
        if has_envelope
        else (),
    )


@st.composite
def seed_rows(draw: st.DrawFn) -> tuple[SeedResult, ...]:
    """Draw the rows of some seeds; each may lack some metrics."""
    numbers = draw(st.sets(st.integers(-(2**63), 2**64 - 1), min_size=1, max_size=3))
    rows = []
    for number in sorted(numbers):
        metrics, derived = (
            tuple(Metric(name=name, scalar=draw(scalars())) for name in draw(NAME_SETS))
            for _ in range(2)
        )
        cost = draw(
            st.builds(
                Resources,
                wall_s=SECONDS,
                cpu_s=SECONDS,
                peak_rss_bytes=COUNTS,
                steps=COUNTS,
            )
        )
        rows.append(
            SeedResult(
                seed=number,
                metrics=metrics,
                trace_root=draw(DIGESTS),
                state_root=draw(DIGESTS),
                resources=cost,
                derived=derived,
                origin=draw(st.none() | DIGESTS),
            )
        )
    return tuple(rows)


IDENTITIES: Final = st.builds(
    Identity,
    experiment=WORDS,
    config=st.dictionaries(WORDS, WORDS, max_size=2),
    environment=st.builds(
        Environment,
        key=WORDS,
        axes=st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
        digest=DIGESTS,
        facts=FACTS,
    ),
    contract=st.builds(
        Contract,
        seeds=st.integers(1, 9),
        tolerances=st.just((("a", Equivalent(rel=0.1)),)),
        timeout_s=st.none() | SECONDS,
    ),
    assets=st.lists(
        st.builds(AssetUse, name=WORDS, digest=DIGESTS, size_bytes=COUNTS), max_size=2
    ).map(tuple),
    code=FACTS,
    determinism=FACTS,
    isolation=WORDS,
)
REVISIONS: Final = st.builds(
    Revision,
    number=st.just(1),
    created_utc=WORDS,
    created_by=WORDS,
    reason=WORDS,
    supersedes=st.none() | DIGESTS,
    drift=st.lists(
        st.builds(
            Drift,
            metric=WORDS,
            absolute=FINITE,
            relative=FINITE,
            first_step=st.none() | COUNTS,
            ulps=st.none() | st.integers(-(2**64), 2**64),
            envelope=st.none() | BOUNDS,
        ),
        max_size=2,
    ).map(tuple),
    approved_by=st.lists(WORDS, max_size=2).map(tuple),
    source=WORDS,
    lacks=st.lists(WORDS, max_size=2).map(tuple),
)
FAILURES: Final = st.builds(
    Failure, cause=st.sampled_from(Cause), message=WORDS, output=WORDS, signal=WORDS
)


HORIZONS: Final = st.builds(
    Horizon, step=st.integers(1, 99), order=COUNTS, is_end=st.booleans()
)


@st.composite
def roundings(draw: st.DrawFn, seeds: tuple[SeedResult, ...]) -> Rounding:
    """Draw replicas of seeds that ran."""
    places = draw(
        st.sets(
            st.tuples(st.sampled_from([row.seed for row in seeds]), st.integers(1, 9)),
            min_size=1,
            max_size=3,
        )
    )
    results = {row.seed: row for row in seeds}
    replicas = [
        Replica(number=number, result=results[seed]) for seed, number in sorted(places)
    ]
    return Rounding(noise=draw(NAMES), replicas=tuple(replicas))


@st.composite
def records(draw: st.DrawFn) -> RunRecord:
    """Draw any record that may be stored."""
    names = sorted(draw(st.sets(NAMES, max_size=2)))
    seeds = draw(seed_rows())
    rounding = draw(st.none() | roundings(seeds))
    has_envelope = rounding is not None
    sketches = st.lists(FINITE, max_size=2).map(tuple)
    moments = draw(st.sets(st.tuples(NAMES, st.none() | COUNTS), max_size=3))
    orders = sorted(draw(st.lists(COUNTS, min_size=3, max_size=3)))
    state = tuple(
        Fingerprint(
            name=name,
            step=step,
            order=order,
            digest=draw(DIGESTS),
            is_evidence=draw(st.booleans()),
            sketch=(sketch := draw(sketches)),
            envelope=draw(st.none() | BOUNDS) if sketch and has_envelope else None,
        )
        for (name, step), order in zip(sorted(moments, key=repr), orders, strict=False)
    )
    revisions = draw(st.lists(REVISIONS, max_size=2))
    return RunRecord(
        identity=draw(IDENTITIES),
        seeds=seeds,
        series=tuple(
            draw(series_of(name, has_envelope=has_envelope)) for name in names
        ),
        state=state,
        history=tuple(
            replace(revision, number=number)
            for number, revision in enumerate(revisions, 1)
        ),
        failure=draw(st.none() | FAILURES),
        horizon=draw(st.none() | HORIZONS),
        rounding=rounding,
    )
