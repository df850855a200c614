"""Conformance suites: what every extension promises, as tests that one can subclass.

`launchers.LauncherConformance` runs real jobs on a launcher, ends them in every way in
which jobs end, and looks at what is left. Start there; `subject` is the experiment,
`trials` makes its jobs, `controller` is the process that is killed.
"""

from pytest_repro.testing.launchers import Ability, LauncherConformance

__all__ = ["Ability", "LauncherConformance"]
