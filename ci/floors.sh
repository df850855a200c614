#!/usr/bin/env bash
# Imports go downwards only; the contracts stand in pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
lint-imports
