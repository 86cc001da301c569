#!/usr/bin/env bash
# Mounts a machine's disk, runs systemd-nspawn on it until the guest powers off or is cut, and boots it again when it asked
# for a reboot. Started by start.sh in a session and a mount namespace of its own.
#
# usage: supervise.sh VMID
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

vmid=${1:?}
folder=$GHR_MACHINES/$vmid
root=$folder/root
group=$(group_of "$vmid")
reboot_code=133 # exit code of systemd-nspawn when the guest asked for a reboot

# Its own group: a power cut ends the machine only, and destroying ends both.
mkdir -p "$group/guard" "$group/machine"
echo $$ >"$group/guard/cgroup.procs"

# shellcheck disable=SC2317  # called by the trap
finish() {
  local code=$?
  cd /
  umount "$root" "$folder/disk" || true
  remove_namespace "$(namespace_of "$vmid")"
  echo "$code" >"$folder/exit"
}
trap finish EXIT

mount_root() {
  local template=$folder/template # of its own, or the instance's
  [[ -e $template ]] || template=$GHR_MACHINES/template
  mkdir -p "$folder/disk" "$root"
  mount -o loop "$folder/disk.raw" "$folder/disk"
  mkdir -p "$folder/disk/upper" "$folder/disk/work"
  chown "$uid_base:$uid_base" "$folder/disk/upper"
  mount -t overlay overlay \
    -o "lowerdir=$(readlink -f "$template"),upperdir=$folder/disk/upper,workdir=$folder/disk/work" "$root"
}

# Below its root the machine's own root may have put a link in place of a folder: nothing of the host is written through one.
# The machine is off, so what is looked at here stays as it is.
folder_inside() {
  local path=$root part parts
  IFS=/ read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    path+=/$part
    [[ -d $path && ! -L $path ]] || { rm -f -- "$path" && mkdir "$path" && chown "$uid_base:$uid_base" "$path"; }
  done
}

write_seed() {
  local seed=$root/var/lib/cloud/seed/nocloud resolver=$root/etc/resolv.conf
  folder_inside var/lib/cloud/seed
  folder_inside etc
  rm -rf -- "$seed" "$resolver"
  mkdir "$seed"
  cp "$folder/seed/user-data" "$folder/seed/meta-data" "$folder/seed/vendor-data" "$seed/"
  # The address is given from outside: a guest of a shifted user namespace may not change its NIC.
  echo 'config: disabled' >"$seed/network-config"
  cp "$folder/seed/resolv.conf" "$resolver"
  chown -R "$uid_base:$uid_base" "$seed" "$resolver"
}

run_machine() (
  trap - EXIT
  echo "$BASHPID" >"$group/machine/cgroup.procs"
  # The namespace is entered first: systemd-nspawn cannot join one together with a user namespace.
  exec nsenter --net="/run/netns/$(namespace_of "$vmid")" \
    env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 \
    systemd-nspawn --quiet --directory="$root" --machine="$GHR_PREFIX-vm$vmid" --boot \
    --register=no --keep-unit --console=read-only --resolv-conf=off --timezone=off --link-journal=no \
    --kill-signal=SIGRTMIN+3 --private-users="$uid_base:65536" --private-users-ownership=off
)

mount_root
write_seed
code=$reboot_code
while ((code == reboot_code)); do
  code=0
  "$here/processor-time.sh" "$vmid" </dev/null &
  helpers=("$!")
  if [[ -n $memory ]]; then
    "$here/limit-units.sh" "$vmid" </dev/null &
    helpers+=("$!")
  fi
  run_machine </dev/null >>"$folder/console.log" 2>&1 || code=$?
  # Killing systemd-nspawn itself leaves its guest running: the machine has ended only when the guest has.
  until is_empty_group "$group/machine/payload"; do sleep 0.2; done
  kill "${helpers[@]}" 2>/dev/null || true
  wait "${helpers[@]}" || true
  remove_group "$GHR_PREFIX/vm$vmid/machine"
  mkdir -p "$group/machine"
done
exit "$code"
