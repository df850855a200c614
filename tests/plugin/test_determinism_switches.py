"""What can be pinned is pinned in the worker, and the record says to what."""

import pytest

from tests.plugin.project import Project, Session, share

# One experiment sees everything; importing torch takes seconds.
FLAGS = """\
import os

def test_flags(repro):
    import torch

    repro.log("hash_seed", int(os.environ["PYTHONHASHSEED"]))
    repro.log("omp", int(os.environ["OMP_NUM_THREADS"]))
    repro.log("portable", os.environ.get("ATEN_CPU_CAPABILITY") == "default")
    repro.log("threads", torch.get_num_threads())
    repro.log("deterministic", torch.are_deterministic_algorithms_enabled())
    repro.log("benchmark", torch.backends.cudnn.benchmark)
    repro.log("fill", torch.utils.deterministic.fill_uninitialized_memory)
    repro.log("tf32", torch.backends.cuda.matmul.fp32_precision == "tf32")
"""

PLAIN = """\
import os

def test_plain(repro):
    repro.log("hash_seed", int(os.environ["PYTHONHASHSEED"]))
    repro.log("omp", int(os.environ["OMP_NUM_THREADS"]))
"""

EVERYTHING = """\
[pytest]
strict = true
filterwarnings = error
repro_deterministic = false
repro_cudnn_benchmark = true
repro_matmul_precision = tf32
repro_fill_uninitialized = true
repro_threads = 2
repro_hash_seed = 7
repro_numerics = portable
"""


@pytest.fixture(params=["default", "everything"])
def flags(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Project]:
    """An experiment recorded by default, and one with every switch turned."""
    name: str = request.param

    def build(project: Project) -> Session:
        project.write({"test_flags.py": FLAGS})
        if name == "everything":
            project.write({"pytest.ini": EVERYTHING})
        return project.record()

    return name, share(tmp_path_factory, f"flags-{name}", build)[0]


SEEN = {
    "default": {
        "benchmark": 0,
        "deterministic": 1,
        "fill": 0,
        "hash_seed": 0,
        "omp": 1,
        "portable": 0,
        "tf32": 0,
        "threads": 1,
    },
    "everything": {
        "benchmark": 1,
        "deterministic": 0,
        "fill": 1,
        "hash_seed": 7,
        "omp": 2,
        "portable": 1,
        "tf32": 1,
        "threads": 2,
    },
}

RECORDED = {
    "benchmark": "torch.cudnn.benchmark",
    "deterministic": "torch.cudnn.deterministic",
    "fill": "torch.deterministic.fill_uninitialized_memory",
    "hash_seed": "hash_seed",
    "threads": "torch.threads",
}
"""Some of what is seen, by its name in the record."""


def test_switches_reach_the_worker(flags: tuple[str, Project]) -> None:
    """The experiment finds flags and variables as the ini file asks for them."""
    name, project = flags

    record = project.reference("test_flags.py::test_flags")

    metrics = record.anchor.metrics
    assert {metric.name: metric.scalar.value for metric in metrics} == SEEN[name]


def test_record_says_what_was_pinned(flags: tuple[str, Project]) -> None:
    """A reviewer sees it beside the values, and a later diff names it."""
    name, project = flags

    identity = project.reference("test_flags.py::test_flags").identity

    facts = {short: identity.determinism[fact] for short, fact in RECORDED.items()}
    assert facts == {short: SEEN[name][short] for short in RECORDED}
    is_portable = "portable" in identity.environment.key.split("-")
    assert is_portable is bool(SEEN[name]["portable"])


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        (
            ("--repro-threads=3", "--repro-hash-seed=12", "--repro-numerics=portable"),
            {
                "env.OMP_NUM_THREADS": "3",
                "hash_seed": 12,
                "env.MKL_CBWR": "COMPATIBLE",
            },
        ),
        (
            (
                *("-o", "repro_threads=3"),
                *("-o", "repro_deterministic=false"),
                *("-o", "repro_matmul_precision=tf32"),
            ),
            {
                "env.OMP_NUM_THREADS": "3",
                "env.NVTE_ALLOW_NONDETERMINISTIC_ALGO": None,
                "env.NVIDIA_TF32_OVERRIDE": None,
            },
        ),
        (
            ("-o", "repro_threads=4", "--repro-threads=3"),
            {"env.OMP_NUM_THREADS": "3"},
        ),
    ],
    ids=["flags", "ini-keys", "both"],
)
def test_switch_is_recorded(
    project: Project, arguments: tuple[str, ...], facts: dict[str, object]
) -> None:
    """A flag beats the ini key, and either is found in the record."""
    project.write({"test_plain.py": PLAIN}).record(*arguments)

    record = project.reference("test_plain.py::test_plain")

    found = {fact: record.identity.determinism.get(fact) for fact in facts}
    assert found == facts


def test_portable_numerics_are_another_environment(project: Project) -> None:
    """Their references lie beside those of this CPU, and never meet them."""
    project.write({"test_plain.py": PLAIN}).record()

    session = project.run("--repro-record", "--repro-numerics=portable")

    first, second = sorted(
        (entry.key for entry in project.store.entries()),
        key=lambda key: "portable" in key,
    )
    assert session.code == 0
    assert "portable" in second
    assert "portable" not in first


def test_other_hash_seed_is_told(project: Project) -> None:
    """A result that depends on it fails against a reference of another."""
    project.write({"test_plain.py": PLAIN}).record()

    session = project.run("--repro", "--repro-hash-seed=3")

    assert session.code == 1
    assert "hash_seed" in session.outcomes["test_plain"].verdict.reason
