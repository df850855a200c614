#!/usr/bin/env bash
# Run a command beside a small Slurm: two nodes on this machine, with accounts, as root.
# Everything lies in a temporary folder and is stopped by its process ids.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "not run: the daemons of Slurm need root"; exit 77; }
if ! ls /usr/sbin/{slurmctld,slurmd,slurmdbd,munged,mariadbd} >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge \
        slurmdbd mariadb-server-core mariadb-client-core >/dev/null ||
        { echo "not run: Slurm could not be installed"; exit 77; }
fi
here=$(dirname "$(realpath "$0")")/slurm
S=$(mktemp -d /tmp/slurm.XXXX) # short: paths of sockets are limited
export SLURM_CONF=$S/slurm.conf MYSQL_UNIX_PORT=$S/db/sock
mkdir -p "$S"/{state,spool-n1,spool-n2,log,munge,db}
chmod 755 "$S"
source "$here/stop.sh"
trap leave EXIT INT TERM
source "$here/start.sh"
is_ready=yes
"$@" & # in the background, so that a signal is heard while it runs
command=$!
wait "$command"
