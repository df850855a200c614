"""Small data sets, and strategies for any."""

from hypothesis import strategies as st

from pytest_repro.data import Manifest, Sample, content_digest

LINES = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12)
IDS = st.lists(LINES, unique=True, max_size=60)
SALTS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)

SAMPLES = st.builds(
    Sample,
    id=LINES,
    origin=LINES,
    preparation=LINES,
    digest=st.binary(max_size=2).map(content_digest),
    is_synthetic=st.booleans(),
    group=st.just("") | st.sampled_from(["a", "b", "c", "d"]),
    label=st.just("") | LINES,
)
MANIFESTS = st.lists(SAMPLES, unique_by=lambda one: one.id, max_size=40).map(
    Manifest.of
)


def sample(name: str, content: str | bytes = "", **facts: str | bool) -> Sample:
    """Make an ordinary sample; without a content it has one of its own."""
    return Sample(
        **{  # type: ignore[arg-type]  # of the fields that are named
            "id": name,
            "origin": "made",
            "preparation": "none",
            "digest": content_digest(content or name),
            **facts,
        }
    )


def many(count: int) -> Manifest:
    """Make a data set of so many samples."""
    return Manifest.of(sample(f"sample-{number:05}") for number in range(count))
