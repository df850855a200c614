"""The object behind the fixture: seeds from names, steps, assets, fingerprints."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_repro.errors import (
    FingerprintError,
    MetricError,
    ReproUsageError,
    UnstableInput,
)
from pytest_repro.experiment import Recorder, Run


class Listener:
    """A sink that remembers."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.steps: list[tuple[int, int | None]] = []
        self.warnings: list[str] = []

    def progress(
        self, step: int, total: int | None, latest: Callable[[], Mapping[str, str]]
    ) -> None:
        """Remember a step."""
        latest()
        self.steps.append((step, total))

    def warning(self, message: str) -> None:
        """Remember a warning."""
        self.warnings.append(message)


@pytest.fixture
def listener() -> Listener:
    """Give a sink that remembers."""
    return Listener()


@pytest.fixture
def recorder(listener: Listener) -> Recorder:
    """Give a recorder that tells the listener."""
    return Recorder(listener)


@pytest.fixture
def run(recorder: Recorder, tmp_path: Path) -> Run:
    """Give a run in a temporary project."""
    (tmp_path / "tests").mkdir()
    return Run(7, recorder, folder=tmp_path / "tests", root=tmp_path)


def test_seeds_come_from_names_and_not_from_the_order_of_calls(run: Run) -> None:
    """A new consumer of randomness leaves the others alone."""
    first = (run.derive("a"), run.derive("b"))
    second = (run.derive("b"), run.derive("a"))

    assert first == second[::-1]
    assert first[0] != first[1]


def test_generators_of_one_name_give_the_same_numbers(run: Run) -> None:
    """A generator is a function of the seed and its name."""
    one = torch.rand(4, generator=run.generator("shuffle"))
    two = torch.rand(4, generator=run.generator("shuffle"))
    other = torch.rand(4, generator=run.generator("dropout"))

    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_the_device_is_the_accelerator_or_the_cpu(run: Run) -> None:
    """Where there is no accelerator the CPU is used."""
    kind = torch.accelerator.current_accelerator()
    expected = kind.type if torch.accelerator.is_available() and kind else "cpu"

    assert run.device.type == expected


def test_steps_end_at_the_total_without_taking_one_item_more(run: Run) -> None:
    """Taking a batch may draw random numbers, so none is taken in vain."""
    taken: list[int] = []

    def batches() -> Iterator[str]:
        for number in range(10):
            taken.append(number)
            yield f"batch {number}"

    seen = list(run.steps(batches(), total=3))

    assert seen == [(0, "batch 0"), (1, "batch 1"), (2, "batch 2")]
    assert taken == [0, 1, 2]


def test_steps_without_batches_count(run: Run, listener: Listener) -> None:
    """A total alone gives the steps, and each is told when it is over."""
    seen = list(run.steps(total=2))

    assert seen == [0, 1]
    assert listener.steps == [(0, 2), (1, 2)]


def test_steps_that_run_out_early_are_told(run: Run, listener: Listener) -> None:
    """A loader that is shorter than the horizon is no silent end."""
    list(run.steps([1, 2], total=5))

    assert listener.warnings == ["steps(total=5) ran out of items after 2"]


@pytest.mark.parametrize("total", [0, -1, 1.5, True])
def test_a_total_that_is_no_number_of_steps_is_refused(run: Run, total: int) -> None:
    """Refused at the call, not at the first step."""
    with pytest.raises(ReproUsageError, match="number of steps from 1 on"):
        run.steps([], total=total)


def test_steps_need_something_to_count(run: Run) -> None:
    """Neither batches nor a total would be an endless loop."""
    with pytest.raises(ReproUsageError, match="needs batches"):
        run.steps()


def test_an_asset_is_found_beside_the_test_first(run: Run, tmp_path: Path) -> None:
    """The folder of the test file wins over the root; names are portable."""
    (tmp_path / "data.txt").write_text("root")
    (tmp_path / "tests" / "data.txt").write_text("beside")

    path = run.asset("data.txt")

    assert path.read_text() == "beside"


def test_an_asset_is_named_from_the_root_or_by_its_name(
    run: Run, recorder: Recorder, tmp_path: Path
) -> None:
    """No absolute path gets into a record."""
    inside = tmp_path / "deep" / "a.bin"
    inside.parent.mkdir()
    inside.write_bytes(b"a")
    outside = tmp_path.parent / "outside-of-the-project.bin"
    outside.write_bytes(b"b")

    run.asset("deep/a.bin")
    run.asset(outside)

    assert [use.name for use in recorder.assets] == [
        "deep/a.bin",
        "outside-of-the-project.bin",
    ]


def test_an_asset_of_a_package_is_named_from_its_package(
    run: Run, recorder: Recorder, tmp_path: Path
) -> None:
    """Where the environment lies makes no difference, nor Debian's name for folders."""
    for place in ("a/.venv/site-packages", "b/site-packages", "c/dist-packages"):
        data = tmp_path / place / "made_up" / "data.csv"
        data.parent.mkdir(parents=True)
        data.write_bytes(b"1,2\n")

        run.asset(data)

    assert [use.name for use in recorder.assets] == ["site-packages/made_up/data.csv"]


def test_a_missing_asset_says_where_it_was_looked_for(run: Run) -> None:
    """The message names the asset."""
    with pytest.raises(ReproUsageError, match=r"no-such\.csv"):
        run.asset("no-such.csv")


def test_an_asset_that_changes_under_the_run_is_found(
    run: Run, recorder: Recorder, tmp_path: Path
) -> None:
    """Inputs are looked at again when the experiment has returned."""
    (tmp_path / "data.txt").write_text("before")
    path = run.asset("data.txt")
    path.write_text("after!")

    with pytest.raises(UnstableInput, match="changed while the experiment ran"):
        recorder.finish()


def test_a_fingerprint_is_taken_once_at_each_step(run: Run, recorder: Recorder) -> None:
    """The same name at another step is another fingerprint."""
    run.fingerprint("weights", {"a": 1})
    run.fingerprint("weights", {"a": 2}, step=0)

    with pytest.raises(MetricError, match="fingerprinted twice at step 0"):
        run.fingerprint("weights", {"a": 3}, step=0)

    assert [one.step for one in recorder.state] == [None, 0]
    assert recorder.state[0].digest != recorder.state[1].digest


def test_state_without_a_fingerprint_is_refused_by_its_path(run: Run) -> None:
    """The message says where inside the state the trouble is."""
    with pytest.raises(FingerprintError, match="b"):
        run.fingerprint("weights", {"a": 1, "b": [object()]})


def train(run: Run, steps: int, every: int) -> nn.Module:
    """Train a tiny model under watch, in a plain loop."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=every)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.rand(8, 3)).square().mean().backward()
        optimizer.step()
    return model


def test_watching_takes_the_start_every_kth_step_and_the_end(
    run: Run, recorder: Recorder
) -> None:
    """A plain loop suffices: the optimizer tells when a step is over."""
    train(run, steps=5, every=3)
    recorder.finish()

    steps = [s.step for s in recorder.state if s.name == "model/parameters"]

    assert steps == [None, 0, 3, 4]


def test_watching_sees_model_optimizer_and_settings(
    run: Run, recorder: Recorder
) -> None:
    """At each watched step there is one fingerprint of each, in causal order."""
    train(run, steps=1, every=1)

    names = [s.name for s in recorder.state if s.step == 0 and not s.is_evidence]

    assert names == [
        "model/gradients",
        "model/parameters",
        "model/buffers",
        "model/optimizer",
        "model/settings",
    ]


def test_states_of_random_generators_are_evidence_only(
    run: Run, recorder: Recorder
) -> None:
    """Whoever draws more numbers without using them has the same results."""
    train(run, steps=1, every=1)

    evidence = {s.name for s in recorder.state if s.is_evidence}

    assert {"model/rng/python", "model/rng/torch"} <= evidence


def test_watching_ends_with_the_run(run: Run, recorder: Recorder) -> None:
    """An optimizer that lives on does not record into a closed run."""
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer)
    recorder.finish()

    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()

    assert [s.step for s in recorder.state if not s.is_evidence] == [None, None]


def test_a_model_without_optimizer_is_watched_by_the_steps(
    run: Run, recorder: Recorder
) -> None:
    """Updates by hand are watched too."""
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    run.watch(model, every=1, name="hand")
    for _ in run.steps(total=2):
        with torch.no_grad():
            model.weight.mul_(0.5)

    steps = [s.step for s in recorder.state if s.name == "hand/parameters"]

    assert steps == [None, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((object(), None, 1), "takes a torch.nn.Module"),
        ((nn.Linear(1, 1), object(), 1), "takes a torch.optim.Optimizer"),
        ((nn.Linear(1, 1), None, 0), "number of steps from 1 on"),
    ],
)
def test_watching_something_else_is_refused(
    run: Run, arguments: tuple[object, object, int], text: str
) -> None:
    """Swapped arguments are the usual mistake."""
    model, optimizer, every = arguments

    with pytest.raises(ReproUsageError, match=text):
        run.watch(model, optimizer, every=every)  # type: ignore[arg-type]  # the point


def test_the_same_training_gives_the_same_fingerprints(tmp_path: Path) -> None:
    """Two runs of one seed agree in every fingerprint, evidence included."""
    states = []
    for _ in range(2):
        recorder = Recorder()
        train(Run(0, recorder, folder=tmp_path, root=tmp_path), steps=3, every=1)
        recorder.finish()
        states.append(recorder.state)

    assert states[0] == states[1]
