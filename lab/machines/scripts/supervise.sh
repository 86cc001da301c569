#!/usr/bin/env bash
# Runs systemd-nspawn for one machine until it powers off or is cut, boots it again when it asked for a reboot, and
# takes away its mounts and its network namespace at the end. Started by start.sh in a session of its own.
#
# usage: supervise.sh VMID
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

vmid=${1:?}
folder=$GHR_MACHINES/$vmid
group=$(group_of "$vmid")
reboot_code=133 # exit code of systemd-nspawn when the guest asked for a reboot

# Its own group: a power cut ends the machine only, and destroying ends both.
mkdir -p "$group/guard" "$group/machine"
echo $$ >"$group/guard/cgroup.procs"

run_machine() (
  echo "$BASHPID" >"$group/machine/cgroup.procs"
  # The namespace is entered first: systemd-nspawn cannot join one together with a user namespace.
  exec nsenter --net="/run/netns/$(namespace_of "$vmid")" \
    env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 \
    systemd-nspawn --quiet --directory="$folder/root" --machine="$GHR_PREFIX-vm$vmid" --boot \
    --register=no --keep-unit --console=read-only --resolv-conf=off --timezone=off --link-journal=no \
    --kill-signal=SIGRTMIN+3 --private-users="$uid_base:65536" --private-users-ownership=off
)

code=$reboot_code
while ((code == reboot_code)); do
  code=0
  run_machine </dev/null >>"$folder/console.log" 2>&1 || code=$?
  # Killing systemd-nspawn itself leaves its guest running: the machine has ended only when the guest has.
  until is_empty_group "$group/machine/payload"; do sleep 0.2; done
  remove_group "$GHR_PREFIX/vm$vmid/machine"
  mkdir -p "$group/machine"
done

unmount_below "$folder"
remove_namespace "$(namespace_of "$vmid")"
echo "$code" >"$folder/exit"
