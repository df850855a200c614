# Sourced by ci/slurm.sh: wait for things, and end every daemon by its process id.
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
        within 20 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    done
    find /sys/fs/cgroup/*/slurm_n[12] -depth -type d -exec rmdir {} + 2>/dev/null || true
    rm -rf "$S"
}
leave() {
    code=$? && stop
    [ -n "${is_ready:-}" ] && exit "$code"
    echo "not run: Slurm could not be started" && exit 77
}
