#!/usr/bin/env bash
# Documentation: warnings are errors, and every example in it must run.
set -euo pipefail
cd "$(dirname "$0")/.."
sphinx-build -q -W -n --keep-going -b html docs docs/_build/html
sphinx-build -q -W -n --keep-going -b doctest docs docs/_build/doctest
