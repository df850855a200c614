"""Everything that can be set, as one table: flag, ini key, type, default, help."""

from typing import Final

from pytest_repro.plugin.contract_rows import CONTRACT_OPTIONS
from pytest_repro.plugin.option import Option
from pytest_repro.plugin.option import row as _row

__all__ = ["OPTIONS", "Option"]


OPTIONS: Final = (
    _row(
        "repro",
        "bool",
        False,  # noqa: FBT003  # a default in a table
        "run the experiments and compare them with their references",
        doc="Without it experiments are skipped, and the plugin costs nothing.",
    ),
    _row(
        "no_repro",
        "bool",
        False,  # noqa: FBT003  # as above
        "skip the experiments although the ini file says repro = true",
        has_ini=False,
    ),
    _row(
        "repro_record",
        "bool",
        False,  # noqa: FBT003  # as above
        "also record references that are missing (implies --repro)",
        doc="Existing references are compared, never rewritten; what an accepted "
        "candidate lacks is measured, from the same bits. Refused under CI.",
        has_ini=False,
    ),
    _row(
        "repro_update",
        "bool",
        False,  # noqa: FBT003  # as above
        "also rewrite references that do not hold (implies --repro; needs a reason)",
        doc="History is kept: the reason, the digest superseded, and the drift.",
        has_ini=False,
    ),
    _row(
        "repro_reason",
        "str",
        "",
        "why references are rewritten; kept in their history",
        has_ini=False,
        metavar="TEXT",
        doc="At least ten characters.",
    ),
    _row(
        "repro_allow_ci_update",
        "bool",
        False,  # noqa: FBT003  # as above
        "allow --repro-record and --repro-update under CI",
        has_ini=False,
    ),
    _row(
        "repro_workers",
        "int",
        1,
        "how many runs of an experiment go on side by side",
        metavar="N",
        doc="More seeds at a time change no verdict: seeds are judged in their order.",
    ),
    _row(
        "repro_launcher",
        "str",
        "local",
        "where runs are executed",
        metavar="NAME",
        doc="Its options stand in `[tool.pytest_repro.launchers.NAME]` of "
        "pyproject.toml. Other packages add launchers by the entry points "
        "`pytest_repro.launchers`.",
    ),
    _row(
        "repro_env",
        "str",
        "",
        "compare in a declared environment, or in `all` of them and the present one",
        has_ini=False,
        metavar="NAME",
        doc="Environments stand in `[tool.pytest_repro.environments.NAME]` of "
        "pyproject.toml: {doc}`../how-to/replicate-in-other-environments`. `here` is "
        "the present one.",
    ),
    _row(
        "repro_tier",
        "str",
        "nightly",
        "first steps of one seed, one whole seed first, or every seed at once",
        choices=("pr", "nightly", "full"),
        doc="`pr` and `nightly` run more only while that decides nothing. References "
        "are always recorded from whole runs.",
    ),
    _row(
        "repro_changed",
        "bool",
        False,  # noqa: FBT003  # as above
        "run only what a change can affect since it last passed (implies --repro)",
        doc="An experiment is left out if every input of its last comparison that held "
        "is as it was; it is then UNCHANGED, not passed. What cannot be told runs. A "
        "tier that is given as nightly or full runs everything.",
    ),
    _row(
        "repro_changed_since",
        "str",
        "",
        "the same, on what passed at commits of a revision only (implies --repro)",
        has_ini=False,
        metavar="REF",
        doc="Such as `origin/main`: what a branch found of itself does not count. It "
        "needs the evidence of such a session, `.repro/used`, which CI can keep in a "
        "cache.",
    ),
    _row(
        "repro_vary",
        "bool",
        False,  # noqa: FBT003  # as above
        "run one seed under harmless variations and say what its bits depend on",
        doc="Nothing is compared with a reference, and none is written; the flag "
        "implies `--repro`. With `--repro-tier=pr`, runs under variations end at the "
        "horizon.",
    ),
    _row(
        "repro_vary_axes",
        "str",
        "",
        "which circumstances are varied, separated by commas; all but those after a -",
        metavar="NAMES",
        doc="Such as `hash seed, threads`, or `-home, -contention` for all but these "
        "two; nothing for all.",
    ),
    _row(
        "repro_seeds",
        "int",
        0,
        "at most so many seeds, instead of what the markers say; 0 for that",
        metavar="N",
    ),
    _row(
        "repro_replicas",
        "int",
        8,
        "perturbed runs that span the rounding envelope of a new reference",
        metavar="N",
        doc="0 for no envelope; then a reference holds only for the same bits, or for "
        "what the contract allows. Fewer than 6 give false alarms. Where metrics are "
        "to be `Equivalent` and their seed decides most of them, as many seeds, at "
        "least 8, run once more: other environments are then compared seed by seed.",
    ),
    _row(
        "repro_traced_steps",
        "int",
        3,
        "first steps of a new reference whose operations it keeps; 0 for none",
        metavar="N",
        doc="One further short run; with it a reference can say in which operation "
        "another run parted from it.",
    ),
    _row(
        "repro_whole_candidates",
        "bool",
        False,  # noqa: FBT003  # as above
        "measure what does not pass as a reference is measured, before it is left",
        doc="Its candidate then lacks nothing once it is accepted, for the price of "
        "recording: every seed, replicas under noise, traced operations. For machines "
        "on which nobody can record by hand.",
    ),
    _row(
        "repro_timeout",
        "float",
        3600.0,
        "stop a run that takes longer [s]; 0 for never",
        metavar="SECONDS",
        doc="The marker argument `timeout` overrides it for one experiment.",
    ),
    _row(
        "repro_checkpoint_every",
        "int",
        0,
        "write a checkpoint of each run every so many steps; 0 for none",
        metavar="N",
        doc="Checkpoints lie in the folder of the run, at most a dozen, spread over "
        "it. They hold what `repro.watch`, `repro.generator` and `repro.checkpoint` "
        "were told of.",
    ),
    _row(
        "repro_continue",
        "bool",
        False,  # noqa: FBT003  # as above
        "go on where the last session was killed (implies --repro)",
        has_ini=False,
        doc="Its runs that came to their end count, if their job and all that they "
        "read are as they were; those with checkpoints are resumed; the rest runs. "
        "See {doc}`../how-to/survive-interruptions`.",
    ),
    _row(
        "repro_retries",
        "int",
        -1,
        "try a run again so often after an accident; -1 for what pyproject.toml says",
        metavar="N",
        doc="After which accidents, and how long to wait, stands in "
        "`[tool.pytest_repro.retries]`; without that, none is retried. An exception of "
        "the experiment never is.",
    ),
    _row(
        "repro_shard",
        "str",
        "",
        "run one of several parts of the experiments, such as 2/4",
        has_ini=False,
        metavar="K/N",
        doc="Each experiment is in exactly one part; parts take about equally long, by "
        "the times in the references. Join what they leave with `pytest-repro merge`: "
        "{doc}`../how-to/split-over-ci-jobs`.",
    ),
    _row(
        "repro_chaos",
        "int",
        0,
        "kill seed 0 so many times, resume it, and demand the same bits",
        metavar="N",
        doc="Where it is killed is random and the same each time for the same number; "
        "the report says where. A run of this kind never becomes a reference.",
    ),
    _row(
        "repro_in_process",
        "bool",
        False,  # noqa: FBT003  # as above
        "run seed 0 in this process, for debuggers",
        doc="Start-up variables such as PYTHONHASHSEED are then as they are; the "
        "record says so, and nothing is ever recorded.",
        has_ini=False,
    ),
    _row(
        "repro_dir",
        "str",
        "reference_runs",
        "folder of the references, from the root of the project",
        metavar="PATH",
    ),
    _row(
        "repro_out",
        "str",
        ".repro",
        "folder for obtained runs, candidates and reports",
        metavar="PATH",
    ),
    _row(
        "repro_assets",
        "str",
        "",
        "folder of the content store, in which declared assets are kept",
        metavar="PATH",
        has_flag=False,
        doc="By default `assets` in the folder `repro_out`. Several projects and "
        "machines can share one: {doc}`../how-to/declare-an-asset`.",
    ),
    _row(
        "repro_fetch",
        "bool",
        False,  # noqa: FBT003  # as above
        "let runs fetch declared assets that the content store lacks",
        doc="Without it runs are offline, and `pytest-repro fetch` fetches before.",
    ),
    _row(
        "repro_history",
        "str",
        "",
        "folder to which each session appends what it observed",
        metavar="PATH",
        doc="By default `history` in the folder `repro_out`. CI can keep it on a "
        "branch: {doc}`../how-to/follow-results-over-time`.",
    ),
    _row(
        "repro_orphans",
        "str",
        "error",
        "what references without an experiment do to a complete session",
        choices=("error", "warn", "ignore"),
    ),
    _row(
        "repro_strict",
        "bool",
        False,  # noqa: FBT003  # as above
        "fail unless each experiment was registered, with a hypothesis, before it ran",
        doc="Registrations are files, `registrations/ID.toml`:"
        " {doc}`../how-to/register-a-hypothesis`.",
    ),
    _row(
        "repro_ledger",
        "str",
        "on",
        "follow each run step by step, to say which part of it differed first",
        choices=("on", "off"),
        doc="It takes at most a few hundredths of a step, is written less often where "
        "it would take more, and never decides a verdict.",
    ),
    _row(
        "repro_threads",
        "int",
        1,
        "threads of OpenMP, MKL, OpenBLAS and torch in a worker",
        metavar="N",
        doc="Another number gives other bits: sums are split differently.",
    ),
    _row(
        "repro_numerics",
        "str",
        "native",
        "CPU kernels: whatever this CPU offers, or those that every x86-64 has",
        choices=("native", "portable"),
    ),
    _row(
        "repro_hash_seed",
        "int",
        0,
        "PYTHONHASHSEED of workers",
        metavar="N",
    ),
    _row(
        "repro_deterministic",
        "bool",
        True,  # noqa: FBT003  # as above
        "use deterministic algorithms in torch",
        has_flag=False,
        doc="`torch.use_deterministic_algorithms(True)`.",
    ),
    _row(
        "repro_cudnn_benchmark",
        "bool",
        False,  # noqa: FBT003  # as above
        "let cuDNN choose kernels by timing them",
        has_flag=False,
    ),
    _row(
        "repro_matmul_precision",
        "str",
        "ieee",
        "float32 matrix products on GPUs",
        choices=("ieee", "tf32"),
        has_flag=False,
    ),
    _row(
        "repro_fill_uninitialized",
        "bool",
        False,  # noqa: FBT003  # as above
        "fill uninitialised tensors with NaN",
        has_flag=False,
        doc="Finds reads of uninitialised memory; costs time.",
    ),
    _row(
        "repro_guards",
        "str",
        "warn",
        "what happens where randomness escapes the seeds",
        choices=("off", "warn", "error"),
        doc="`warn` tells the line that drew it and keeps that in the record, `error` "
        "fails the run there. What an experiment may draw stands in its marker: "
        "`accepts=[Entropy(…)]`.",
    ),
    _row(
        "repro_hermetic",
        "bool",
        False,  # noqa: FBT003  # as above
        "guard against undeclared files, environment variables and network use, too",
        doc="From the start of the experiment to its end, told as `repro_guards` says.",
    ),
    *CONTRACT_OPTIONS,
)
"""Every option, in the order of the reference page."""
