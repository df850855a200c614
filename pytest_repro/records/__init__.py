"""The nouns: frozen values that every other part of the program speaks in.

Start with `runs` (the run record), then `contracts` and `verdicts`; `jobs` is the wire
between parent and worker, `outcomes` what a session has to tell. Standard library
only: no clock, disk, network, environment, randomness or framework.
"""

from pytest_repro.records.assets import (
    Access,
    Catalog,
    DeclaredAsset,
    FailedMirror,
    Mirror,
    Resolution,
    Source,
)
from pytest_repro.records.attempts import Attempt, Contention
from pytest_repro.records.contracts import (
    Close,
    Contract,
    Equivalent,
    Exact,
    Rung,
    Scale,
    Tolerance,
    ToleranceKind,
)
from pytest_repro.records.deaths import Death, Moment
from pytest_repro.records.declared import (
    EVERYWHERE,
    HERE,
    INSTRUCTION_SETS,
    DeclaredEnvironment,
)
from pytest_repro.records.entropy import Entropy
from pytest_repro.records.evidence import Evidence
from pytest_repro.records.ingredients import (
    InstalledPackage,
    Invocation,
    PackageKind,
    SourceFile,
)
from pytest_repro.records.inputs import (
    ABSENT,
    FOLDER,
    Input,
    InputChange,
    InputKind,
    Inputs,
)
from pytest_repro.records.jobs import (
    WIRE_VERSION,
    WORKER_FLAG,
    Determinism,
    Event,
    EventKind,
    Following,
    Guards,
    Job,
    Numerics,
    Tier,
    Window,
)
from pytest_repro.records.ledgers import BEFORE, SAMPLE, Lane
from pytest_repro.records.observations import (
    Observation,
    Occasion,
    Standard,
    observe,
)
from pytest_repro.records.operations import (
    GENERATOR,
    UNREAD,
    Operation,
    Phase,
)
from pytest_repro.records.outcomes import (
    Action,
    Outcome,
    Problem,
    SeedVerdict,
    Session,
)
from pytest_repro.records.recipes import RecipeUse, recipe_fields
from pytest_repro.records.registered import (
    Amendment,
    Answer,
    Expectation,
    ExpectationOutcome,
    Measured,
    Order,
    Precedence,
    Randomness,
    Registered,
    Registration,
    Relation,
)
from pytest_repro.records.runs import (
    MIN_REASON,
    AssetUse,
    Drift,
    Environment,
    Failure,
    Horizon,
    Identity,
    Replica,
    Resources,
    Revision,
    Rounding,
    RunRecord,
    SeedResult,
)
from pytest_repro.records.scalars import DTYPES, Scalar
from pytest_repro.records.scorecards import Effect, Scorecard, Standing
from pytest_repro.records.shards import Shard
from pytest_repro.records.traces import Fingerprint, Metric, Series
from pytest_repro.records.variations import Variation
from pytest_repro.records.verdicts import Cause, Divergence, Finding, Match, Verdict

__all__ = [
    "ABSENT",
    "BEFORE",
    "DTYPES",
    "EVERYWHERE",
    "FOLDER",
    "GENERATOR",
    "HERE",
    "INSTRUCTION_SETS",
    "MIN_REASON",
    "SAMPLE",
    "UNREAD",
    "WIRE_VERSION",
    "WORKER_FLAG",
    "Access",
    "Action",
    "Amendment",
    "Answer",
    "AssetUse",
    "Attempt",
    "Catalog",
    "Cause",
    "Close",
    "Contention",
    "Contract",
    "Death",
    "DeclaredAsset",
    "DeclaredEnvironment",
    "Determinism",
    "Divergence",
    "Drift",
    "Effect",
    "Entropy",
    "Environment",
    "Equivalent",
    "Event",
    "EventKind",
    "Evidence",
    "Exact",
    "Expectation",
    "ExpectationOutcome",
    "FailedMirror",
    "Failure",
    "Finding",
    "Fingerprint",
    "Following",
    "Guards",
    "Horizon",
    "Identity",
    "Input",
    "InputChange",
    "InputKind",
    "Inputs",
    "InstalledPackage",
    "Invocation",
    "Job",
    "Lane",
    "Match",
    "Measured",
    "Metric",
    "Mirror",
    "Moment",
    "Numerics",
    "Observation",
    "Occasion",
    "Operation",
    "Order",
    "Outcome",
    "PackageKind",
    "Phase",
    "Precedence",
    "Problem",
    "Randomness",
    "RecipeUse",
    "Registered",
    "Registration",
    "Relation",
    "Replica",
    "Resolution",
    "Resources",
    "Revision",
    "Rounding",
    "RunRecord",
    "Rung",
    "Scalar",
    "Scale",
    "Scorecard",
    "SeedResult",
    "SeedVerdict",
    "Series",
    "Session",
    "Shard",
    "Source",
    "SourceFile",
    "Standard",
    "Standing",
    "Tier",
    "Tolerance",
    "ToleranceKind",
    "Variation",
    "Verdict",
    "Window",
    "observe",
    "recipe_fields",
]
