"""Operations are traced in the steps of a window, and in no others."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.experiment import Recorder, Run, StepLedger, Tracing
from pytest_repro.records import BEFORE, Operation, Phase, Window
from tests.fingerprints.traced_training import ROOT


def experiment(run: Run) -> None:
    """Train for four steps, counted by `steps`, then evaluate."""
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=1)
    for step in run.steps(total=4):
        loss = model(torch.ones(3, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.log("loss", loss, step=step)
    model.eval()
    with torch.inference_mode():
        run.log("end", model(torch.ones(3, 2)).sum())


def uncounted(run: Run) -> None:
    """The same without `steps`: only the optimizer is watched."""
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer)
    for _ in range(4):
        loss = model(torch.ones(3, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def traced(
    window: Window, body: object = experiment, *, ledger: StepLedger | None = None
) -> tuple[Operation, ...]:
    """Run an experiment with a window; returns its trace."""
    recorder = Recorder(ledger=ledger)
    run = Run(0, recorder, folder=ROOT, root=ROOT)
    tracing = Tracing(window, ROOT, warn=recorder.warn)
    recorder.at_step(tracing.begin)
    assert callable(body)
    body(run)
    tracing.close()
    recorder.finish()
    return tracing.operations()


@pytest.mark.parametrize(
    ("first", "last", "steps"),
    [
        (BEFORE, BEFORE, {BEFORE}),
        (BEFORE, 1, {BEFORE, 0, 1}),
        (2, 2, {2}),
        (3, 99, {3, 4}),
        (4, 4, {4}),
        (7, 9, set()),
    ],
)
def test_only_the_window_is_traced(first: int, last: int, steps: set[int]) -> None:
    """From its first step to its last; the step after the last is the end."""
    trace = traced(Window(first=first, last=last))

    assert {one.step for one in trace} == steps


def test_window_past_the_end_traces_evaluation() -> None:
    """Evaluation comes after the last step, so it has a step of its own."""
    trace = traced(Window(first=4, last=4))

    assert {one.phase for one in trace} == {Phase.EVALUATION}


def test_part_of_a_trace_is_the_same_as_alone() -> None:
    """Whether other steps are traced changes nothing."""
    whole = traced(Window(first=BEFORE, last=99))

    alone = traced(Window(first=2, last=2))

    assert alone == tuple(one for one in whole if one.step == 2)


def test_watched_optimizer_counts_where_nobody_else_does() -> None:
    """Step 1 begins when the optimizer has ended step 0."""
    trace = traced(Window(first=1, last=1), uncounted)

    phases = list(dict.fromkeys(one.phase for one in trace))
    assert phases == [Phase.FORWARD, Phase.BACKWARD, Phase.OPTIMIZER]


def test_what_the_plugin_computes_itself_is_not_traced() -> None:
    """Fingerprints and readings of metrics are none of the experiment's operations."""
    trace = traced(Window(first=0, last=0))

    assert all(one.source.startswith("tests/experiment/") for one in trace)
    assert "aten.linear.default" not in {one.name for one in trace}


def test_a_step_ledger_is_kept_beside_a_trace() -> None:
    """Its digests are operations of ours: the trace has none of them, it all lanes."""
    window = Window(first=BEFORE, last=99)
    ledger = StepLedger(lambda: 0.0, is_whole=True)

    with_ledger = traced(window, ledger=ledger)

    assert with_ledger == traced(window)
    steps = {lane.name: lane.steps for lane in ledger.lanes()}
    assert steps["model/gradients"] == (0, 1, 2, 3)
    assert steps["model/outputs"] == (0, 1, 2, 3)


def test_traced_run_records_the_same() -> None:
    """Metrics and fingerprints do not depend on the window."""
    records = []
    for window in (Window(first=9, last=9), Window(first=BEFORE, last=9)):
        recorder = Recorder()
        tracing = Tracing(window, ROOT, warn=recorder.warn)
        recorder.at_step(tracing.begin)
        experiment(Run(0, recorder, folder=ROOT, root=ROOT))
        tracing.close()
        recorder.finish()
        records.append((recorder.series, recorder.metrics, recorder.state))

    assert records[0] == records[1]


def fed(run: Run) -> None:
    """Walk over a shuffled loader of torch, none of whose code is the project's."""
    torch.manual_seed(0)
    rows = TensorDataset(torch.arange(6.0).reshape(6, 1))
    loader = DataLoader(rows, batch_size=3, shuffle=True)
    for _, (batch,) in run.steps(loader, total=2):
        batch.sum()


@pytest.mark.parametrize("ledger", [None, StepLedger(lambda: 0.0)])
def test_batches_are_made_by_the_experiment(ledger: StepLedger | None) -> None:
    """What a loader calls is traced, in the line that walks over it."""
    found = traced(Window(first=BEFORE, last=9), fed, ledger=ledger)

    stacked = [one for one in found if one.name == "aten.stack.default"]
    assert [one.step for one in stacked] == [0, 1]
    assert len({one.source for one in stacked}) == 1
    assert stacked[0].source.startswith("tests/experiment/test_tracing.py:")
    assert "aten.randperm.generator" in {one.name for one in found}


def compiled(run: Run) -> None:
    """Compile a model, and call it in a step."""
    model = torch.compile(nn.Linear(2, 1), backend="eager")
    for _ in run.steps(total=2):
        model(torch.ones(3, 2))


def test_what_is_compiled_while_watched_is_refused() -> None:
    """Watching may change what is compiled, so there is no trace, and that is said."""
    told: list[str] = []
    recorder = Recorder()
    tracing = Tracing(Window(first=0, last=9), ROOT, warn=told.append)
    recorder.at_step(tracing.begin)

    compiled(Run(0, recorder, folder=ROOT, root=ROOT))
    tracing.close()

    assert tracing.operations() == ()
    assert told == [
        "operations are not traced: torch.compile compiles otherwise what is watched"
    ]


def test_failure_of_the_tracer_is_a_warning(tmp_path: Path) -> None:
    """A run goes on without its trace; the checker here is a broken root."""
    told: list[str] = []

    class Broken(type(tmp_path)):  # type: ignore[misc]  # whatever class a path has
        def resolve(self, *, strict: bool = False) -> Path:
            del strict
            msg = "no such root"
            raise OSError(msg)

    tracing = Tracing(Window(first=BEFORE, last=9), Broken(tmp_path), warn=told.append)

    assert told == ["operations are not traced: OSError: no such root"]
    assert tracing.operations() == ()
