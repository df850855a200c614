"""The shipped experiments draw nothing that no seed governs and declare their inputs.

Only the two quickest run here; each of them was run so by hand.
"""

from pathlib import Path

import pytest

from tests.plugin.project import Project

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["test_digits_mlp", "test_logistic"])
def test_shipped_experiment_passes_under_the_strictest_guards(
    project: Project, name: str
) -> None:
    """Not one escape, of randomness or of inputs."""
    sources = sorted((ROOT / "experiments").glob("*.py"))
    project.write({f"experiments/{path.name}": path.read_text() for path in sources})

    session = project.record(
        "--repro-guards=error", "--repro-hermetic", f"experiments/{name}.py"
    )

    assert session.outcomes[name].escapes == ()
