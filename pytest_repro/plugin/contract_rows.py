"""What can be set of module contracts: rows of the table in `option_rows`."""

from typing import Final

from pytest_repro.plugin.option import row

__all__ = ["CONTRACT_OPTIONS"]

CONTRACT_OPTIONS: Final = (
    row(
        "repro_contracts",
        "bool",
        False,  # noqa: FBT003  # as above
        "also test what modules, loaders, optimizers, recipes and other parts promise",
        doc="One item for each promise, such as "
        "`contract::SmallCNN::batch_size_invariance[rtol]`; `-k` selects among them.",
    ),
    row(
        "repro_contracts_explore",
        "bool",
        False,  # noqa: FBT003  # as above
        "draw other examples in each session (implies --repro-contracts)",
        doc="What fails is kept in `contracts/examples`, and tried first ever after.",
    ),
    row(
        "repro_contracts_examples",
        "int",
        20,
        "examples for each promise",
        metavar="N",
    ),
    row(
        "repro_contracts_release",
        "bool",
        False,  # noqa: FBT003  # as above
        "write what the contracts promise now into contracts.snapshot.toml",
        doc="From then on, a change that promises less fails.",
        has_ini=False,
    ),
    row(
        "repro_contract_modules",
        "str",
        "",
        "modules whose parts are tested for their promises, parted by spaces",
        doc="Beside them, those that test modules define or import, and components "
        "that installed packages offer under `pytest_repro.components`.",
        has_flag=False,
    ),
)
"""Every option of module contracts."""
