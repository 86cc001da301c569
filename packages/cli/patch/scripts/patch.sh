#!/usr/bin/env bash
# Installs every update on a runner's machine, and restarts it if that is required. Runs as root.
# look: prints what is known as `key<TAB>value`, then an empty line and the end of a failed run's output. Changes nothing.
# start: starts the run RUN as a unit of its own and returns; it goes on when the connection breaks. A run that is under
#   way goes on instead.
# Parameters: RUN (name of the run) RUNNER_UNIT EXPORTER_STATE STAMP LIMIT_SECONDS
set -euo pipefail

patch_unit=ghrunners-patch.service
# Survives the restart. A line for each: run, state (running, done, failed), restarts (yes, no).
result_file=$STAMP.result

# Whether what is installed needs a restart to have its effect: a package signals it (Debian Policy 9.12), a kernel is
# newer than the boot, or a process still uses a file that was replaced.
needs_restart() {
  local boot kernel
  [[ ! -e /run/reboot-required ]] || return 0
  boot=$(awk '$1 == "btime" { print $2 }' /proc/stat)
  for kernel in /boot/vmlinuz-*; do
    if [[ -e $kernel && $(stat --format=%Z "$kernel") -gt $boot ]]; then return 0; fi
  done
  grep -qsE ' /usr/\S+ \(deleted\)$' /proc/[0-9]*/maps
}

# Read as the exporter's user, who can put a link or a pipe in the place of its file.
exporters_line() {
  local folder uid gid
  folder=$(dirname "$EXPORTER_STATE")
  read -r uid gid < <(stat --format '%u %g' "$folder")
  timeout 10 setpriv --reuid "$uid" --regid "$gid" --clear-groups -- head --bytes=4K "$EXPORTER_STATE" </dev/null |
    head --lines=1
}

look() {
  local state=none run='' restarts=no
  if [[ -f $result_file ]]; then { read -r run && read -r state && read -r restarts; } <"$result_file" || true; fi
  # A run that was killed has written no end.
  if [[ $state == running && $(systemctl is-active "$patch_unit" || true) != activ* ]]; then state=failed; fi
  printf '%s\t%s\n' run "$run" state "$state" restarts "$restarts" boot "$(</proc/sys/kernel/random/boot_id)"
  printf 'restart\t%s\n' "$(needs_restart && echo yes || echo no)"
  printf 'updates\t%s\n' "$(exporters_line 2>/dev/null || true)"
  echo
  if [[ $state == failed ]]; then journalctl --unit "$patch_unit" --since -1d --output cat --no-pager | tail -n 12 || true; fi
}

# What the unit runs. The functions above and these are its program; it has no connection to the operator.
write_result() { # state restarts
  printf '%s\n' "$RUN" "$1" "$2" >"$result_file.new"
  mv -f "$result_file.new" "$result_file"
}

upgrade() {
  local keep_files=(--force-confdef --force-confold)
  apt-get -o DPkg::Lock::Timeout=120 -q --error-on=any update || return 1
  # An earlier upgrade may have been interrupted.
  dpkg "${keep_files[@]}" --configure -a &&
    apt-get -o DPkg::Lock::Timeout=120 "${keep_files[@]/#/-oDpkg::Options::=}" -q --yes --with-new-pkgs upgrade
}

run_patch() {
  local deadline=$((SECONDS + LIMIT_SECONDS))
  # The lock of components/scripts/packages.sh, which only root can reach.
  (umask 077 && mkdir -p /run/ghrunners && : >>/run/ghrunners/packages)
  exec 9>>/run/ghrunners/packages
  if ! flock --wait "$LIMIT_SECONDS" 9; then
    echo "Another run has been installing packages for $LIMIT_SECONDS s."
    exit 1
  fi
  systemctl stop "$RUNNER_UNIT"
  # A mirror that fails, or a lock of apt that has no waiting time of its own.
  until upgrade 9>&-; do
    if ((SECONDS >= deadline)); then exit 1; fi
    sleep 5
  done
  touch "$STAMP"
  if needs_restart; then
    write_result "done" yes
    systemctl reboot
  else
    write_result "done" no
    systemctl start "$RUNNER_UNIT"
  fi
}

# However the run ended: the runner's unit runs again, and the result says so. A restart starts the unit itself.
end_patch() {
  local run state restarts
  { read -r run && read -r state && read -r restarts; } <"$result_file" || true
  if [[ $state == "done" && $restarts == yes ]]; then return; fi
  systemctl start "$RUNNER_UNIT"
  if [[ $state == running ]]; then RUN=$run write_result failed no; fi
}

start() {
  local program
  if [[ $(systemctl is-active "$patch_unit" || true) == activ* ]]; then return; fi
  if pgrep -f '[R]unner\.Worker' >/dev/null; then
    die "A job runs on $(hostname), although it is drained: one that asks for exactly this runner. Expected none." \
      "Next: wait for its end, then run the same command again"
  fi
  write_result running no
  program=$(declare -p RUN RUNNER_UNIT STAMP LIMIT_SECONDS result_file; declare -f needs_restart write_result upgrade run_patch end_patch)
  install -D -m 0700 /dev/null /run/ghrunners-patch.sh
  printf '%s\n' 'set -euo pipefail' "$program" "\"\$1\"" >/run/ghrunners-patch.sh
  systemd-run --quiet --collect --unit="$patch_unit" --property=RuntimeMaxSec="$((LIMIT_SECONDS * 2))" \
    --property=ExecStopPost="/bin/bash /run/ghrunners-patch.sh end_patch" \
    --setenv=DEBIAN_FRONTEND=noninteractive --setenv=NEEDRESTART_SUSPEND=1 --setenv=LC_ALL=C.UTF-8 \
    /bin/bash /run/ghrunners-patch.sh run_patch
}

case ${1:-} in
  look) look ;;
  start) start ;;
  *) die "usage: patch.sh look|start" ;;
esac
