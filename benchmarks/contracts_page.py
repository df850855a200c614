"""The page about what properties catch: same figures, same bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["FIGURES", "Figures", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "contracts_figures.json"

BAR_S: Final = 1.5
"""Ten properties of a module, at twenty examples each, are to take no longer."""

INTRODUCTION: Final = """\
# What the properties catch

`pytest --repro-contracts` holds parts to what they promise
({doc}`../how-to/test-a-module-interface`). Here faults are planted in modules, loaders,
augmentations, optimizers, metrics and recipes, one in each, and the property that names
the fault is to find it; and all properties are held against parts that are correct,
among them layers of torch, models of transformers and metrics of torchmetrics, in
which none may find anything.
"""

FAULTS: Final = """\
## Planted faults

A fault counts as caught if the property that was written down beside it finds a
counter-example. What follows is the suspicion that its report prints.
"""

CORRECT: Final = """\
## Correct parts

Twenty examples a property, eight for published models; some properties draw fewer.
*Silent* properties say nothing about a part, such as gradients where it has no
parameters. *Declared* ones do not hold, and their contract says why.
"""

TIMES: Final = """\
## How long it takes

In one process, in this order: the first module pays for what is imported once. Ten
properties that draw all twenty examples, then all properties of the module. One
thread computes, so processor time is what it takes on a machine with a core to spare;
elapsed time depends on what else ran.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when, how and where.
        faults: Kind, part, property and suspicion of each planted fault.
        correct: Kind, part, words, declared exceptions and alarms of correct parts.
        times: Name, properties, and seconds of each module, in order.
    """

    occasion: tuple[str, ...]
    faults: tuple[Mapping[str, str], ...]
    correct: tuple[Mapping[str, Any], ...]
    times: tuple[Mapping[str, Any], ...]

    @property
    def is_clean(self) -> bool:
        """Whether every fault was caught, and no correct part was blamed."""
        is_caught = all(one["suspicion"] for one in self.faults)
        return is_caught and not any(one["alarms"] for one in self.correct)


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Figures(**{name: tuple(rows) for name, rows in found.items()})


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures.

    Args:
        figures: What was measured.
        path: The file.
    """
    text = json.dumps(asdict(figures), indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown.
    """
    kinds = list(dict.fromkeys(one["kind"] for one in figures.faults))
    blocks = [
        INTRODUCTION,
        "\n".join(figures.occasion),
        _table(SUMMARY, [_summed(figures, kind) for kind in (*kinds, "")]),
        FAULTS,
        *(block for kind in kinds for block in _faults(figures, kind)),
        CORRECT,
        _table(HELD, [_held(one) for one in figures.correct]),
        *_declared(figures),
        TIMES,
        _table(TIMED, [_timed(one) for one in figures.times]),
        _bar(figures),
    ]
    return "\n\n".join(block.strip() for block in blocks if block) + "\n"


SUMMARY: Final = ("kind", "faults caught", "correct parts", "promises", "false alarms")
HELD: Final = ("part", "kind", "kept", "silent", "declared", "false alarms")
TIMED: Final = ("module", "ten, elapsed", "processor", "all", "elapsed", "processor")


def _summed(figures: Figures, kind: str) -> Sequence[str]:
    """Sum one kind up; all of them for an empty one."""
    faults = [one for one in figures.faults if kind in {one["kind"], ""}]
    correct = [one for one in figures.correct if kind in {one["kind"], ""}]
    caught = sum(bool(one["suspicion"]) for one in faults)
    alarms = sum(len(one["alarms"]) for one in correct)
    promises = sum(sum(one["words"].values()) for one in correct)
    told = f"{caught} of {len(faults)}"
    return (
        kind or "all",
        told if caught == len(faults) else f"**{told}**",
        str(len(correct)),
        str(promises),
        f"**{alarms}**" if alarms else "0",
    )


def _faults(figures: Figures, kind: str) -> Sequence[str]:
    rows = [
        (
            f"`{one['part']}`",
            f"`{one['property']}`",
            one["suspicion"] or "**missed**",
        )
        for one in figures.faults
        if one["kind"] == kind
    ]
    return f"### {kind}", _table(("fault", "property", "suspicion"), rows)


def _held(one: Mapping[str, Any]) -> Sequence[str]:
    words, alarms = one["words"], ", ".join(one["alarms"])
    return (
        one["part"],
        one["kind"],
        str(words.get("kept", 0)),
        str(words.get("silent", 0)),
        str(len(one["declared"])),
        f"**{alarms}**" if alarms else "0",
    )


def _declared(figures: Figures) -> Sequence[str]:
    lines = [
        f"* {one['part']}, `{name}`: {reason}"
        for one in figures.correct
        for name, reason in sorted(one["declared"].items())
    ]
    return ("Declared, with the reasons:", "\n".join(lines)) if lines else ()


def _timed(one: Mapping[str, Any]) -> Sequence[str]:
    return (
        one["name"],
        _seconds(one["ten_s"]),
        _seconds(one["ten_cpu_s"]),
        str(one["properties"]),
        _seconds(one["all_s"]),
        _seconds(one["all_cpu_s"]),
    )


def _seconds(found: float) -> str:
    return f"{found:.2f} s"


def _bar(figures: Figures) -> str:
    """Hold processor time against what was wanted; a miss is in bold."""
    most = max(figures.times, key=lambda one: float(one["ten_cpu_s"]))
    told = (
        f"Ten properties take at most {most['ten_cpu_s']:.2f} s of processor time"
        f" ({most['name']}), of {BAR_S:g} s wanted"
    )
    return f"{told}." if most["ten_cpu_s"] <= BAR_S else f"**{told}: too long.**"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
