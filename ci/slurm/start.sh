# Sourced by ci/slurm.sh: start munge, the accounts, the controller and two nodes.
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
