"""Recorded facts that differ, each turned into the switch that puts it back."""

from collections.abc import Mapping

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import Environment, Identity
from pytest_repro.replication.suspicions import put_back

ENVIRONMENT = Environment(key="key", axes=(), digest=digest_of_bytes(b""))


def identity(**facts: object) -> Identity:
    """Make an identity with these facts of determinism; dots stand for underscores."""
    named: Mapping[str, object] = {
        name.replace("__", "."): fact for name, fact in facts.items()
    }
    return Identity(
        experiment="test_it.py::test_it",
        config={},
        environment=ENVIRONMENT,
        determinism=named,
    )


def test_equal_facts_leave_nothing_to_put_back() -> None:
    """Two runs under the same circumstances have no switch between them."""
    same = identity(torch__threads=1, env__MKL_CBWR="COMPATIBLE")

    assert put_back(same, same) == ()


def test_all_that_means_threads_is_one_switch() -> None:
    """Variables and flag are set together, and told as one number."""
    ours = identity(torch__threads=2, env__OMP_NUM_THREADS="2", hash_seed=0)
    theirs = identity(torch__threads=1, env__OMP_NUM_THREADS="1", hash_seed=0)

    (switch,) = put_back(ours, theirs)

    assert switch.name == "threads 2 -> 1"
    assert switch.determinism == {"threads": 1}
    assert switch.variables == {"OMP_NUM_THREADS": "1"}


def test_each_circumstance_has_a_switch_of_its_own() -> None:
    """Two things that differ are put back one by one."""
    ours = identity(env__MKL_CBWR="AUTO", hash_seed=3)
    theirs = identity(env__MKL_CBWR="COMPATIBLE", hash_seed=0)

    names = [one.name for one in put_back(ours, theirs)]

    assert names == ["hash seed 3 -> 0", "MKL branch AUTO -> COMPATIBLE"]


def test_a_variable_that_the_reference_lacked_is_taken_away() -> None:
    """A variable set to nothing is not there when the worker starts."""
    ours = identity(env__MKL_CBWR="AUTO")

    (switch,) = put_back(ours, identity())

    assert switch.name == "MKL branch AUTO -> absent"
    assert switch.variables == {"MKL_CBWR": ""}


def test_flags_become_fields() -> None:
    """A precision is told as torch names it and set as the options do."""
    ours = identity(torch__float32_matmul_precision="high")
    theirs = identity(torch__float32_matmul_precision="highest")

    (switch,) = put_back(ours, theirs)

    assert switch.determinism == {"matmul_precision": "ieee"}


def test_a_flag_that_nothing_pins_is_put_back_itself() -> None:
    """Whatever set it, torch is told what the reference had."""
    ours = identity(torch__mkldnn__enabled=False)
    theirs = identity(torch__mkldnn__enabled=True)

    (switch,) = put_back(ours, theirs)

    assert switch.name == "oneDNN False -> True"
    assert switch.probes == ("flag:mkldnn.enabled=True",)


def test_what_no_row_tells_has_its_own_name() -> None:
    """A variable or flag outside of the table is a switch; another fact is none."""
    ours = identity(env__NEW="1", torch__mha__fastpath=True, seed="3")
    theirs = identity(torch__mha__fastpath=False, seed="4")

    found = put_back(ours, theirs)

    assert [one.name for one in found] == [
        "env.NEW 1 -> absent",
        "torch.mha.fastpath True -> False",
    ]
    assert [one.variables for one in found] == [{"NEW": ""}, {}]


def test_a_flag_that_the_reference_lacked_stays() -> None:
    """Another torch may know fewer flags, and cannot be told of them."""
    ours = identity(torch__cuda__tunable=True)

    assert put_back(ours, identity()) == ()
