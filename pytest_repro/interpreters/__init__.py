"""Interpreters of environments: found, built, and held against what was asked for.

A declared environment with packages or a Python of its own gets a virtual environment
in its folder (`venvs`); that of a record is rebuilt from what the record says of it.
Workers are started with such an interpreter; nothing here runs an experiment.
"""

from pytest_repro.interpreters.venvs import Recipe, recipe_of, venv_python

__all__ = ["Recipe", "recipe_of", "venv_python"]
