#!/usr/bin/env bash
# Gives a running machine a /proc/stat with the processor time of its own control group. The kernel shows every guest that of
# the whole host: a busy host would look like a busy machine, and alerts about processors would fire. A machine has as many
# processors as the host; time that it waited for one counts as idle. Ends with the machine. Started by supervise.sh.
#
# usage: processor-time.sh VMID
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

vmid=${1:?}
payload=$(group_of "$vmid")/machine/payload
# In the machine's own file system: only what both see can be mounted there. At its top, which no link can exchange.
inside=/.lab-processor-time
file=$GHR_MACHINES/$vmid/root$inside
processors=$(grep -c '^cpu[0-9]' /proc/stat)
boot_time=$(sed -n 's/^btime //p' /proc/stat)

# /proc/stat counts in hundredths of a second (USER_HZ, see proc_stat(5)), cpu.stat in microseconds.
readonly TICK=10000
begun=${EPOCHREALTIME/[.,]/}
idle=0 # As every counter it never falls, not even by a rounding: Prometheus would take that for a restart.

# Always of one length: it is written over what is there, and a reader never sees half of it.
figures() {
  local key value user=0 system=0 now number text
  while read -r key value; do
    case $key in
      user_usec) user=$((value / TICK / processors)) ;;
      system_usec) system=$((value / TICK / processors)) ;;
    esac
  done <"$payload/cpu.stat"
  now=$(((${EPOCHREALTIME/[.,]/} - begun) / TICK - user - system))
  idle=$((now > idle ? now : idle))
  printf -v text 'cpu  %15d 0 %15d %15d 0 0 0 0 0 0\n' \
    $((user * processors)) $((system * processors)) $((idle * processors))
  for ((number = 0; number < processors; number++)); do
    printf -v text '%scpu%d %15d 0 %15d %15d 0 0 0 0 0 0\n' "$text" "$number" "$user" "$system" "$idle"
  done
  printf '%sintr 0\nctxt 0\nbtime %d\nprocesses 0\nprocs_running 1\nprocs_blocked 0\n' "$text" "$boot_time"
}

# As root of the machine, not of the host.
show() {
  local init
  init=$(head -n 1 "$payload/init.scope/cgroup.procs" 2>/dev/null | grep .) || return 1
  nsenter --target "$init" --mount --user --setuid 0 --setgid 0 -- mount --bind "$inside" /proc/stat
}

# A pipe to which nobody writes: waiting takes no process.
exec {never}<> <(:)
pause() { read -r -t "$1" -u "$never" || true; }

while is_empty_group "$payload" && [[ ! -e $GHR_MACHINES/$vmid/exit ]]; do pause 0.1; done
# The machine's root may put a link in its place at any time: it is opened once, as a new file, and never by name again.
rm -rf -- "$file"
set -o noclobber
exec {out}>"$file"
figures >&"$out"
chown "$uid_base:$uid_base" "/proc/self/fd/$out"
chmod 0444 "/proc/self/fd/$out"
until show 2>/dev/null || is_empty_group "$payload"; do pause 0.1; done
until is_empty_group "$payload"; do
  figures 1<>"/proc/self/fd/$out" || true # The group may end meanwhile.
  pause 2
done
