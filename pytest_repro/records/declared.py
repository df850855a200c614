"""A declared environment: one in which a project wants its results replicated.

A person writes it down in pyproject.toml; `policy.environments` reads it. It says what
to change and nothing of how: variables, threads and instruction sets are lowered by
`determinism.lowering`, an interpreter is built by `interpreters`.

It is not `Environment`, which says what a run really ran in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.records.contracts import Rung

__all__ = ["EVERYWHERE", "HERE", "INSTRUCTION_SETS", "DeclaredEnvironment"]

HERE: Final = "here"
"""The present environment, beside declared ones."""

EVERYWHERE: Final = "all"
"""Every declared environment, and the present one."""

INSTRUCTION_SETS: Final = ("default", "avx2", "avx512", "native")
"""How far libraries may go: up to a level, or as far as the processor does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEnvironment:
    """One declared environment.

    Attributes:
        name: Its name; also that of a folder.
        python: A version such as ``3.12``; empty for that of the session.
        packages: What is installed there, as pip takes it.
        lock: A file that pins versions, from the root; empty for none.
        variables: Environment variables that are set before a worker starts; one with
            an empty value is taken away.
        threads: Threads of the numeric libraries; None for those of the session.
        instruction_set: One of `INSTRUCTION_SETS`; empty for that of the session.
        container: An image; empty for none.
        launcher: Where runs are executed; empty for where the session does.
        requires: The rung that is to be reached where a contract names none; None for
            the usual one.
    """

    name: str
    python: str = ""
    packages: tuple[str, ...] = ()
    lock: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None
    instruction_set: str = ""
    container: str = ""
    launcher: str = ""
    requires: Rung | None = None

    @property
    def has_interpreter(self) -> bool:
        """Whether it has an interpreter of its own, outside of any container."""
        own = bool(self.python or self.packages or self.lock)
        return own and not self.container
