#!/usr/bin/env bash
# Run a command with a container engine of its own and an image with nothing in it: as
# root, in a temporary folder, without touching networks. Elsewhere it is not run.
# For example: bash ci/docker.sh python -m pytest tests/launchers/test_docker.py
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "not run: a container engine needs root"; exit 77; }
command -v dockerd >/dev/null || {
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io >/dev/null
} || { echo "not run: no container engine could be installed"; exit 77; }
D=$(mktemp -d) && export DOCKER_HOST="unix://$D/socket"
# shellcheck disable=SC2046  # options, one word each
setsid dockerd --host "$DOCKER_HOST" --data-root "$D/data" --exec-root "$D/exec" --pidfile "$D/pid" \
    $(printf -- '--%s=false ' iptables ip6tables ip-forward ip-masq) --bridge none --shutdown-timeout 5 >"$D/log" 2>&1 </dev/null &
engine=$!
stop() {
    docker ps -q | xargs -r docker kill >/dev/null || true # else each takes 10 s
    kill -TERM "$engine" && wait "$engine" || true
    awk -v d="$D/" 'index($2, d) == 1 { print $2 }' /proc/mounts | tac | xargs -r -n1 umount
    rmdir /sys/fs/cgroup/*/docker 2>/dev/null || true
    rm -rf "$D"
}
trap stop EXIT
for _ in $(seq 100); do docker version >/dev/null 2>&1 && break || sleep 0.1; done
docker version >/dev/null || { tail -n 5 "$D/log"; echo "not run: no container engine could be started"; exit 77; }
PYTEST_REPRO_DOCKER=$(tar -cf - --files-from /dev/null | docker import -) "$@"
