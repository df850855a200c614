#!/usr/bin/env bash
# Run every shipped experiment in every declared environment, and compare them all.
# Usage: ci/nightly.sh [FILE], where the matrix is written as Markdown, too.
set -euo pipefail
page=${1:-.repro/matrix.md}

# What a single environment does not reach is told by the matrix, beside all others.
python -m pytest --repro --repro-env all experiments || true
python -m pytest_repro matrix --markdown "$page"
