"""How Sphinx builds the documentation: strictly, offline, tables from the code."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from docs import reference_tables  # noqa: E402  # found by the path above
from pytest_repro import __version__  # noqa: E402  # likewise

project = "pytest-repro"
version = release = __version__
author = project_copyright = "the pytest-repro contributors"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build", "changelog/*"]
html_theme = "furo"
html_title = f"pytest-repro {release}"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# Docstrings write `name` for code, as everywhere in this project.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
# Runs are given to experiments, records are read: nobody calls their constructors.
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# Inventories of other projects would need a network; our own names must resolve.
nitpick_ignore_regex = [
    ("py:.*", r"(?!pytest_repro\b).*"),
    ("py:class", r".*\.(T|T_co|C|_Part)"),  # a type variable has no page
    # Fields of components stand in the catalogue; protocols say what is accepted.
    ("py:class", r".*\.Config"),
    ("py:class", r".*\.(DataRun|Source|TrainingRun)"),
]

# The examples of docstrings run as tests, see tests/architecture/test_docstrings.py.
doctest_test_doctest_blocks = ""

reference_tables.write(HERE / "_build" / "tables")
