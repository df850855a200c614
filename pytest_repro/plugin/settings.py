"""The options of a session, parsed once and checked against each other.

Everything that would silently weaken a session is refused here, before anything is
collected: an unknown ini key, a rewrite without a reason, a write under CI.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, cast

import pytest

from pytest_repro.plugin.options import OPTIONS, Option, did_you_mean
from pytest_repro.policy import is_ci
from pytest_repro.records import (
    EVERYWHERE,
    MIN_REASON,
    Determinism,
    Following,
    Guards,
    Numerics,
    Tier,
)

__all__ = ["Settings", "read_settings", "settings_key"]

Number = TypeVar("Number", int, float)

MAX_HASH_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of one session, parsed once.

    Attributes:
        active: Whether experiments run.
        record: Whether missing references are recorded.
        update: Whether references that do not hold are rewritten.
        reason: Why they are.
        workers: Runs side by side.
        launcher: Where they are executed.
        environment: The declared environment, ``all`` or ``here``; empty for none.
        tier: How much a comparison may cost.
        replicas: Perturbed runs of a new reference.
        traced: Steps of a new reference whose operations it keeps.
        whole_candidates: Whether candidates are measured as references are.
        seeds: At most so many seeds, instead of what the markers say; None for that.
        timeout_s: Limit of a run [s]; None for never.
        checkpoint_every: A checkpoint each so many steps; 0 for none.
        continues: Whether an interrupted session is continued.
        retries: How often a run is tried again after an accident; None for what
            pyproject.toml declares.
        shard: Which part of the experiments runs, of how many; None for all.
        chaos: How often seed 0 is killed and resumed; 0 for never.
        in_process: Whether seed 0 runs in this process.
        references: Folder of the references.
        out: Folder for everything else.
        assets: Folder of the content store.
        fetch: Whether runs fetch declared assets that it lacks.
        history: Folder to which sessions append what they observed.
        orphans: ``error``, ``warn`` or ``ignore``.
        strict: Whether each experiment needs a registration that came first.
        ledger: How closely runs are followed in a step ledger.
        determinism: What is pinned.
        changed: Whether experiments are left out that no change can affect.
        changed_since: The revision whose commits alone count for that; or empty.
        vary: Whether one seed is run under variations instead.
        vary_axes: The circumstances that are varied.
        overrides: Fields of the recipe that are set, such as ``optim.lr=0.1``.
    """

    active: bool
    record: bool
    update: bool
    reason: str
    workers: int
    launcher: str
    environment: str
    tier: Tier
    replicas: int
    traced: int
    whole_candidates: bool
    seeds: int | None
    timeout_s: float | None
    checkpoint_every: int
    continues: bool
    retries: int | None
    shard: tuple[int, int] | None
    chaos: int
    in_process: bool
    references: Path
    out: Path
    assets: Path
    fetch: bool
    history: Path
    orphans: str
    strict: bool
    ledger: Following
    determinism: Determinism
    changed: bool
    changed_since: str
    vary: bool
    vary_axes: tuple[str, ...]
    overrides: tuple[str, ...] = ()


settings_key: Final = pytest.StashKey[Settings]()
"""Where the settings of a session are."""


def read_settings(config: pytest.Config) -> Settings:
    """Parse and check the options of a session.

    Args:
        config: pytest's.

    Returns:
        The settings.

    Raises:
        pytest.UsageError: If options contradict each other, an ini key is unknown, or
            references would be written where that is not allowed.
    """
    values = {option.name: _value(config, option) for option in OPTIONS}
    record, update = bool(values["repro_record"]), bool(values["repro_update"])
    reason = str(values["repro_reason"]).strip()
    _check_writes(values, record=record, update=update, reason=reason)
    varies = config.getoption("repro_vary")
    picks = config.getoption("repro_changed") or values["repro_changed_since"]
    picks = picks or values["repro_continue"] or values["repro_env"]
    active = bool(values["repro"] or record or update or varies or picks)
    if active:
        _check_ini(config)
    return Settings(
        active=active and not values["no_repro"],
        record=record,
        update=update,
        reason=reason,
        workers=_at_least("repro_workers", values["repro_workers"], 1),
        launcher=str(values["repro_launcher"]),
        environment=_environment(config, values),
        tier=Tier(str(values["repro_tier"])),
        replicas=_at_least("repro_replicas", values["repro_replicas"], 0),
        traced=_at_least("repro_traced_steps", values["repro_traced_steps"], 0),
        whole_candidates=bool(values["repro_whole_candidates"]),
        seeds=_at_least("repro_seeds", values["repro_seeds"], 0) or None,
        timeout_s=_at_least("repro_timeout", values["repro_timeout"], 0.0) or None,
        checkpoint_every=_at_least(
            "repro_checkpoint_every", values["repro_checkpoint_every"], 0
        ),
        continues=_continues(values),
        retries=_retries(values),
        shard=_shard(str(values["repro_shard"])),
        chaos=_at_least("repro_chaos", values["repro_chaos"], 0),
        in_process=bool(values["repro_in_process"]),
        references=_folder(config, "repro_dir", values),
        out=_folder(config, "repro_out", values),
        assets=_below_out(config, "repro_assets", values),
        fetch=bool(values["repro_fetch"]),
        history=_below_out(config, "repro_history", values),
        orphans=str(values["repro_orphans"]),
        strict=bool(values["repro_strict"]),
        ledger=_following(values),
        determinism=_determinism(values),
        changed=_changed(config, values, writes=record or update),
        changed_since=str(values["repro_changed_since"]),
        vary=bool(values["repro_vary"]),
        vary_axes=_axes(str(values["repro_vary_axes"])) if active else (),
        overrides=_overrides(values, writes=record or update),
    )


def _value(config: pytest.Config, option: Option) -> object:
    given = config.getoption(option.name) if option.has_flag else None
    # Looked at even if the flag wins: workers have the ini file and not the flag.
    found = _ini_value(config, option) if option.has_ini else option.default
    return found if given is None else given


def _ini_value(config: pytest.Config, option: Option) -> object:
    try:
        found = config.getini(option.name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        msg = f"ini key {option.name} is of type {option.kind}: {error}"
        raise pytest.UsageError(msg) from error
    if option.choices and found not in option.choices:
        allowed = ", ".join(option.choices)
        msg = f"ini key {option.name} is one of {allowed}, got {found!r}"
        raise pytest.UsageError(msg)
    return found


def _determinism(values: Mapping[str, object]) -> Determinism:
    return Determinism(
        hash_seed=_hash_seed(values["repro_hash_seed"]),
        threads=_at_least("repro_threads", values["repro_threads"], 1),
        numerics=Numerics(str(values["repro_numerics"])),
        deterministic_algorithms=bool(values["repro_deterministic"]),
        cudnn_benchmark=bool(values["repro_cudnn_benchmark"]),
        matmul_precision=str(values["repro_matmul_precision"]),
        fill_uninitialized_memory=bool(values["repro_fill_uninitialized"]),
        guards=Guards(str(values["repro_guards"])),
        hermetic=_hermetic(values),
    )


def _hermetic(values: Mapping[str, object]) -> bool:
    if values["repro_hermetic"] and values["repro_guards"] == Guards.OFF:
        msg = "--repro-hermetic is told by guards: leave --repro-guards=off out"
        raise pytest.UsageError(msg)
    return bool(values["repro_hermetic"])


def _following(values: Mapping[str, object]) -> Following:
    """Follow what may become a reference at every step: it is asked for years."""
    if values["repro_ledger"] == "off":
        return Following.OFF
    writes = values["repro_record"] or values["repro_update"]
    return Following.WHOLE if writes else Following.PACED


def _hash_seed(value: object) -> int:
    seed = _at_least("repro_hash_seed", value, 0)
    if seed > MAX_HASH_SEED:
        msg = f"repro_hash_seed is at most {MAX_HASH_SEED}, got {seed}"
        raise pytest.UsageError(msg)
    return seed


def _folder(config: pytest.Config, name: str, values: Mapping[str, object]) -> Path:
    folder = config.rootpath / str(values[name])
    if config.rootpath.resolve().is_relative_to(folder.resolve()):
        msg = f"{name} is a folder of its own, got {values[name]!r}"
        raise pytest.UsageError(msg)
    return folder


def _below_out(config: pytest.Config, name: str, values: Mapping[str, object]) -> Path:
    """Return a folder that lies in that for everything else unless it is named."""
    if values[name]:
        return _folder(config, name, values)
    return _folder(config, "repro_out", values) / name.removeprefix("repro_")


def _at_least(name: str, value: object, least: Number) -> Number:
    """Check a number from the command line or the ini file."""
    number = cast("Number", value)  # of this type: pytest parsed it
    if not (math.isfinite(number) and number >= least):
        msg = f"{name} is a number from {least} on, got {value!r}"
        raise pytest.UsageError(msg)
    return number


def _check_ini(config: pytest.Config) -> None:
    from pytest_repro.plugin.inifile import ini_keys  # noqa: PLC0415  # only with --repro

    known = {option.name for option in OPTIONS if option.has_ini}
    for key in ini_keys(config):
        if key.startswith("repro") and key not in known:
            msg = f"unknown ini key {key}{did_you_mean(key, known)}"
            raise pytest.UsageError(msg)


def _changed(
    config: pytest.Config, values: Mapping[str, object], *, writes: bool
) -> bool:
    """Leave nothing out where a person asked for a tier that runs everything.

    What the ini file says holds for comparisons; other sessions run all they are given.
    """
    others = ("repro_vary", "repro_chaos", "repro_in_process", "repro_env")
    named = [name for name in others if values[name]]
    named += ["repro_record or --repro-update"] if writes else []
    asked = config.getoption("repro_changed") or values["repro_changed_since"]
    if asked and named:
        flag = named[0].replace("_", "-")
        msg = f"--repro-changed leaves comparisons out, and --{flag} is none"
        raise pytest.UsageError(msg)
    tier = config.getoption("repro_tier")
    runs_all = bool(named) or tier in {Tier.NIGHTLY, Tier.FULL}
    return bool(asked or values["repro_changed"]) and not runs_all


def _continues(values: Mapping[str, object]) -> bool:
    others = ("repro_vary", "repro_chaos", "repro_in_process", "repro_env")
    for name in others:
        if values["repro_continue"] and values[name]:
            flag = name.replace("_", "-")
            msg = f"--repro-continue goes on with comparisons here, not with --{flag}"
            raise pytest.UsageError(msg)
    return bool(values["repro_continue"])


def _retries(values: Mapping[str, object]) -> int | None:
    retries = _at_least("repro_retries", values["repro_retries"], -1)
    return None if retries < 0 else retries


def _shard(text: str) -> tuple[int, int] | None:
    """Parse which shard of how many."""
    if not text:
        return None
    number, _, count = text.partition("/")
    is_pair = number.isdecimal() and count.isdecimal()
    if not is_pair or not 1 <= int(number) <= int(count):
        msg = f"--repro-shard is K/N with 1 ≤ K ≤ N, such as 2/4, got {text!r}"
        raise pytest.UsageError(msg)
    return int(number), int(count)


def _environment(config: pytest.Config, values: Mapping[str, object]) -> str:
    """Refuse what has no meaning in an environment other than the present one."""
    found = str(values["repro_env"]).strip()
    if not found:
        if config.getoption("repro_env") is not None:
            msg = "--repro-env names an environment, or all of them"
            raise pytest.UsageError(msg)
        return ""
    for name in ("repro_vary", "repro_chaos", "repro_in_process", "repro_update"):
        if values[name]:
            flag = name.replace("_", "-")
            msg = f"--repro-env compares with references, and --{flag} does not"
            raise pytest.UsageError(msg)
    if values["repro_record"] and found == EVERYWHERE:
        msg = (
            "--repro-record writes for one environment at a time\n"
            "  name it: --repro-env=NAME --repro-record"
        )
        raise pytest.UsageError(msg)
    return found


def _overrides(values: Mapping[str, object], *, writes: bool) -> tuple[str, ...]:
    """Refuse references of another recipe than the one that stands in the code."""
    found = cast("tuple[str, ...]", values["repro_set"])
    if found and writes:
        msg = (
            "--repro-set tries another recipe, and references are of the one in the"
            " code\n  write the value into the recipe, then record"
        )
        raise pytest.UsageError(msg)
    return tuple(found)


def _axes(text: str) -> tuple[str, ...]:
    """Parse which circumstances are varied: those named, or all but those denied."""
    from pytest_repro.determinism import AXES  # noqa: PLC0415  # only with --repro

    words = [word.strip() for word in text.split(",") if word.strip()]
    denied = [word.removeprefix("-").strip() for word in words if word[0] == "-"]
    named = [word for word in words if word[0] != "-"]
    known = {axis.lower(): axis for axis in AXES}
    for word in (*denied, *named):
        if word.lower() not in known:
            near = did_you_mean(word, list(AXES))
            msg = f"repro_vary_axes names {word!r}, which is not varied{near}"
            raise pytest.UsageError(msg)
    asked = {known[word.lower()] for word in named} or set(AXES)
    return tuple(
        axis
        for axis in AXES
        if axis in asked - {known[word.lower()] for word in denied}
    )


def _check_writes(
    values: Mapping[str, object], *, record: bool, update: bool, reason: str
) -> None:
    if (record or update) and is_ci(os.environ) and not values["repro_allow_ci_update"]:
        msg = (
            "references are not written under CI (the variable CI is set)\n"
            "  a bot that is meant to: add --repro-allow-ci-update"
        )
        raise pytest.UsageError(msg)
    if (record or update) and values["repro_in_process"]:
        msg = "--repro-in-process never writes references: leave one of the two out"
        raise pytest.UsageError(msg)
    if (record or update) and values["repro_vary"]:
        msg = "--repro-vary never writes references: leave one of the two out"
        raise pytest.UsageError(msg)
    if values["repro_in_process"] and values["repro_vary"]:
        msg = "--repro-vary needs workers: leave out either it or --repro-in-process"
        raise pytest.UsageError(msg)
    if values["repro_chaos"] and values["repro_in_process"]:
        msg = "--repro-chaos kills workers, and --repro-in-process has none"
        raise pytest.UsageError(msg)
    if update and len(reason) < MIN_REASON:
        msg = (
            '--repro-update needs --repro-reason="…" of at least ten characters: '
            "why is the new result the right one?"
        )
        raise pytest.UsageError(msg)
    if reason and not update:
        msg = "--repro-reason explains --repro-update: add it, or leave both out"
        raise pytest.UsageError(msg)
