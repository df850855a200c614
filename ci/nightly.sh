#!/usr/bin/env bash
# Run every shipped experiment in every declared environment, and compare them all:
# ci/matrix.sh. --compare: only the latter. With a container engine of its own, unless
# DOCKER_HOST names one, or "" for none.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${1:-}" != --compare ] || exec bash ci/matrix.sh
if [ -z "${DOCKER_HOST+x}" ]; then
    # Where no engine can be had, the rest of the environments still has to run.
    code=0
    bash ci/docker.sh bash "$0" || code=$?
    [ "$code" = 77 ] || exit "$code"
fi
[ -z "${DOCKER_HOST:-}" ] || bash ci/image.sh || true
export PYTHONPATH="$PWD"
for name in other-python torch-2-14; do
    python -m pytest_repro env build "$name" || true
done
# What a single environment does not reach is told by the matrix, beside the others.
python -m pytest --repro --repro-env all experiments || true
exec bash ci/matrix.sh
