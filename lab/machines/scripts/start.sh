#!/usr/bin/env bash
# Boots a machine and returns when its processes exist. Its supervisor goes on in a session of its own, so the machine
# outlives the process that started it.
#
# usage: start.sh VMID DISK_BYTES BRIDGE
#   GHR_MAC, GHR_ADDRESS (ADDRESS/LENGTH or empty), GHR_GATEWAY (or empty), GHR_LINK (up|down): its one NIC
#   $GHR_MACHINES/template: link to the template's root file system; a machine's own is $GHR_MACHINES/VMID/template
#   $GHR_MACHINES/VMID/seed/: user-data, meta-data, vendor-data, resolv.conf, and firewall.nft where there is one
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

vmid=${1:?} disk_bytes=${2:?} bridge=${3:?}
: "${GHR_MAC:?}" "${GHR_LINK:?}"
folder=$GHR_MACHINES/$vmid
namespace=$(namespace_of "$vmid")
group=$(group_of "$vmid")
tap=tap${vmid}i0 # as Proxmox VE names it

lock_machine "$vmid"
is_empty_group "$group" || die "machine $vmid is already running"
release "$vmid" # what a killed supervisor, or a power cut of this host, left
rm -f "$folder/exit" "$folder/supervisor.log"

prepare_disk() {
  local size
  size=$(stat --format=%s "$folder/disk.raw" 2>/dev/null || echo 0)
  if ((size == 0)); then
    # The final name is given last: a disk that exists is complete. No blocks reserved for the host's root.
    rm -f "$folder/disk.new"
    truncate --size="$disk_bytes" "$folder/disk.new"
    # 65536 inodes, whatever the size: a fault that uses them up makes a file for each.
    mkfs.ext4 -q -F -m 0 -N 65536 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard "$folder/disk.new"
    mv "$folder/disk.new" "$folder/disk.raw"
  elif ((size < disk_bytes)); then
    truncate --size="$disk_bytes" "$folder/disk.raw"
  fi
  if ((size > 0)); then
    # Also after a run that was killed between growing the file and the file system.
    e2fsck -fp "$folder/disk.raw" >/dev/null || (($? <= 1)) || die "the disk of machine $vmid is damaged (e2fsck)"
    resize2fs "$folder/disk.raw" >/dev/null 2>&1
  fi
}

make_network() {
  ip netns add "$namespace"
  # A tap of this name may be left in the node's namespace if its other end was lost.
  ip -n "$GHR_PREFIX" link del "$tap" 2>/dev/null || true
  ip -n "$GHR_PREFIX" link add "$tap" type veth peer name eth0 address "$GHR_MAC" netns "$namespace"
  ip -n "$GHR_PREFIX" link set "$tap" master "$bridge" "$GHR_LINK"
  ip -n "$namespace" link set lo up
  if [[ -n ${GHR_ADDRESS:-} ]]; then ip -n "$namespace" addr add "$GHR_ADDRESS" dev eth0; fi
  # A machine that replaces another has its address and a new MAC: the node would talk to the old one for up to 45 s.
  if [[ -n ${GHR_ADDRESS:-} ]]; then ip -n "$GHR_PREFIX" neigh flush to "${GHR_ADDRESS%/*}"; fi
  ip -n "$namespace" link set eth0 up
  if [[ -n ${GHR_GATEWAY:-} ]]; then ip -n "$namespace" route add default via "$GHR_GATEWAY"; fi
  # Root of the shifted user namespace has no CAP_NET_BIND_SERVICE here, and sshd wants port 22.
  nsenter --net="/run/netns/$namespace" sysctl -qw net.ipv4.ip_unprivileged_port_start=0
  if [[ -e $folder/seed/firewall.nft ]]; then
    nsenter --net="/run/netns/$namespace" nft -f "$folder/seed/firewall.nft"
  fi
}

has_booted() { [[ -e $folder/exit ]] || ! is_empty_group "$group/machine/payload"; }

prepare_disk
make_network
mkdir -p "$group/guard"
# A mount namespace of its own: no other process sees the machine's mounts, and they end with its processes.
setsid unshare --mount --propagation private "$here/supervise.sh" "$vmid" </dev/null >>"$folder/supervisor.log" 2>&1 8>&- &
wait_until 20 "the start of machine $vmid" has_booted
if [[ -e $folder/exit ]]; then
  die "the machine ended at once: $(tail -q -n 5 "$folder/supervisor.log" "$folder/console.log" 2>/dev/null)"
fi
