"""The origin of a run: equal for the same draws, whatever kernels round."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from pytest_repro.digests import Digest
from pytest_repro.errors import HorizonReached
from pytest_repro.experiment import Recorder, Run
from pytest_repro.experiment.origins import ITEMS, coarse
from pytest_repro.fingerprints import sketch_of

WEIGHTS = torch.arange(1.0, 13.0).reshape(3, 4) / 7
BATCHES = [(torch.full((2, 4), float(n)) / 3, torch.tensor([n, n])) for n in range(5)]


def linear(weights: torch.Tensor = WEIGHTS) -> torch.nn.Linear:
    """A layer of given weights."""
    model = torch.nn.Linear(4, 3, bias=False)
    model.load_state_dict({"weight": weights})
    return model


def origin_of(
    model: torch.nn.Module | None,
    batches: object = BATCHES,
    *,
    drawn: int | None = None,
    horizon: int | None = None,
) -> Digest | None:
    """Run a loop: watch the model, walk over batches, draw so many numbers."""
    torch.manual_seed(0)
    recorder = Recorder(horizon=horizon, ends_at_horizon=horizon is not None)
    run = Run(0, recorder, folder=Path(), root=Path())
    generator = run.generator("late") if drawn is not None else None
    if model is not None:
        run.watch(model)
    for _ in run.steps(batches, total=5):  # type: ignore[call-overload]  # any items
        pass
    torch.rand(drawn or 0, generator=generator)
    recorder.finish()
    return recorder.origin.digest


@pytest.mark.parametrize(
    "model", [linear(), linear(torch.nextafter(WEIGHTS, torch.tensor(9.0)))]
)
def test_same_draws_have_one_origin(model: torch.nn.Module) -> None:
    """Also where other kernels draw weights with other last bits."""
    assert origin_of(model) == origin_of(linear())


@pytest.mark.parametrize(
    "model",
    [
        linear(WEIGHTS.flip(0)),
        linear(WEIGHTS * 1.01),
        torch.nn.Linear(4, 3),
        torch.nn.Sequential(linear(), linear()),
    ],
    ids=["permuted", "scaled", "drawn", "two layers"],
)
def test_other_weights_have_another(model: torch.nn.Module) -> None:
    """The planted faults: other draws, or the same for other weights."""
    assert origin_of(model) is not None
    assert origin_of(model) != origin_of(linear())


@pytest.mark.parametrize(
    "batches",
    [
        [BATCHES[n] for n in (1, 0, 2, 3, 4)],
        [BATCHES[n] for n in (0, 1, 3, 2, 4)],
        [(images, labels + 1) for images, labels in BATCHES],
        [(images * 2, labels) for images, labels in BATCHES],
        [labels for _, labels in BATCHES],
    ],
    ids=["first", "third", "labels", "images", "labels alone"],
)
def test_other_order_or_data_has_another(batches: object) -> None:
    """The first items of the loop tell."""
    assert origin_of(linear(), batches) not in {None, origin_of(linear())}


def test_data_may_be_rounded_otherwise() -> None:
    """Preprocessing in floating point has other last bits elsewhere."""
    rounded = [
        (torch.nextafter(images, torch.tensor(9.0)), labels)
        for images, labels in BATCHES[1:]
    ]

    assert origin_of(linear(), rounded) == origin_of(linear(), BATCHES[1:])


def test_what_a_generator_gave_until_the_end_counts() -> None:
    """One draw more, long after the first items."""
    origins = {origin_of(linear(), drawn=count) for count in (3, 3, 4)}

    assert len(origins) == 2
    assert None not in origins


def test_generators_of_torch_count_while_a_model_is_watched() -> None:
    """Dropout draws from the global one."""

    def drawing() -> Iterator[object]:
        for batch in BATCHES:
            torch.rand(1)
            yield batch

    assert origin_of(linear(), drawing()) not in {None, origin_of(linear())}


@pytest.mark.parametrize(
    ("model", "batches"),
    [
        (None, BATCHES),
        (linear(), range(5)),
        (linear(), [None] * 5),
        (linear(), [object() for _ in range(5)]),
    ],
    ids=["no weights", "counters", "nothing", "no fingerprint"],
)
def test_half_the_evidence_is_no_origin(
    model: torch.nn.Module | None, batches: object
) -> None:
    """Weights and the order of the data, both; and nothing breaks without."""
    assert origin_of(model, batches) is None


def test_item_that_contains_itself_is_survived() -> None:
    """It has no fingerprint, and the loop goes on."""
    endless: list[object] = []
    endless.append(endless)

    assert origin_of(linear(), [endless] * 5) is None


def test_beginning_of_a_run_has_no_origin() -> None:
    """It drew less than a whole one."""
    recorder = Recorder(horizon=2, ends_at_horizon=True)
    run = Run(0, recorder, folder=Path(), root=Path())
    run.watch(linear())
    walk = run.steps(BATCHES)
    steps = [next(walk)[0], next(walk)[0]]
    with pytest.raises(HorizonReached):
        next(walk)
    recorder.finish(has_stopped=True)

    assert steps == [0, 1]
    assert recorder.origin.digest is None


def test_texts_arrays_and_dicts_are_data() -> None:
    """Bit by bit, where they are not floating point; keys in any order."""
    items = [
        {"ids": np.array([1, 2]), "text": ["a"], "x": np.array([0.5], dtype="float32")}
    ] * ITEMS
    turned = [dict(reversed(item.items())) for item in items]
    other = [{**item, "text": ["b"]} for item in items]

    assert origin_of(linear(), turned) == origin_of(linear(), items)
    assert origin_of(linear(), other) not in {None, origin_of(linear(), items)}


def test_rounding_seldom_shows_in_a_coarse_sketch() -> None:
    """Every weight moved by one unit in its last place, a hundred times over."""
    draws = np.random.default_rng(7).normal(size=(100, 1000)).astype(np.float32)
    moved = np.nextafter(draws, np.float32(9))

    same = [
        coarse(sketch_of(one)) == coarse(sketch_of(other))
        for one, other in zip(draws, moved, strict=True)
    ]

    assert sum(same) >= 99
    assert coarse(sketch_of(draws[0])) != coarse(sketch_of(draws[1]))


@pytest.mark.parametrize("sketch", [(), (0.0, 0.0), (np.inf, 1.0), (np.nan, 1.0)])
def test_sketch_without_a_norm_is_written_all_the_same(
    sketch: tuple[float, ...],
) -> None:
    """Buffers may be empty, and weights may be broken."""
    assert coarse(sketch).startswith("norm ")
