"""Whether, and how, module contracts are tested; loads nothing of them."""

from typing import Final

import pytest

from pytest_repro.plugin.contract_rows import CONTRACT_OPTIONS

__all__ = ["setting", "wants_contracts"]

_ROWS: Final = {option.name: option for option in CONTRACT_OPTIONS}
_SWITCHES: Final = (
    "repro_contracts",
    "repro_contracts_explore",
    "repro_contracts_release",
)


def wants_contracts(config: pytest.Config) -> bool:
    """Tell whether this session tests contracts; a worker of an experiment does not."""
    if config.getoption("repro_worker") is not None:
        return False
    return any(setting(config, name) for name in _SWITCHES)


def setting(config: pytest.Config, name: str) -> object:
    """Read one setting: the flag beats the ini key, the ini key beats the default.

    Args:
        config: pytest's.
        name: Of the setting.

    Returns:
        Its value.
    """
    row = _ROWS[name]
    given = config.getoption(name) if row.has_flag else None
    if given is None and row.has_ini:
        given = config.getini(name)
    return row.default if given is None else given
