"""Whether this is a CI machine, where nobody looks at what is written."""

from collections.abc import Mapping

__all__ = ["is_ci"]


def is_ci(environ: Mapping[str, str]) -> bool:
    """Tell whether this is a CI machine.

    Args:
        environ: The environment variables.

    Returns:
        Whether `CI` is set to something other than nothing, ``0``, ``false``, ``no``.
    """
    return environ.get("CI", "").strip().lower() not in {"", "0", "false", "no", "off"}
