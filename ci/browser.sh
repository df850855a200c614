#!/usr/bin/env bash
# Chromium for the tests of the page, from the packages of the system, as root.
# Where it cannot be installed, tests/browser are skipped, and say so.
set -euo pipefail
if command -v chromium chromium-browser google-chrome >/dev/null; then
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq chromium >/dev/null
chromium --version
