"""Every circumstance that is not supposed to matter, as data: what to change, and how.

From facts about a machine, a build and what is pinned follows which variations there
are; a job under a variation is another job. Both are decided here and done elsewhere:
variables before a process starts, flags by `guard`, the rest by `probes`.

Instruction sets are lowered and never raised: a forced one that the CPU lacks kills
the process. "Native" takes a pinned variable away. A variation that could change
nothing on a machine, such as oneDNN where torch was built without, is not offered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pytest_repro.determinism.dispatch import DISPATCHES, NUMPY_STEPS, level_of
from pytest_repro.determinism.variables import pinned_variables
from pytest_repro.records import Determinism, Job, Numerics, Rung, Variation

__all__ = ["AXES", "RESUMED", "STILL", "Facts", "combine", "variations", "vary_job"]

MOST_SPINNERS: Final = 4
SHIFT_S: Final = 400 * 86400 + 7 * 3600 + 11 * 60
"""Another year, month, day of the week, hour and minute."""

HASH_SEEDS: Final = 6
"""Other hash seeds that are tried. A set of two words, or a hash modulo two, is as it
was under each of them with a chance of one half: of 64 such sets one is missed."""

MALLOC_FREED: Final = "128"
"""The byte that glibc's malloc leaves in freed memory; in fresh memory it leaves the
complement, 0x7f, which makes numbers of any type as large as they can be."""

STILL: Final = (
    Variation(name="clock=still", axis="clock", probes=("clock=still",)),
    Variation(name="entropy=still", axis="entropy", probes=("entropy=still",)),
)
"""What can be held still, where the same run does not give the same bits twice."""

RESUMED: Final = Variation(name="resume=once", axis="checkpoint and resume")
"""To be killed at a random step and resumed: no change of a job, but another way to run
it, so it is in no list of variations."""

AXES: Final = (
    "hash seed",
    "directory order",
    "time zone",
    "locale",
    "current directory",
    "home",
    "clock",
    "memory fill",
    "loader workers",
    "a run before",
    RESUMED.axis,
    "processors",
    "contention",
    "threads",
    *(one.axis for one in DISPATCHES),
    "NumPy dispatch",
    "oneDNN",
    "deterministic algorithms",
    "matmul precision",
    "denormals",
    "batch accumulation",
)
"""The circumstances, in the order in which they are varied and told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides which variations there are.

    Attributes:
        machine: The facts of the environment of a run that was made without any.
        determinism: What is pinned in that run.
    """

    machine: Mapping[str, object] = field(default_factory=dict)
    determinism: Determinism = field(default_factory=Determinism)

    @property
    def has_torch(self) -> bool:
        """Whether the run imported torch."""
        return "torch.version" in self.machine

    @property
    def has_numpy(self) -> bool:
        """Whether the run imported numpy."""
        return "numpy.version" in self.machine

    @property
    def level(self) -> int:
        """The instruction set of the CPU, as an index of `dispatch.LEVELS`."""
        return level_of(str(self.machine.get("cpu.features", "")).split())

    @property
    def cores(self) -> int:
        """Processors that a run may use."""
        found = self.machine.get("machine.cores")
        return int(str(found)) if found else 1


def variations(facts: Facts) -> tuple[Variation, ...]:
    """List the variations that can change something here.

    Args:
        facts: Of the machine, the build, and what is pinned.

    Returns:
        Those that must not change a bit first, then those that may round differently;
        several values of one circumstance follow each other.
    """
    found = (*_harmless(facts), *_rounding(facts))
    return tuple(sorted(found, key=lambda one: AXES.index(one.axis)))


def combine(several: Sequence[Variation]) -> Variation:
    """Make one variation of several.

    Args:
        several: At least one; of two that set the same thing the later one wins.

    Returns:
        All changes at once, under the strictest requirement.
    """
    return Variation(
        name=" + ".join(one.name for one in several),
        axis=" + ".join(one.axis for one in several),
        required=max((one.required for one in several), key=lambda rung: rung.height),
        variables={k: v for one in several for k, v in one.variables.items()},
        determinism={k: v for one in several for k, v in one.determinism.items()},
        probes=tuple(probe for one in several for probe in one.probes),
    )


def vary_job(job: Job, variation: Variation) -> Job:
    """Put a job under a variation, which wins over whatever the job has pinned.

    Args:
        job: Any job, such as one of an earlier session.
        variation: What is changed.

    Returns:
        The job; variables that were pinned and are no longer are set to nothing, which
        takes them away.
    """
    fields: dict[str, Any] = dict(variation.determinism)
    if "numerics" in fields:
        fields["numerics"] = Numerics(str(fields["numerics"]))
    determinism = replace(job.determinism, **fields)
    before, after = _values(job.determinism), _values(determinism)
    gone = dict.fromkeys(before.keys() - after.keys(), "")
    changed = {k: v for k, v in after.items() if before.get(k) != v}
    return replace(
        job,
        determinism=determinism,
        variables={**job.variables, **gone, **changed, **variation.variables},
        variation=variation,
    )


def _values(determinism: Determinism) -> dict[str, str]:
    rows = pinned_variables(determinism)
    return {row.name: row.value for row in rows if row.value is not None}


def _harmless(facts: Facts) -> Iterator[Variation]:
    """List what no experiment's bits should depend on."""
    pinned = facts.determinism.hash_seed
    seeds = [seed for seed in range(1, HASH_SEEDS + 2) if seed != pinned]
    for seed in seeds[:HASH_SEEDS]:
        yield Variation(
            name=f"hash-seed={seed}", axis="hash seed", determinism={"hash_seed": seed}
        )
    for order in ("reversed", "shuffled"):
        yield _probe("directory order", f"listing={order}")
    for zone in ("UTC-14", "UTC+12"):  # as POSIX counts: west is positive
        name = f"time-zone={zone}"
        yield Variation(name=name, axis="time zone", variables={"TZ": f"XYZ{zone[3:]}"})
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    yield Variation(name="locale=C", axis="locale", variables=ascii_only)
    yield _probe("current directory", "cwd=empty")
    yield _probe("home", "home=empty")
    yield _probe("clock", f"clock=+{SHIFT_S}")
    yield from _fill(facts)
    if facts.has_torch:
        for workers in (2, 0, 4):
            yield _probe("loader workers", f"loader-workers={workers}")
    yield _probe("a run before", "run-before=1")
    for count in (1, facts.cores + 1):
        if count != facts.cores:
            yield _probe("processors", f"processors={count}")
    yield _probe("contention", f"contention={min(facts.cores, MOST_SPINNERS)}")


def _fill(facts: Facts) -> Iterator[Variation]:
    """Fill fresh memory or not: by torch with NaN, and by malloc for everybody.

    Torch fills with deterministic algorithms only; malloc fills what torch asks of it
    too, and what numpy does.
    """
    pinned = facts.determinism
    if facts.has_torch and pinned.deterministic_algorithms:
        fills = not pinned.fill_uninitialized_memory
        yield Variation(
            name=f"fill={_word(on=fills)}",
            axis="memory fill",
            determinism={"fill_uninitialized_memory": fills},
        )
    is_glibc = str(facts.machine.get("os.libc", "")).startswith("glibc")
    if is_glibc and (facts.has_torch or facts.has_numpy):
        yield Variation(
            name="malloc=filled",
            axis="memory fill",
            variables={"MALLOC_PERTURB_": MALLOC_FREED},
        )


def _rounding(facts: Facts) -> Iterator[Variation]:
    """List what may split sums in another way, or choose other kernels."""
    if facts.has_torch or facts.has_numpy:
        pinned = facts.determinism.threads
        for threads in sorted({1, 2, facts.cores} - {pinned}):
            yield Variation(
                name=f"threads={threads}",
                axis="threads",
                required=Rung.WITHIN_ROUNDING,
                determinism={"threads": threads},
            )
    yield from _dispatched(facts)
    yield from _numpy(facts)
    if facts.has_torch:
        yield from _torch(facts)


def _dispatched(facts: Facts) -> Iterator[Variation]:
    values = _values(facts.determinism)
    for row in DISPATCHES:
        if not row.applies(facts.machine):
            continue
        pinned = values.get(row.variable, "")
        lower = {text: text for level, text in row.steps if level < facts.level}
        for text, value in {**lower, "native": ""}.items():
            if value != pinned:
                yield Variation(
                    name=f"{row.name}={row.shown.get(text, text)}",
                    axis=row.axis,
                    required=Rung.WITHIN_ROUNDING,
                    variables={row.variable: value},
                )


def _numpy(facts: Facts) -> Iterator[Variation]:
    """Take instruction sets from numpy, the newest only and then all it can do without.

    Only names that numpy says it dispatches to: it warns of others.
    """
    found = str(facts.machine.get("numpy.simd", "")).split()
    for name, features in NUMPY_STEPS:
        off = [feature for feature in found if feature in features]
        if off:
            yield Variation(
                name=f"numpy={name}",
                axis="NumPy dispatch",
                required=Rung.WITHIN_ROUNDING,
                variables={"NPY_DISABLE_CPU_FEATURES": " ".join(off)},
            )


def _torch(facts: Facts) -> Iterator[Variation]:
    pinned = facts.determinism
    if facts.machine.get("torch.onednn"):
        yield _probe("oneDNN", "onednn=off", Rung.WITHIN_ROUNDING)
    other = not pinned.deterministic_algorithms
    yield Variation(
        name=f"deterministic={_word(on=other)}",
        axis="deterministic algorithms",
        required=Rung.WITHIN_ROUNDING,
        determinism={"deterministic_algorithms": other},
    )
    if facts.machine.get("torch.onednn") or facts.machine.get("torch.cuda"):
        precision = "tf32" if pinned.matmul_precision == "ieee" else "ieee"
        yield Variation(
            name=f"matmul={precision}",
            axis="matmul precision",
            required=Rung.EQUIVALENT,
            determinism={"matmul_precision": precision},
        )
    yield _probe("denormals", "denormals=flushed", Rung.WITHIN_ROUNDING)
    yield _probe("batch accumulation", "batches=2", Rung.WITHIN_ROUNDING)


def _probe(axis: str, name: str, required: Rung = Rung.IDENTICAL) -> Variation:
    return Variation(name=name, axis=axis, required=required, probes=(name,))


def _word(*, on: bool) -> str:
    return "on" if on else "off"
