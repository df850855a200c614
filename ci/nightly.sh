#!/usr/bin/env bash
# Run every shipped experiment in every declared environment, compare them all, and
# rewrite the figures of docs/explanation/matrix.md. --compare: only the latter two.
# Asks for a container engine of its own, unless DOCKER_HOST names one or "" for none.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/explanation/matrix.md figures=.repro/matrix.md status=0
if [ "${1:-}" != --compare ]; then
    if [ -z "${DOCKER_HOST+x}" ]; then
        bash ci/docker.sh bash "$0" || status=$?
        [ "$status" = 77 ] || exit "$status"
    fi
    # What cannot be had here, and what does not reach its rung, is told by the matrix.
    [ -z "${DOCKER_HOST:-}" ] || bash ci/image.sh || true
    for name in torch-2-14 other-python; do python -m pytest_repro env build "$name" || true; done
    python -m pytest --repro --repro-env all experiments || true
fi
mkdir -p .repro && status=0
python -m pytest_repro matrix --markdown "$figures" || status=$?
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
said="Run on $(date -u +%F) by \`nox -s nightly\`, on $processor."
{ sed '/^<!-- figures/q' "$page"; printf '\n%s\n\n' "$said"; cat "$figures"; } > .repro/page.md
mv .repro/page.md "$page"
exit "$status"
