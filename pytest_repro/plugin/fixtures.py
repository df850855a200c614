"""The fixture `repro`, and nothing else: what a person writes in a signature."""

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pytest_repro.experiment import Run

__all__ = ["repro", "run_key"]

run_key: Final = pytest.StashKey["Run"]()
"""Where a worker leaves the run of an experiment before its fixtures are set up."""


@pytest.fixture
def repro(request: pytest.FixtureRequest) -> "Run":
    """The run under way: seeds, generators, metrics, fingerprints, assets.

    Asking for this fixture makes a test an experiment: it runs in a process of its
    own under ``pytest --repro``, and is skipped without.
    """
    node: pytest.Item = request.node
    run = node.stash.get(run_key, None)
    if run is None:
        msg = (
            f"{node.nodeid}: the fixture repro was asked for while the test ran\n"
            "  add the argument `repro` to the test's signature"
        )
        pytest.fail(msg, pytrace=False)
    return run
