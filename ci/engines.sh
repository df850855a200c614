#!/usr/bin/env bash
# Launchers on real engines, each started by hand and stopped again; as root.
# Where an engine cannot be started its tests are not run, and the reason is printed.
# A test that fails is tried once more, and told as rerun: clocks of engines are coarse.
set -euo pipefail
cd "$(dirname "$0")/.."
for engine in docker slurm ray; do
    code=0
    bash "ci/$engine.sh" python -m pytest "tests/launchers/test_$engine.py" tests/plugin/test_continue_on_engines.py \
        --reruns 1 "$@" || code=$?
    [ "$code" = 0 ] || [ "$code" = 77 ] || exit "$code"
done
