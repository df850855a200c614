"""The pytest plugin, in parts; loading them imports no framework and starts nothing.

`options` is the table of everything that can be set, `hooks` follow a session from top
to bottom, `parent` hands an experiment to workers, `worker` is the other side of that.
"""

pytest_plugins = (
    "pytest_repro.plugin.options",
    "pytest_repro.plugin.hooks",
    "pytest_repro.plugin.fixtures",
)
