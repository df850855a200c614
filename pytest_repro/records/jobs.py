"""A job: a run as it is handed to a launcher, and the events that come back.

This is the wire between parent and worker. It is versioned, because in old
environments a worker may run another version of the package than its parent.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.records.contracts import Contract
from pytest_repro.records.deaths import Death
from pytest_repro.records.runs import Failure
from pytest_repro.records.variations import Variation

__all__ = [
    "WIRE_VERSION",
    "WORKER_FLAG",
    "Determinism",
    "Event",
    "EventKind",
    "Following",
    "Guards",
    "Job",
    "Numerics",
    "Tier",
    "Window",
]

WIRE_VERSION: Final = 1

WORKER_FLAG: Final = "--repro-worker"
"""On the command line of a worker: the file with its job."""


class Tier(enum.StrEnum):
    """How much a comparison may cost."""

    PR = "pr"
    """The first steps of one seed; more only while that decides nothing."""

    NIGHTLY = "nightly"
    """One whole seed; more only while that decides nothing."""

    FULL = "full"
    """Every seed that the contract allows."""


class Following(enum.StrEnum):
    """How closely a run is followed in a step ledger."""

    OFF = "off"
    """Not at all."""

    PACED = "paced"
    """As closely as a small share of its time allows."""

    WHOLE = "whole"
    """At every step, whatever that costs."""


class Numerics(enum.StrEnum):
    """Which CPU kernels may run."""

    NATIVE = "native"
    """Whatever this CPU offers: fast, and bits depend on its instruction set."""

    PORTABLE = "portable"
    """Kernels that every x86-64 CPU has: slower, and bits depend on less."""


class Guards(enum.StrEnum):
    """What happens where randomness escapes the seeds."""

    OFF = "off"
    """Nothing is looked for."""

    WARN = "warn"
    """It is told and kept in the record; the run goes on."""

    ERROR = "error"
    """The run fails at that line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Determinism:
    """What is pinned before and while an experiment runs; each with a switch.

    Attributes:
        hash_seed: `PYTHONHASHSEED` of the worker.
        threads: Threads of OpenMP, MKL, OpenBLAS and torch.
        numerics: Which CPU kernels may run.
        deterministic_algorithms: `torch.use_deterministic_algorithms`.
        cudnn_benchmark: Whether cuDNN may choose kernels by timing.
        matmul_precision: Of float32 matrix products: ``ieee`` or ``tf32``.
        fill_uninitialized_memory: Fill fresh tensors with NaN, as torch can.
        guards: What happens where randomness escapes the seeds.
        hermetic: Whether undeclared files, variables and network use escape, too.
    """

    hash_seed: int = 0
    threads: int = 1
    numerics: Numerics = Numerics.NATIVE
    deterministic_algorithms: bool = True
    cudnn_benchmark: bool = False
    matmul_precision: str = "ieee"
    fill_uninitialized_memory: bool = False
    guards: Guards = Guards.WARN
    hermetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Steps whose operations are traced.

    Attributes:
        first: The first one; `ledgers.BEFORE` for what comes before step 0.
        last: The last one, inclusive; later evaluations are not traced.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of one experiment with one seed, to be executed somewhere.

    Attributes:
        experiment: The node id, relative to `root`.
        seed: The root seed.
        root: The root folder of the project, where the worker starts.
        folder: Where events, output and record go; exists before the start.
        python: The interpreter; empty for that of the parent, or of the container.
        arguments: What follows ``python -m pytest``.
        options: Options of the project's conftest files, as Python literals.
        parameters: Parameters of the experiment that take another value than in its
            marks, as Python literals; one that it does not have means nothing.
        variables: Environment variables that are set before the process starts; one
            with an empty value is taken away.
        determinism: What is pinned.
        contract: What was promised.
        timeout_s: The run is stopped after so long [s]; None for never.
        horizon: The step whose beginning is noted; None for none.
        ends_at_horizon: Whether the run is stopped there.
        replica: Which rounding-sized perturbation is applied; 0 for none.
        window: Which steps' operations are traced; None for none.
        variation: A circumstance that is changed on purpose; None for none.
        ledger: How closely the run is followed in a step ledger.
        checkpoint_every: A checkpoint is written each so many steps; 0 for never.
        resume_from: The checkpoint with which the run begins; empty for none.
        death: Where the worker kills itself; None for nowhere.
        command: The command line of the session, without secrets and places.
        overrides: Fields of the recipe that are set, such as ``optim.lr=0.1``.
        wire: The version of this structure.
    """

    experiment: str
    seed: int
    root: str
    folder: str
    python: str = ""
    arguments: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    determinism: Determinism = Determinism()
    contract: Contract = Contract()
    timeout_s: float | None = None
    horizon: int | None = None
    ends_at_horizon: bool = False
    replica: int = 0
    window: Window | None = None
    variation: Variation | None = None
    ledger: Following = Following.PACED
    checkpoint_every: int = 0
    resume_from: str = ""
    death: Death | None = None
    command: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    wire: int = WIRE_VERSION


class EventKind(enum.StrEnum):
    """What a worker says while it runs."""

    STARTED = "started"
    PROGRESS = "progress"
    WARNING = "warning"
    SKIPPED = "skipped"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a worker's event stream.

    Attributes:
        kind: What happened.
        step: The latest step, where there is one.
        total: How many steps there will be, where that is known.
        values: Latest metrics by name, as decimals, for people.
        message: A warning, the reason of a skip, or a one-line error.
        failure: The typed failure, with `FAILED`.
    """

    kind: EventKind
    step: int | None = None
    total: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    failure: Failure | None = None
