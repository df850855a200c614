"""The run record: the one noun that carries everything.

A worker writes one with a single seed; a reference is one that people approved, with
one row a seed; a verdict is a pure function of two. The first seed is the *anchor*:
its traces and fingerprints are kept in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records.contracts import Contract
from pytest_repro.records.ingredients import InstalledPackage, Invocation, SourceFile
from pytest_repro.records.ledgers import Lane, LostLane
from pytest_repro.records.operations import Operation
from pytest_repro.records.recipes import RecipeUse
from pytest_repro.records.traces import Fingerprint, Metric, Series
from pytest_repro.records.verdicts import Cause

__all__ = [
    "MIN_REASON",
    "AssetUse",
    "Drift",
    "Environment",
    "Failure",
    "Horizon",
    "Identity",
    "Replica",
    "Resources",
    "Revision",
    "Rounding",
    "RunRecord",
    "SeedResult",
]

MIN_REASON: Final = 10
"""Characters of the reason of a rewrite, at least: "fix" explains nothing later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run did not complete.

    Attributes:
        cause: The typed cause.
        message: One line, such as ``ValueError: loss is not finite``.
        traceback: The traceback of the experiment; empty where there is none.
        output: The end of what the run printed.
        exit_code: Of the worker; None where it never ended by itself.
        signal: Such as ``SIGSEGV``; empty where none ended it.
    """

    cause: Cause
    message: str
    traceback: str = ""
    output: str = ""
    exit_code: int | None = None
    signal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Software and hardware that can change bits.

    Attributes:
        key: The axes joined: a folder name such as
            ``linux-x86_64-avx2-cpu-torch2.13``.
        axes: The axes with their names, in order.
        facts: Everything else that was collected, for people and for later diffs.
        digest: The digest of axes and of those facts that can change bits.
    """

    key: str
    axes: tuple[tuple[str, str], ...]
    digest: Digest
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetUse:
    """A file that a run read.

    Attributes:
        name: The path or name by which the experiment asked.
        digest: The digest of its bytes.
        size_bytes: Its size.
    """

    name: str
    digest: Digest
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a run cost; informational, never compared.

    Attributes:
        wall_s: From the first to the last line of the experiment [s].
        cpu_s: Processor time of the worker [s].
        peak_rss_bytes: The largest resident memory.
        steps: How many steps were recorded, by `steps` or as the longest series.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss_bytes: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """What one seed gave.

    Attributes:
        seed: The root seed.
        metrics: The final metrics, sorted by name.
        trace_root: One digest of all series.
        state_root: One digest of all fingerprints that decide.
        resources: What it cost.
        derived: Numbers computed from the seed's traces because the contract asks for
            them, sorted by name. Traces are kept of the anchor only, these of all.
        origin: One digest of what the seed decides: initial weights, order of the data,
            states of generators. None where the run does not show all of that.
    """

    seed: int
    metrics: tuple[Metric, ...]
    trace_root: Digest
    state_root: Digest
    resources: Resources = Resources()
    derived: tuple[Metric, ...] = ()
    origin: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The moment in a run at which a certain step would begin.

    A pull request is judged by the first steps alone. A full run notes this moment, so
    that a run which ended there can be held against its beginning.

    Attributes:
        step: The step, at least 1.
        order: How many events were recorded before it.
        is_end: Whether the run was stopped here.
    """

    step: int
    order: int
    is_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A seed run once more, under rounding-sized perturbations.

    Attributes:
        number: From 1 on; it chooses the perturbation.
        result: What that gave.
    """

    number: int
    result: SeedResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """What the envelopes of a reference were measured with.

    Attributes:
        noise: The name of the perturbation; it encodes every parameter.
        replicas: The perturbed runs, by seed and number: those of the anchor's seed
            span the envelopes, one of another seed says how far that seed determines
            what it gives.
    """

    noise: str
    replicas: tuple[Replica, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far a metric moved when a reference was rewritten.

    Attributes:
        metric: The metric's name.
        absolute: New minus old, in the metric's unit.
        relative: The same as a fraction of the old magnitude.
        first_step: The first step that moved; None for a final metric.
        ulps: The same in units of the last place; None where that means nothing.
        envelope: The largest deviation as a multiple of the older rounding envelope;
            None where that had none.
    """

    metric: str
    absolute: float
    relative: float
    first_step: int | None = None
    ulps: int | None = None
    envelope: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One approval of a reference.

    Attributes:
        number: 1 for the first.
        created_utc: When, by the clock of whoever recorded it (self-asserted).
        created_by: Tool and version.
        reason: Why; mandatory when it supersedes another.
        supersedes: The digest of the superseded `SHA256SUMS`, or None.
        drift: What moved.
        approved_by: Who approved it, as whoever accepted it says (self-asserted).
        source: Where an accepted run came from: ``candidate``, or ``archive`` and the
            digest of its bytes; empty for a session that recorded it.
        lacks: What it was approved without and a session would have measured.
    """

    number: int
    created_utc: str
    created_by: str
    reason: str = ""
    supersedes: Digest | None = None
    drift: tuple[Drift, ...] = ()
    approved_by: tuple[str, ...] = ()
    source: str = ""
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What was run, on what, and under which contract.

    Attributes:
        experiment: The node id, relative to the root of the project.
        config: The parameters of the experiment, as text.
        environment: Where it ran.
        contract: What was promised.
        assets: The files that it read, sorted by name.
        code: Commit, dirty digest, digest of the test's source.
        determinism: Every seed, flag and thread count in force.
        isolation: ``worker`` or ``in-process``.
    """

    experiment: str
    config: Mapping[str, str]
    environment: Environment
    contract: Contract = Contract()
    assets: tuple[AssetUse, ...] = ()
    code: Mapping[str, object] = field(default_factory=dict)
    determinism: Mapping[str, object] = field(default_factory=dict)
    isolation: str = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A recorded run: of one seed from a worker, of several in a reference.

    Attributes:
        identity: What was run.
        seeds: One row a seed; the first is the anchor.
        series: The anchor's traces, sorted by name.
        state: The anchor's fingerprints, in the order in which they were taken.
        history: Every approval, oldest first; empty for a run nobody approved.
        failure: Why the run is incomplete, or None.
        horizon: Where the short horizon lies in the anchor's run; None if it was never
            reached.
        rounding: What the envelopes were measured with; None where there are none.
        ledger: Which bits each part of the anchor's run had at each step, by name.
        operations: What the anchor's traced steps did, in the order of the calls.
        packages: What was installed, sorted by name; empty where nobody noted it.
        sources: The project's modules that the anchor's run had imported, by path.
        invocation: How the anchor's run came about; None where nobody noted it.
        recipe: The configuration that the anchor's run asked for; None for none.
        lost: The lanes of the ledger that could not be followed to the end, by name.
    """

    identity: Identity
    seeds: tuple[SeedResult, ...]
    series: tuple[Series, ...] = ()
    state: tuple[Fingerprint, ...] = ()
    history: tuple[Revision, ...] = ()
    failure: Failure | None = None
    horizon: Horizon | None = None
    rounding: Rounding | None = None
    ledger: tuple[Lane, ...] = ()
    operations: tuple[Operation, ...] = ()
    packages: tuple[InstalledPackage, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    invocation: Invocation | None = None
    recipe: RecipeUse | None = None
    lost: tuple[LostLane, ...] = ()

    @property
    def anchor(self) -> SeedResult:
        """The seed whose traces are kept in full."""
        return self.seeds[0]

    @property
    def anchor_replicas(self) -> tuple[SeedResult, ...]:
        """What the anchor's seed gave under noise: what the envelopes are of."""
        replicas = self.rounding.replicas if self.rounding else ()
        rows = (one.result for one in replicas)
        return tuple(row for row in rows if row.seed == self.anchor.seed)
