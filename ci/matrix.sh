#!/usr/bin/env bash
# Compare what `ci/nightly.sh` ran, and rewrite the figures of the page about it.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD"
page=docs/explanation/matrix.md
figures=.repro/matrix.md
mkdir -p .repro
status=0
python -m pytest_repro matrix --markdown "$figures" || status=$?
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
{
    sed '/^<!-- figures/q' "$page"
    printf '\nRun on %s by `nox -s nightly`, on %s.\n\n' "$(date -u +%F)" "$processor"
    cat "$figures"
} > .repro/page.md
mv .repro/page.md "$page"
exit "$status"
