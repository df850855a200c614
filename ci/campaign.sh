#!/usr/bin/env bash
# Studies that take minutes to hours.
set -euo pipefail
cd "$(dirname "$0")/.."
python -m pytest -m campaign tests "$@"
