#!/usr/bin/env bash
# What the next release says; --build writes it and removes the fragments.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
    --build) towncrier build --yes ;;
    *) towncrier build --draft ;;
esac
