#!/usr/bin/env bash
# Style and spelling of everything that is ours.
set -euo pipefail
cd "$(dirname "$0")/.."
ruff check .
ruff format --check .
codespell
for script in ci/*.sh .ci/run; do bash -n "$script"; done
