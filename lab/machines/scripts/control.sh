#!/usr/bin/env bash
# What can be done to a machine from outside, as its hypervisor would.
#
# usage: control.sh shutdown VMID         ask the guest to power off (as the ACPI button does); does not wait
#        control.sh cut VMID              power cut; returns when nothing of it runs or is mounted
#        control.sh freeze|thaw VMID      stop giving it processor time, and give it again
#        control.sh link VMID up|down     its NIC's cable
#        control.sh firewall VMID         load seed/firewall.nft into its namespace, or empty the rules without that file
#        control.sh fill|clear VMID       use up the rest of its disk from outside, and give it back
#        control.sh take-inodes|give-inodes VMID
#                                         use up the inodes of its disk from outside, and give them back
#        control.sh exec VMID COMMAND...  run a command in it as root, as the guest agent would
#        control.sh destroy VMID          end it and remove everything of it
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

action=${1:?} vmid=${2:?}
shift 2
folder=$GHR_MACHINES/$vmid
group=$(group_of "$vmid")
payload=$group/machine/payload
namespace=$(namespace_of "$vmid")

# Number of the guest's first process, as this host counts; fails while there is none.
guest_init() {
  head -n 1 "$payload/init.scope/cgroup.procs" 2>/dev/null | grep .
}

power_off() {
  kill_machine_processes
  lock_machine "$vmid"
  release "$vmid"
}

# The guest ends at once; the supervisor is given time to clear up, and is ended too if it does not.
kill_machine_processes() {
  if [[ -e $payload/cgroup.kill ]]; then echo 1 >"$payload/cgroup.kill"; fi
  if ! wait_until 5 "the end of machine $vmid by its supervisor" is_empty_group "$group"; then kill_machine "$vmid"; fi
}

# The machine's disk, as seen by its supervisor, which has it in a mount namespace of its own.
disk() {
  local supervisor
  supervisor=$(head -n 1 "$group/guard/cgroup.procs" 2>/dev/null | grep .) || die "machine $vmid has no supervisor: start it again"
  echo "/proc/$supervisor/root$folder/disk"
}

fill() {
  local at free
  at=$(disk)
  # df asks by the name of the mount, which in this namespace is another file system.
  free=$(($(stat --file-system --format '%a * %S' "$at")))
  # Beside the upper folder of the overlay: the guest cannot see it, nor remove it.
  fallocate --length "$free" "$at/ballast" 2>/dev/null || true
  dd if=/dev/zero of="$at/ballast" bs=64K oflag=append conv=notrunc status=none 2>/dev/null || true
}

# One file for each, beside the upper folder as in fill: only the names take space.
take_inodes() {
  local at names free _
  at=$(disk)
  mkdir -p "$at/inodes" 2>/dev/null || return 0
  # The guest goes on making and removing files meanwhile.
  for _ in 1 2 3 4 5; do
    names=$(mktemp -d "$at/inodes/XXXXXX" 2>/dev/null) || return 0
    free=$(stat --file-system --format %d "$at")
    seq --format "$names/%.0f" "$free" | xargs --no-run-if-empty touch 2>/dev/null || true
  done
}

case $action in
  shutdown)
    # A guest without an init yet is still too young to hear it; the caller asks again.
    # It may end at this moment.
    if init=$(guest_init); then kill -s RTMIN+3 "$init" 2>/dev/null || ! [[ -e /proc/$init ]]; fi
    ;;
  cut) power_off ;;
  freeze) echo 1 >"$payload/cgroup.freeze" ;;
  thaw) echo 0 >"$payload/cgroup.freeze" ;;
  link) ip -n "$GHR_PREFIX" link set "tap${vmid}i0" "${1:?}" ;;
  firewall)
    if [[ -e $folder/seed/firewall.nft ]]; then
      nsenter --net="/run/netns/$namespace" nft -f "$folder/seed/firewall.nft"
    else
      nsenter --net="/run/netns/$namespace" nft flush ruleset
    fi
    ;;
  fill) fill ;;
  clear) rm -f "$(disk)/ballast" ;;
  take-inodes) take_inodes ;;
  give-inodes) rm -rf "$(disk)/inodes" ;;
  exec)
    if is_empty_group "$group"; then die "machine $vmid is not running"; fi
    # One that was just switched on has none yet.
    wait_until 20 "the start of the first process of machine $vmid" guest_init >/dev/null
    init=$(guest_init)
    exec nsenter --target "$init" --mount --uts --ipc --net --pid --cgroup --user --setuid 0 --setgid 0 -- "$@"
    ;;
  destroy)
    if [[ -d $folder ]]; then power_off; fi
    rm -rf --one-file-system "$folder"
    ;;
  *) die "unknown action $action: see the head of control.sh" ;;
esac
