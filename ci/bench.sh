#!/usr/bin/env bash
# A study of benchmarks/, by its name; its page in docs/explanation is rewritten.
# Or `contest_real FOLDER`: real training for the page of verdicts; runs stay in FOLDER.
set -euo pipefail
cd "$(dirname "$0")/.."
study=${1:?overhead, ledger, changed, digests, hashing, faults, where, explained, contracts, report, near_duplicates, loader, augmentation, verdicts or contest_real}
shift
today=$(date -u +%F)
case $study in
overhead) session=bench ;;
near_duplicates) session=near ;;
verdicts) session=contest ;;
contest_real)
    folder=${1:?where runs are kept}
    python -m benchmarks.contest_real --collect "$folder"
    python -m benchmarks.contest_real --from "$folder" --date "$today"
    python -m benchmarks.contest_real --costs "$folder" --date "$today"
    study=verdicts session=contest
    set -- --from-figures
    ;;
*) session=$study ;;
esac
python -m "benchmarks.$study" --date "$today" --command "nox -s $session" "$@"
