"""The command `pytest-repro`: living with references outside pytest.

Start with `command`: a table of verbs, and what happens between the command line and
the exit status. Each verb is a module of its name, which looks and decides; `printing`
prints. Reads records only: it never imports pytest or the project.
"""

from pytest_repro.cli.command import main

__all__ = ["main"]
