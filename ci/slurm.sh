#!/usr/bin/env bash
# Run a command beside a small Slurm: two nodes on this machine, with accounts, as root.
# Everything lies in a temporary folder and is stopped by its process ids.
set -euo pipefail
if ! ls /usr/sbin/{slurmctld,slurmd,slurmdbd,munged,mariadbd} >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge \
        slurmdbd mariadb-server-core mariadb-client-core >/dev/null
fi
here=$(dirname "$(realpath "$0")")
S=$(mktemp -d /tmp/slurm.XXXX) # short: paths of sockets are limited
export SLURM_CONF=$S/slurm.conf MYSQL_UNIX_PORT=$S/db/sock
mkdir -p "$S"/{state,spool-n1,spool-n2,log,munge,db}
chmod 755 "$S"

lives() { grep -qs '^State:.*[^Z] (' "/proc/$1/status"; }
within() { # SECONDS COMMAND...: wait until it succeeds
    for _ in $(seq "$(($1 * 10))"); do "${@:2}" >/dev/null 2>&1 && return; sleep .1; done
    echo "ci/slurm.sh: not within $1 s: ${*:2}" >&2 && return 1
}
no_jobs() { test -z "$(squeue -h -o %i)"; }
is_gone() { ! lives "$1"; }
stop() {
    trap - EXIT INT TERM
    [ -z "${command:-}" ] || kill "$command" 2>/dev/null || true
    squeue -h -o %i 2>/dev/null | xargs -r scancel 2>/dev/null || true
    within 15 no_jobs || true
    for name in slurmd-n1 slurmd-n2 slurmctld slurmdbd db/mariadb munge/munged; do
        pid=$(cat "$S/$name.pid" 2>/dev/null) && kill "$pid" 2>/dev/null || continue
        within 10 is_gone "$pid" || kill -KILL "$pid"
    done
    find /sys/fs/cgroup/*/slurm_n[12] -depth -type d -exec rmdir {} + 2>/dev/null || true
    rm -rf "$S"
}
trap stop EXIT INT TERM

port=$((2000 + RANDOM % 400)) # the ports of daemons: four digits and one more
for file in slurm slurmdbd cgroup; do
    sed -e "s|@S@|$S|g; s|@H@|$(hostname -s)|g; s|@P@|$port|g" "$here/$file.conf" >"$S/$file.conf"
done
chmod 600 "$S/slurmdbd.conf"
head -c 128 /dev/urandom >"$S/munge/key"
chmod 400 "$S/munge/key"
chown -R munge:munge "$S/munge"
runuser -u munge -- /usr/sbin/munged --socket="$S/munge/sock" --key-file="$S/munge/key" \
    --pid-file="$S/munge/munged.pid" --seed-file="$S/munge/seed" --log-file="$S/munge/log"
mariadb-install-db --no-defaults --auth-root-authentication-method=normal --user=root \
    --datadir="$S/db/data" --skip-test-db >"$S/log/install" 2>&1
setsid mariadbd --no-defaults --user=root --datadir="$S/db/data" --socket="$S/db/sock" \
    --skip-networking --pid-file="$S/db/mariadb.pid" >"$S/log/mariadb" 2>&1 </dev/null &
within 60 mariadb --no-defaults -S "$S/db/sock" -u root -e 'create database slurm_acct_db'
/usr/sbin/slurmdbd
within 30 sacctmgr -n show cluster
sacctmgr -i add cluster local >/dev/null
/usr/sbin/slurmctld -c
/usr/sbin/slurmd -N n1
/usr/sbin/slurmd -N n2
both_idle() { test "$(sinfo -h -N -p main -o %T | grep -c idle)" = 2; }
within 30 both_idle
"$@" & # in the background, so that a signal is heard while it runs
command=$!
wait "$command"
