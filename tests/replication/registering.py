"""Make projects in git with a registration, and runs made at some of their commits."""

from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records import (
    Environment,
    Identity,
    RunRecord,
    Scalar,
    SeedResult,
)
from pytest_repro.records import Metric as FinalMetric
from pytest_repro.references.run_file import write_run
from pytest_repro.replication.registering import Finding, Register
from pytest_repro.replication.registration_files import read_registrations
from tests.provenance.repository import git

EXPERIMENT: Final = "test_net.py::test_net"
DIGEST: Final = Digest(f"sha256:{'ab' * 32}")

TEXT: Final = """\
format = "pytest-repro/registration 1"
hypothesis = "A small net learns to count."
experiments = ["test_net.py::test_net"]
metrics = ["train/accuracy", "test/accuracy"]
expectations = ["test/accuracy >= 0.9", "gen_gap < 0.05"]
rationale = "Counting needs one hidden layer."
"""

AMENDED: Final = TEXT.replace("0.9", "0.8") + (
    '\n[[amendments]]\nchanges = ["expectations"]\nreason = "the test set was halved"\n'
)


class Story:
    """A project and its history, told commit by commit."""

    def __init__(self, root: Path) -> None:
        """Begin with a commit that has no registration.

        Args:
            root: The folder; it is made.
        """
        self.root = root
        root.mkdir(parents=True)
        git(root, "init", "--quiet", "--initial-branch=main")
        self.commit("code", {"test_net.py": "x = 1\n"})

    def write(self, text: str = TEXT, *, name: str = "net") -> "Story":
        """Write the registration and do not commit it."""
        folder = self.root / "registrations"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return self

    def register(self, text: str = TEXT, *, name: str = "net") -> str:
        """Commit the registration and nothing else."""
        self.write(text, name=name)
        return self.commit("register", {})

    def commit(self, message: str, files: dict[str, str]) -> str:
        """Commit everything.

        Returns:
            The commit.
        """
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.head

    def git(self, *words: str) -> str:
        """Run git here."""
        return git(self.root, *words)

    @property
    def head(self) -> str:
        """The present commit."""
        return self.git("rev-parse", "HEAD")

    def keep_reference(self, commit: str, *, key: str = "here") -> None:
        """Write a reference that was made at a commit; only its identity is there."""
        folder = self.root / "reference_runs" / "test_net.py" / "test_net" / key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_bytes(write_run(run_at(commit)))

    def place(
        self, run: RunRecord | None = None, *, root: Path | None = None
    ) -> Finding:
        """Say whether the registration came before the first run."""
        where = root or self.root
        register = Register(
            where, references=where / "reference_runs", history=where / ".repro/history"
        )
        (file,) = read_registrations(where).values()
        return register.place(file, run)


def run_at(commit: str, **metrics: float) -> RunRecord:
    """Make the record of a run at a commit."""
    environment = Environment(key="here", axes=(("os", "here"),), digest=DIGEST)
    return RunRecord(
        identity=Identity(
            experiment=EXPERIMENT,
            config={},
            environment=environment,
            code={"commit": commit} if commit else {},
        ),
        seeds=(row(0, **metrics),),
    )


def row(seed: int, **metrics: float) -> SeedResult:
    """Make what one seed gave; ``__`` in a name stands for a slash."""
    return SeedResult(
        seed=seed,
        metrics=tuple(
            FinalMetric(
                name=name.replace("__", "/"), scalar=Scalar.of(value, "float64")
            )
            for name, value in sorted(metrics.items())
        ),
        trace_root=DIGEST,
        state_root=DIGEST,
    )
