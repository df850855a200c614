"""From the interface of a part to a suite of tests; `properties` is the protocol.

A class says what it promises by annotations and ``@contract(...)``; `subjects` reads
that, `shapes` and `strategies` draw what it takes, `*_properties` are the claims,
`running` looks for a counter-example, `promises` and `suite` make tests of it.
"""

from pytest_repro.contracts.counterexamples import Counterexample
from pytest_repro.contracts.locating import load_file
from pytest_repro.contracts.promises import Promise, promises_of
from pytest_repro.contracts.properties import (
    Draw,
    Finding,
    Inapplicable,
    Property,
    Subject,
    properties_of,
    register,
    register_extra,
)
from pytest_repro.contracts.running import (
    BrokenPromise,
    Effort,
    find_counterexample,
    property_named,
    replay,
)
from pytest_repro.contracts.showing import show, stub_of
from pytest_repro.contracts.subjects import declared_in, subject_of
from pytest_repro.contracts.suite import parametrize_with_properties
from pytest_repro.records.module_contracts import (
    BITWISE,
    NONE,
    AugmentationContract,
    Level,
    LoaderContract,
    MetricContract,
    ModuleContract,
    OptimizerContract,
    contract,
    rtol,
    ulp,
)

__all__ = [
    "BITWISE",
    "NONE",
    "AugmentationContract",
    "BrokenPromise",
    "Counterexample",
    "Draw",
    "Effort",
    "Finding",
    "Inapplicable",
    "Level",
    "LoaderContract",
    "MetricContract",
    "ModuleContract",
    "OptimizerContract",
    "Promise",
    "Property",
    "Subject",
    "contract",
    "declared_in",
    "find_counterexample",
    "load_file",
    "parametrize_with_properties",
    "promises_of",
    "properties_of",
    "property_named",
    "register",
    "register_extra",
    "replay",
    "rtol",
    "show",
    "stub_of",
    "subject_of",
    "ulp",
]
