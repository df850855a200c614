"""Give a parametrized experiment another value of a parameter, in its worker.

Who asks which of several changes moved a result puts a parameter back without editing
the file in which it stands. Only values that a record holds as they are can be put
back: numbers, texts, truths and nothing.
"""

import ast
from collections.abc import Mapping

import pytest

__all__ = ["take_parameters"]


def take_parameters(item: pytest.Item, parameters: Mapping[str, str]) -> None:
    """Replace parameters before the experiment is set up.

    Args:
        item: The experiment.
        parameters: Python literals by name; a name that it lacks means nothing.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return
    for name in callspec.params.keys() & parameters.keys():
        callspec.params[name] = ast.literal_eval(parameters[name])
