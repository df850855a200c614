#!/usr/bin/env bash
# Verify the experiments that the project ships against their reference runs.
set -euo pipefail
cd "$(dirname "$0")/.."
python -m pytest --repro experiments "$@"
