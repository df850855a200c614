#!/usr/bin/env bash
# One study of benchmarks/, by name: bash ci/bench.sh NAME [ARGUMENT…]
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?name a module of benchmarks/}
shift
python -m "benchmarks.$name" "$@"
