#!/usr/bin/env bash
# Run every shipped experiment in every declared environment, compare them all, and
# rewrite the figures of docs/explanation/matrix.md. --compare: only the latter two.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/explanation/matrix.md
figures=.repro/matrix.md

if [ "${1:-}" != --compare ]; then
    # What a single environment does not reach is told by the matrix, beside the others.
    python -m pytest --repro --repro-env all experiments || true
fi
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
