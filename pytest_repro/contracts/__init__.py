"""From the interface of a part to a suite of tests; `properties` is the protocol."""

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Property

__all__ = ["Draw", "Finding", "Inapplicable", "Property"]
