#!/usr/bin/env bash
# The tests under coverage, processes they start included: two fifths slower.
set -euo pipefail
cd "$(dirname "$0")/.."
coverage erase
coverage run -m pytest --numprocesses 2 --timeout 900 "$@"
coverage combine --quiet
coverage report
