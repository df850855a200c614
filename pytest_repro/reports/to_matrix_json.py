"""The replication matrix as plain values, for machines: lists, and text for keys."""

from pytest_repro.reports.matrices import Matrix, Square, replicating_parties

__all__ = ["matrix_facts"]


def matrix_facts(matrix: Matrix) -> dict[str, object]:
    """Lay a matrix out.

    Args:
        matrix: The matrix.

    Returns:
        The witnesses, and the experiments by node id.
    """
    return {
        "witnesses": matrix.columns,
        "experiments": [_square(matrix, one) for one in matrix.squares],
    }


def _square(matrix: Matrix, square: Square) -> dict[str, object]:
    return {
        "experiment": square.experiment,
        "runs": [
            {
                "witness": number,
                "seeds": seeds,
                "group": square.group_of(number),
                "circumstances": square.circumstances.get(number, {}),
            }
            for number, seeds in square.seeds.items()
        ],
        "comparisons": square.comparisons,
        "separation": square.separation,
        "parties": replicating_parties(matrix, square),
        "gaps": square.gaps,
    }
