"""Laws of explanations, over ledgers of a made-up training with one fault in it."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import BEFORE, Lane, Match, RunRecord
from pytest_repro.verdicts import explain, judge
from pytest_repro.verdicts.causes import CauseClass, first_divergence
from tests.verdicts.making import Made

STEPS = 40

FAULTS = {
    "rng/torch": CauseClass.RNG,
    "data/indices": CauseClass.DATA_ORDER,
    "data/batch": CauseClass.DATA_CONTENT,
    "model/inputs": CauseClass.DATA_CONTENT,
    "model/outputs": CauseClass.FORWARD,
    "model/gradients": CauseClass.BACKWARD,
    "model/optimizer": CauseClass.OPTIMIZER,
    "model/parameters": CauseClass.OPTIMIZER,
}
"""Lanes in the order of a step, and what it means if one differs first."""

CHEAP = ("rng/torch", "data/indices")
CHAIN = list(FAULTS)
MOVES: dict[str, tuple[str, ...]] = {
    "rng/torch": (),
    "data/indices": (),
    "data/batch": ("data/indices",),
    "model/inputs": ("data/indices", "data/batch"),
}
"""What moves data and generators: never a model. Everything else, anything moves."""

VAGUE = {
    True: (CauseClass.UNKNOWN, CauseClass.DATA),
    False: (CauseClass.UNKNOWN,),
}
"""What may be said where not enough was followed, of data and of anything else."""

STRIDES = st.sampled_from([1, 2, 4, 8, 16])


def ledger(
    fault: str = "", step: int = STEPS, *, stride: int = 1, cheap: int = 1
) -> tuple[Lane, ...]:
    """Make a ledger in which a fault moves whatever depends on it, from a step on.

    Args:
        fault: The lane that differs first; empty for none.
        step: At which step.
        stride: Of the dear lanes.
        cheap: Of the cheap ones.
    """
    lanes = []
    for place, name in enumerate(CHAIN):
        every = cheap if name in CHEAP else stride
        first = 0 if place < CHAIN.index("model/optimizer") else BEFORE
        steps = [one for one in range(first, STEPS) if one < 0 or one % every == 0]
        lanes.append(
            Lane(
                name=name,
                steps=tuple(steps),
                orders=tuple(256 * (one + 1) + place for one in steps),
                digests=tuple(
                    digest(name, one, is_other=_differs(name, one, fault, step))
                    for one in steps
                ),
            )
        )
    return tuple(sorted(lanes, key=lambda lane: lane.name))


def _differs(name: str, at: int, fault: str, step: int) -> bool:
    if not fault or at < step:
        return False
    if name != fault and fault not in MOVES.get(name, CHAIN):
        return False
    return at > step or CHAIN.index(name) >= CHAIN.index(fault)


def digest(name: str, step: int, *, is_other: bool) -> str:
    """Make a digest of a lane at a step."""
    text = f"{name} {step} {is_other}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run(lanes: tuple[Lane, ...], loss: float = 0.5) -> RunRecord:
    """Make a run with a ledger."""
    made = Made(seed=0, metrics={"loss": loss}, traces={}, state=()).run()
    return RunRecord(identity=made.identity, seeds=made.seeds, ledger=lanes)


@given(st.sampled_from(CHAIN), st.integers(1, STEPS - 1))
def test_dense_ledgers_tell_class_and_step(fault: str, step: int) -> None:
    """Law: with every step followed, the class and the step are exact."""
    onset = first_divergence(run(ledger()), run(ledger(fault, step)))

    assert onset is not None
    assert onset.cause is FAULTS[fault]
    assert onset.step == (step - 1 if fault == "rng/torch" else step)
    assert onset.after is None


@given(st.sampled_from(CHAIN), st.integers(1, STEPS // 2), STRIDES, STRIDES, STRIDES)
def test_thinned_ledgers_tell_nothing_wrong(
    fault: str, step: int, stride: int, other: int, cheap: int
) -> None:
    """Law: the stretch contains the step, and the class is right or not told."""
    reference = run(ledger(stride=stride, cheap=cheap))
    obtained = run(ledger(fault, step, stride=other, cheap=cheap))
    moment = step - 1 if fault == "rng/torch" else step

    onset = first_divergence(reference, obtained)

    assert onset is not None
    assert onset.step is not None
    begun = onset.step - 1 if onset.after is None else onset.after
    assert begun < moment <= onset.step
    assert onset.cause in {FAULTS[fault], *VAGUE[fault.startswith("data/")]}


@given(st.sampled_from(CHAIN), st.integers(0, STEPS - 1), STRIDES)
def test_equal_ledgers_have_no_onset(fault: str, step: int, stride: int) -> None:
    """Law: a run explains no divergence from itself, whatever it holds."""
    record = run(ledger(fault, step, stride=stride))

    assert first_divergence(record, record) is None


@given(st.sampled_from(CHAIN), st.integers(0, STEPS - 1), st.sampled_from([0.5, 0.75]))
def test_ledgers_decide_nothing(fault: str, step: int, loss: float) -> None:
    """Law: the verdict is the same without any ledger, and with one that differs."""
    bare, reference = run((), loss), run(ledger())
    obtained = run(ledger(fault, step), loss)
    contract = reference.identity.contract

    verdict = judge(obtained, reference, contract=contract, match=Match.EXACT)

    assert verdict == judge(bare, run(()), contract=contract, match=Match.EXACT)
    assert bool(explain(obtained, reference, verdict)) == (loss > 0.5)
