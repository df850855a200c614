#!/usr/bin/env bash
# Types: mypy reads everything, pyright what users see.
set -euo pipefail
cd "$(dirname "$0")/.."
mypy
pyright
