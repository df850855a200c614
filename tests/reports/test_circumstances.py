"""What differs around two runs, and in which order it is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import Identity, InstalledPackage, SourceFile
from pytest_repro.reports.circumstances import (
    SUSPECTS,
    Circumstance,
    find_all_differences,
    find_differences,
)
from tests.cli.samples import OTHER_KEY, Facts, obtained_run

DIGEST, OTHER = digest_of_bytes(b"this"), digest_of_bytes(b"other")
ORDINARY = obtained_run(Facts()).identity

ABSENT = object()

FACTS = st.dictionaries(
    st.sampled_from(["torch.version", "os.kernel", "package.numpy", "cpu.model"]),
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text()),
)


def with_facts(facts: dict[str, object]) -> Identity:
    """Return an identity on a machine with these facts."""
    return obtained_run(Facts(facts=facts)).identity


@given(FACTS)
def test_nothing_differs_from_itself(facts: dict[str, object]) -> None:
    """``find_differences(x, x) = ()``."""
    assert find_differences(with_facts(facts), with_facts(facts)) == ()


@given(FACTS, FACTS)
def test_swapping_the_sides_swaps_the_answer(
    ours: dict[str, object], theirs: dict[str, object]
) -> None:
    """Each difference is found from both sides, in the same order."""
    there = find_differences(with_facts(ours), with_facts(theirs))
    back = find_differences(with_facts(theirs), with_facts(ours))

    swapped = [
        replace(one, obtained=one.reference, reference=one.obtained) for one in back
    ]
    assert list(there) == swapped
    assert {one.fact.removeprefix("environment.") for one in there} == {
        name
        for name in ours.keys() | theirs.keys()
        if repr(ours.get(name, ABSENT)) != repr(theirs.get(name, ABSENT))
    }


@pytest.mark.parametrize(
    ("facts", "suspect", "fact"),
    [
        (Facts(config={"depth": "3"}), "config", "config.depth"),
        (Facts(data=b"other"), "data", "data.digits.csv"),
        (Facts(code={"commit": "ffff"}), "code", "code.commit"),
        (
            Facts(facts={"package.numpy": "2.4.0", "torch.version": "2.12.0"}),
            "arithmetic",
            "environment.torch.version",
        ),
        (Facts(key=OTHER_KEY), "arithmetic", "axis.isa"),
        (
            Facts(facts={"package.numpy": "2.4.1", "torch.version": "2.13.0"}),
            "packages",
            "environment.package.numpy",
        ),
    ],
)
def test_each_kind_of_difference_has_its_row(
    facts: Facts, suspect: str, fact: str
) -> None:
    """One fact changed is one difference, under the right suspect."""
    (found,) = find_differences(obtained_run(facts).identity, ORDINARY)

    assert (found.suspect, found.fact) == (suspect, fact)


def test_changed_modules_and_rebuilt_packages_are_named() -> None:
    """Down to the file, where both records know theirs; other versions are facts."""
    ours = replace(
        obtained_run(Facts()),
        sources=(SourceFile(path="model.py", digest=DIGEST),),
        packages=(
            InstalledPackage(name="numpy", version="2.4.0", record=DIGEST),
            InstalledPackage(name="torch", version="2.13.0", record=DIGEST),
        ),
    )
    theirs = replace(
        ours,
        sources=(SourceFile(path="model.py", digest=OTHER),),
        packages=(
            InstalledPackage(name="numpy", version="2.4.0", record=OTHER),
            InstalledPackage(name="torch", version="2.12.0", record=OTHER),
        ),
    )

    found = find_all_differences(ours, theirs)

    assert [(one.suspect, one.fact) for one in found] == [
        ("code", "code.imported.model.py"),
        ("edited packages", "packages.numpy 2.4.0"),
    ]
    assert find_all_differences(ours, obtained_run(Facts())) == ()


def test_likelier_causes_come_first() -> None:
    """Config and data before code, code before packages, and so on to the rest."""
    everything = Facts(
        key=OTHER_KEY,
        data=b"other",
        config={"depth": "3"},
        code={"commit": "ffff"},
        facts={
            "edited.torch/nn.py": "sha256:1",
            "package.numpy": "2.4.1",
            "torch.version": "2.12.0",
            "kernel": "6",
        },
    )

    found = find_differences(obtained_run(everything).identity, ORDINARY)

    order = list(dict.fromkeys(one.suspect for one in found))
    assert order == [suspect.name for suspect in SUSPECTS]


def test_nested_facts_are_followed_to_the_leaf() -> None:
    """Only what differs is told, not the whole mapping around it."""
    ours = replace(ORDINARY, code={"files": {"a.py": "1", "b.py": ["x", "y"]}})
    theirs = replace(ORDINARY, code={"files": {"a.py": "1", "b.py": ["x", "z"]}})

    found = find_differences(ours, theirs)

    assert found == (
        Circumstance(
            suspect="code", fact="code.files.b.py.1", obtained="y", reference="z"
        ),
    )


def test_a_fact_of_one_side_is_absent_on_the_other() -> None:
    """None is a value; a fact that was not collected is none."""
    ours = replace(ORDINARY, code={**ORDINARY.code, "remote": None})

    (found,) = find_differences(ours, ORDINARY)

    assert (found.obtained, found.reference) == ("null", "absent")


def test_seeds_are_not_told_as_causes() -> None:
    """What follows from the root seed differs between seeds, as it should."""
    ours = replace(ORDINARY, determinism={"seed": "1", "seed.numpy": "7", "threads": 1})
    theirs = replace(
        ORDINARY, determinism={"seed": "0", "seed.numpy": "5", "threads": 1}
    )
    changed = replace(theirs, determinism={"seed.derivation": "v2", "threads": 1})

    assert find_differences(ours, theirs) == ()
    assert [one.fact for one in find_differences(ours, changed)] == [
        "determinism.seed.derivation"
    ]


def test_every_suspect_says_why() -> None:
    """The last row takes what no other takes, and no row is without a reason."""
    assert SUSPECTS[-1].patterns == ("*",)
    assert all(suspect.why and suspect.patterns for suspect in SUSPECTS)
