#!/usr/bin/env bash
# Holds the services of a running machine to the MemoryMax= of their unit files, on a host whose memory controller is in a
# hierarchy of version 1: a guest's systemd knows version 2 only, and would set no limit at all. A service has its limit
# within 5 s of its start. Ends with the machine. Started by supervise.sh.
#
# usage: limit-units.sh VMID
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

vmid=${1:?}
units=$GHR_MACHINES/$vmid/root/etc/systemd/system
payload=$(group_of "$vmid")/machine/payload
limits=$memory/$GHR_PREFIX/vm$vmid/machine

# Sets `bytes` to a size as systemd writes it, and to nothing where it is none. Starts no process, as all that is repeated.
to_bytes() {
  local number=${1%[KMG]}
  bytes=
  [[ $number =~ ^[0-9]+$ ]] || return 0
  case $1 in
    *K) bytes=$((number << 10)) ;;
    *M) bytes=$((number << 20)) ;;
    *G) bytes=$((number << 30)) ;;
    *) bytes=$number ;;
  esac
}

# hold UNIT SIZE
hold() {
  local group=$limits/$1 processes=$payload/system.slice/$1/cgroup.procs process bytes
  [[ -e $processes ]] || return 0
  to_bytes "$2"
  [[ -n $bytes ]] || return 0
  [[ -d $group ]] || mkdir -p "$group"
  echo "$bytes" >"$group/memory.limit_in_bytes" || true
  while read -r process; do
    # It may have ended meanwhile. What it starts later is held as well.
    echo "$process" >"$group/cgroup.procs" 2>/dev/null || true
  done <"$processes"
}

# A pipe to which nobody writes: waiting takes no process.
exec {never}<> <(:)
while is_empty_group "$payload" && [[ ! -e $GHR_MACHINES/$vmid/exit ]]; do read -r -t 1 -u "$never" || true; done
until is_empty_group "$payload"; do
  for file in "$units"/*.service "$units"/*.service.d/*.conf; do
    [[ -f $file && ! -L $file ]] || continue
    unit=${file#"$units"/}
    while read -r line; do
      if [[ $line == MemoryMax=* ]]; then hold "${unit%%.service*}.service" "${line#*=}"; fi
    done <"$file"
  done
  read -r -t 5 -u "$never" || true
done
