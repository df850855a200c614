#!/usr/bin/env bash
# Run a command where only the loopback device is: Ray binds to every address that it
# finds, and a test has nothing to offer to a network. Needs no root.
set -euo pipefail
export RAY_USAGE_STATS_ENABLED=0
exec unshare --user --map-root-user --net sh -c 'ip link set lo up && exec "$@"' ray "$@"
