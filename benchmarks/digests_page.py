"""The page about digests, from figures alone: the same figures, the same bytes.

What misses its bar, failed or was not measured is said in bold, in its place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["FIGURES", "Figures", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "digests_figures.json"

BAR: Final = 0.6

INTRODUCTION: Final = """\
# What a digest costs

A ledger digests the state at each step of a training, so it has a digest of its own:
`quick64-v1`, a sum of mixed words that may be added up in any order and on any device
(`pytest_repro/fingerprints/quick.py` has the equations). It is no cryptographic digest:
it is evidence that two runs were in the same state, and it protects nothing against
someone who wants two states to look alike. What must not be forged has SHA-256.
"""

CPU: Final = """\
## On a CPU

One thread, processor time, medians over rounds in which all take turns. *Large* is one
tensor of 100 MB. *Small* is a state of 30 tensors of 64 bytes to 6 KB, 92 KB together,
each passed as a torch tensor; what it costs to get at the bytes counts. XXH3, BLAKE3
and SHA-256 see bytes alone here, without dtypes and shapes; `torch.hash_tensor` is an
XOR, blind to order and to whatever occurs twice.
"""

DEVICE: Final = """\
## On a device

Bytes digested in a second are compared with bytes read and written in a second by a
copy on the same device. The bar is 60 %.
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when, how and where the CPU was measured.
        rows: For each contender on the CPU its name and two figures or nothing.
        device: What `device_digests` found, by part; empty if it was never run.
    """

    occasion: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    device: Mapping[str, Any]


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Figures(tuple(found["occasion"]), tuple(found["rows"]), found["device"])


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures.

    Args:
        figures: What was measured.
        path: The file.
    """
    found = json.dumps(asdict(figures), indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(found + "\n", encoding="utf-8")


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown.
    """
    blocks = (
        INTRODUCTION,
        _text(figures.occasion),
        CPU,
        _text(_cpu(figures.rows)),
        DEVICE,
        _text(_device(figures.device)),
    )
    return "\n".join(blocks)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _cpu(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["| | large | small |", "|---|---|---|"]
    for row in rows:
        rate, taken = row["large [GB/s]"], row["small [µs]"]
        if rate is None:
            lines.append(f"| {row['name']} | not installed | not installed |")
        else:
            lines.append(f"| {row['name']} | {rate:.2f} GB/s | {taken:.0f} µs |")
    return lines


def _device(device: Mapping[str, Any]) -> list[str]:
    if not device:
        return ["**Not measured**: no GPU was at hand when this page was made."]
    machine = device.get("machine", {})
    heading = f"{machine.get('device')}, torch {machine.get('torch')}"
    if "triton" in machine:
        heading += f", Triton {machine['triton']}"
    lines = [f"{heading}.", ""]
    lines += [*_bar(device.get("bandwidth", {})), "", "| part | figures |", "|---|---|"]
    for part, found in device.items():
        if part != "machine":
            lines.append(f"| {part} | {_figures(found)} |")
    return lines


def _bar(bandwidth: Mapping[str, Any]) -> list[str]:
    """Hold the bandwidth against the bar."""
    ratio = bandwidth.get("of the copy")
    if ratio is None:
        return ["**The bandwidth was not obtained.**"]
    rates = (
        f"{bandwidth['digest [GB/s]']:,.0f} GB/s digested, "
        f"{bandwidth['copy, read and written [GB/s]']:,.0f} GB/s read and written by a "
        f"copy: {ratio:.0%}"
    )
    return [f"{rates}."] if ratio >= BAR else [f"**{rates}, below the bar.**"]


def _figures(found: Mapping[str, Any]) -> str:
    if "error" in found:
        last = str(found["error"]).strip().splitlines()[-1]
        return f"**failed**: `{last}`"
    shown = {name: value for name, value in found.items() if name != "seconds"}
    return "; ".join(f"{name}: {_value(value)}" for name, value in shown.items())


def _value(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.4g}" if abs(value) < 1e3 else f"{value:,.0f}"  # noqa: PLR2004
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(_value, value)) or "none"
        case dict():
            pairs = (f"{name} {_value(kept)}" for name, kept in value.items())
            return ", ".join(pairs) or "none"
        case _:
            return str(value)
