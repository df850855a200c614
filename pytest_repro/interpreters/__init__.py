"""Interpreters of environments: found, built, and held against what was asked for.

A declared environment with packages or a Python of its own gets a virtual environment
in its folder (`venvs` knows whether it fits, `building` builds it); that of a record is
rebuilt from exact versions. Workers are started with such an interpreter; nothing here
runs an experiment.
"""

from pytest_repro.interpreters.building import (
    build_declared,
    install_besides,
    install_exactly,
    own_requirement,
)
from pytest_repro.interpreters.pythons import find_python
from pytest_repro.interpreters.venvs import Recipe, recipe_of, venv_python

__all__ = [
    "Recipe",
    "build_declared",
    "find_python",
    "install_besides",
    "install_exactly",
    "own_requirement",
    "recipe_of",
    "venv_python",
]
