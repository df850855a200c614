#!/usr/bin/env bash
# One study of benchmarks/: overhead, faults or verdicts; its page in docs/ is rewritten.
set -euo pipefail
cd "$(dirname "$0")/.."
study=${1:?overhead, faults or verdicts}
shift
case $study in
overhead) session=bench ;;
verdicts) session=contest ;;
*) session=$study ;;
esac
python -m "benchmarks.$study" --date "$(date -u +%F)" --command "nox -s $session" "$@"
