"""Random generators and framework flags: pinned, read back and put back.

Start with `guard.pinned`, the context of a run; `variables` is what a process must be
started with, `variations` what can be changed on purpose, and `probes` how;
`guards.guarding` watches for randomness that escapes all that. Files named `torch_*` or
`numpy_*` import what they are named after, and nothing imports them before the
experiment has imported that itself.
"""

from pytest_repro.determinism.escapes import ESCAPE, Escape, Watch
from pytest_repro.determinism.guard import Pinned, pinned
from pytest_repro.determinism.guards import guarding
from pytest_repro.determinism.hermetic import declare_file
from pytest_repro.determinism.late import is_imported, when_imported
from pytest_repro.determinism.lowering import Lowered, check_forced, lower
from pytest_repro.determinism.noise import NOISE, rounding_noise
from pytest_repro.determinism.probes import (
    BATCHES,
    FLAG,
    KEPT_WHOLE,
    LOADERS,
    SPLIT_BY,
    WHOLE,
    Probes,
)
from pytest_repro.determinism.seeding import (
    derive,
    generator_states,
    keep_generators,
    seed_everything,
)
from pytest_repro.determinism.splitting import SPLITTING
from pytest_repro.determinism.streams import (
    Stream,
    global_streams,
    is_generator,
    stream_of,
)
from pytest_repro.determinism.variables import (
    Variable,
    pinned_variables,
    worker_variables,
)
from pytest_repro.determinism.variations import (
    AXES,
    RESUMED,
    STILL,
    Facts,
    combine,
    variations,
    vary_job,
)

__all__ = [
    "AXES",
    "BATCHES",
    "ESCAPE",
    "FLAG",
    "KEPT_WHOLE",
    "LOADERS",
    "NOISE",
    "RESUMED",
    "SPLITTING",
    "SPLIT_BY",
    "STILL",
    "WHOLE",
    "Escape",
    "Facts",
    "Lowered",
    "Pinned",
    "Probes",
    "Stream",
    "Variable",
    "Watch",
    "check_forced",
    "combine",
    "declare_file",
    "derive",
    "generator_states",
    "global_streams",
    "guarding",
    "is_generator",
    "is_imported",
    "keep_generators",
    "lower",
    "pinned",
    "pinned_variables",
    "rounding_noise",
    "seed_everything",
    "stream_of",
    "variations",
    "vary_job",
    "when_imported",
    "worker_variables",
]
