#!/usr/bin/env bash
# The tests, in two processes; they start many more of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
python -m pytest --numprocesses 2 --timeout 900 "$@"
