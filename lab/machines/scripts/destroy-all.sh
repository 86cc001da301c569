#!/usr/bin/env bash
# Removes every machine of a lab and the node's network, from what is left of them alone: it needs no record, so it also
# works after anything was killed and after a restart of this host.
#
# usage: destroy-all.sh
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

# A start whose caller was killed still goes on: it is let finish, so that nothing appears afterwards.
for lock in "$GHR_MACHINES"/*/lock; do
  if [[ -e $lock ]]; then lock_machine "$(basename "$(dirname "$lock")")"; fi
done

tree=$unified/$GHR_PREFIX
if [[ -e $tree/cgroup.kill ]]; then echo 1 >"$tree/cgroup.kill"; fi
wait_until 20 "the end of the machines of $GHR_PREFIX" is_empty_group "$tree"
wait_until 20 "the release of the disks of $GHR_PREFIX" has_no_loop_device "$GHR_MACHINES"

for namespace in /run/netns/"$GHR_PREFIX"-vm*; do
  if [[ -e $namespace ]]; then ip netns del "$(basename "$namespace")"; fi
done
remove_namespace "$(hosted_namespace)"
remove_namespace "$GHR_PREFIX"
remove_group "$GHR_PREFIX"
rm -rf --one-file-system "$GHR_MACHINES"
# systemd-nspawn keeps a folder per machine for mounts that are handed in while it runs.
rm -rf --one-file-system /run/systemd/nspawn/propagate/"$GHR_PREFIX"-vm*
