#!/usr/bin/env bash
# One study of benchmarks/, overhead or faults; its page in docs/ is rewritten.
set -euo pipefail
cd "$(dirname "$0")/.."
study=${1:?overhead or faults}
shift
session=$([ "$study" = overhead ] && echo bench || echo "$study")
python -m "benchmarks.$study" --date "$(date -u +%F)" --command "nox -s $session" "$@"
