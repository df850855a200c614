#!/usr/bin/env bash
# Run every shipped experiment in every declared environment, compare them all, and
# rewrite the figures of docs/explanation/matrix.md. --compare: only the latter two.
# With a container engine of its own, unless DOCKER_HOST names one.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD"
page=docs/explanation/matrix.md
figures=.repro/matrix.md

if [ "${1:-}" != --compare ] && [ -z "${DOCKER_HOST:-}" ]; then
    # Where no engine can be had, the rest of the environments still has to run.
    code=0
    bash ci/docker.sh bash "$0" "$@" || code=$?
    [ "$code" = 77 ] || exit "$code"
fi
if [ "${1:-}" != --compare ]; then
    [ -z "${DOCKER_HOST:-}" ] || bash ci/image.sh || true
    for name in other-python torch-2-14; do
        python -m pytest_repro env build "$name" || true
    done
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
