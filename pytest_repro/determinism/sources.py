"""The sources of randomness that no seed governs, as data.

The guards read how far a source reaches from here, messages say what to write
instead, and the documentation prints the table. Of some sources only the project's
own calls count: what a library names its temporary files reaches no result.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["HERMETIC", "SOURCES", "Source", "source_names"]

# Libraries below which randomness goes into names and locks, or is overwritten at
# once; torch's own draws come from its seeded generators.
_HARMLESS: Final = frozenset(
    {
        *("_frozen_importlib", "_frozen_importlib_external", "importlib", "pkgutil"),
        *("asyncio", "concurrent", "multiprocessing", "subprocess", "threading"),
        *("copy", "copyreg", "joblib", "pickle", "shutil", "tempfile", "zipfile"),
        *("email", "http", "logging", "socket", "ssl", "urllib", "warnings"),
        *("_pytest", "filelock", "hypothesis", "pluggy", "pytest", "pytest_repro"),
        *("torch", "xdist"),
    }
)

# What reads files to find, show or cache code, not data.
_READS_CODE: Final = frozenset(
    {
        *("_frozen_importlib", "_frozen_importlib_external", "importlib", "pkgutil"),
        *("ctypes", "encodings", "gettext", "inspect", "linecache", "locale"),
        *("logging", "mimetypes", "multiprocessing", "platform", "subprocess"),
        *("sysconfig", "tempfile", "tokenize", "traceback", "warnings", "zoneinfo"),
        *("_pytest", "filelock", "hypothesis", "pluggy", "pytest", "pytest_repro"),
        *("xdist",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One row of the table.

    Attributes:
        name: By which it is told and accepted.
        what: What was done, to end a sentence that begins with a place.
        instead: What to write instead, one sentence.
        is_direct: Whether only calls by the project's own code count, or also those
            that a library makes for it.
        harmless: The libraries that may draw from it on the project's behalf.
    """

    name: str
    what: str
    instead: str
    is_direct: bool = False
    harmless: frozenset[str] = _HARMLESS


_DERIVED: Final = "derive a seed: random.Random(repro.derive('name'))"
_GENERATOR: Final = "numpy.random.default_rng(repro.derive('name'))"

SOURCES: Final = (
    Source(
        name="os.urandom",
        what="draws bytes from the operating system",
        instead=_DERIVED,
        is_direct=True,
    ),
    Source(
        name="random.SystemRandom",
        what="draws from the operating system",
        instead=_DERIVED,
        is_direct=True,
    ),
    Source(
        name="secrets",
        what="draws from the operating system",
        instead=_DERIVED,
        is_direct=True,
    ),
    Source(
        name="uuid",
        what="makes an identifier from clock, address or operating system",
        instead="uuid.uuid5 of a namespace and a name gives the same one each time",
        is_direct=True,
    ),
    Source(
        name="random.Random",
        what="makes a generator without a seed",
        instead=_DERIVED,
    ),
    Source(
        name="random.seed",
        what="seeds the generator of random from the operating system",
        instead="leave the call out, it is seeded; or pass repro.derive('name')",
    ),
    Source(
        name="numpy.random",
        what="seeds a generator of numpy from the operating system",
        instead=_GENERATOR,
    ),
    Source(
        name="torch.seed",
        what="seeds torch from the operating system",
        instead="leave the call out, torch is seeded",
    ),
    Source(
        name="torch.Generator.seed",
        what="seeds a generator of torch from the operating system",
        instead="repro.generator('name')",
    ),
    Source(
        name="clock",
        what="seeds a generator with a clock or a process id",
        instead="pass repro.derive('name')",
    ),
    Source(
        name="listing",
        what="uses the order in which the file system lists a folder",
        instead="put sorted(…) around it",
        is_direct=True,
    ),
    Source(
        name="hash",
        what="hashes text, which the hash seed decides",
        instead="repro.derive('name') for a seed, else zlib.crc32(text.encode())",
        is_direct=True,
    ),
    Source(
        name="threads",
        what="draws from a generator from which another thread draws",
        instead="give each thread a generator of its own, seeded with repro.derive",
        harmless=_HARMLESS - {"torch"},
    ),
    Source(
        name="loader_workers",
        what="copies a generator of the dataset into each loader worker",
        instead="seed it in worker_init_fn, from torch.initial_seed()",
    ),
)
"""What `--repro-guards` looks for, in the order of the documentation."""

HERMETIC: Final = (
    Source(
        name="file",
        what="reads a file that is no declared asset",
        instead="open(repro.asset(path))",
        harmless=_READS_CODE,
    ),
    Source(
        name="variable",
        what="reads an environment variable that is not pinned",
        instead="make it a parameter of the experiment",
        is_direct=True,
        harmless=_READS_CODE,
    ),
    Source(
        name="network",
        what="uses a network",
        instead="keep the data in a file and declare it with repro.asset",
        harmless=_READS_CODE,
    ),
)
"""What `--repro-hermetic` looks for besides."""


def source_names() -> tuple[str, ...]:
    """List what an `Entropy` may be called."""
    return tuple(source.name for source in (*SOURCES, *HERMETIC))
