"""`--repro-contracts` holds components of installed packages to the same suite."""

from tests.plugin.project import Project

OFFERED = """\
from dataclasses import dataclass

from pytest_repro import Component


class Fragile(Component, kind="offered"):
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        heads: int = 3

    def __init__(self, config):
        raise ValueError(f"width 64 is no multiple of {config.heads} heads")


class Sound(Component, kind="offered"):
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        heads: int = 4

    def __init__(self, config):
        self.config = config


class Odd(Sound, kind="offered"):
    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        heads: int = 5

    @classmethod
    def promises(cls, config):
        raise RuntimeError("no licence")
"""


def package(name: str, source: str) -> dict[str, str]:
    """Lay a distribution out that offers one module of components."""
    info = f"{name}-1.0.dist-info"
    return {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/entry_points.txt": f"[pytest_repro.components]\n{name} = {name}\n",
    }


def test_components_of_installed_packages_are_tested(project: Project) -> None:
    """Sound ones pass, others fail by name; one broken package hides none of them."""
    project.write(package("their_parts", OFFERED))
    project.write(package("their_wreck", "raise ImportError('libodd is missing')\n"))
    project.write({"test_plain.py": "def test_one(): ...\n"})

    session = project.run("--repro-contracts", "-rA")

    assert "FAILED contract::offered/Fragile.Config::builds" in session.output
    assert "width 64 is no multiple of 3 heads" in session.output
    assert "PASSED contract::offered/Sound.Config::builds" in session.output
    assert "FAILED contract::entry point their_wreck::loads" in session.output
    assert "ImportError: libodd is missing" in session.output
    assert "offered/Odd cannot be loaded: RuntimeError: no licence" in session.output
    assert "contract::aug/" not in session.output


def test_without_the_flag_no_package_is_loaded(project: Project) -> None:
    """An entry point costs nothing, and breaks nothing, where contracts rest."""
    project.write(package("their_wreck", "raise SystemExit('loaded')\n"))
    project.write({"test_plain.py": "def test_one(): ...\n"})

    session = project.run()

    assert (session.code, session.counts["passed"]) == (0, 1)
