# shellcheck shell=bash
# Names and small steps that the machine scripts share. Sourced, never run.
#
# A machine is: a folder ($GHR_MACHINES/<vmid>), a network namespace ($GHR_PREFIX-vm<vmid>), a control group of the same
# tree ($GHR_PREFIX/vm<vmid>), and while it runs two mounts below its folder (disk and root) in its supervisor's mount
# namespace.
set -euo pipefail
# A guest's root folder takes its mode from here, whatever the caller's mask is.
umask 022

: "${GHR_PREFIX:?prefix of the namespaces and control groups of this lab}"
: "${GHR_MACHINES:?folder of the machines of this lab}"

# Host user that is root in every machine (template.sh shifts the template's owners to it).
# shellcheck disable=SC2034  # used by the scripts that source this one
uid_base=7536640
# Hybrid hosts mount cgroup2 below; others have nothing else.
unified=/sys/fs/cgroup/unified
[[ -d $unified ]] || unified=/sys/fs/cgroup
# systemd-nspawn also makes folders of the same name in the v1 hierarchy named systemd, where there is one.
hierarchies=("$unified" /sys/fs/cgroup/systemd)
# Where the memory controller is in version 1: see limit-units.sh.
memory=/sys/fs/cgroup/memory
if [[ -e $memory/memory.limit_in_bytes ]]; then hierarchies+=("$memory"); else memory=; fi

group_of() { echo "$unified/$GHR_PREFIX/vm$1"; }
namespace_of() { echo "$GHR_PREFIX-vm$1"; }
hosted_namespace() { echo "$GHR_PREFIX-hosted"; }

die() {
  echo "$*" >&2
  exit 1
}

# wait_until LIMIT_SECONDS WHAT COMMAND... : polls until the command succeeds.
wait_until() {
  local limit=$1 what=$2 deadline
  shift 2
  deadline=$((${EPOCHREALTIME/[.,]/} + limit * 1000000))
  until "$@"; do
    if ((${EPOCHREALTIME/[.,]/} > deadline)); then
      echo "$what did not happen within $limit s" >&2
      return 1
    fi
    sleep 0.02
  done
}

# Whether no process is left in a control group and those below it; a group that does not exist is empty.
# Starts no process, since what watches a machine asks every second or two, as long as it runs.
is_empty_group() {
  local line
  while read -r line; do
    [[ $line != "populated 1" ]] || return 1
  done 2>/dev/null <"$1/cgroup.events"
  return 0
}

remove_group() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    if [[ -d $hierarchy/$1 ]]; then find "$hierarchy/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true; fi
  done
}

# Loop devices of files below a folder.
loop_devices_below() {
  losetup --list --noheadings --output NAME,BACK-FILE | awk -v folder="$1/" 'index($2, folder) == 1 { print $1 }'
}

has_no_loop_device() { [[ -z $(loop_devices_below "$1") ]]; }

remove_namespace() {
  if [[ -e /run/netns/$1 ]]; then ip netns del "$1"; fi
}

# Everything of a machine that is not in its folder. Its processes must be gone; its mounts go with them, a little later
# when they were killed, and until then its disk must not be touched.
release() {
  wait_until 20 "the release of the disk of machine $1" has_no_loop_device "$GHR_MACHINES/$1"
  remove_namespace "$(namespace_of "$1")"
  remove_group "$GHR_PREFIX/vm$1"
}

# One change to a machine at a time; the kernel gives the lock back when its holder dies.
lock_machine() {
  exec 8>"$GHR_MACHINES/$1/lock"
  flock --wait 60 8 || die "machine $1 is being changed by another command for more than 60 s"
}

kill_machine() {
  local group
  group=$(group_of "$1")
  if [[ -e $group/cgroup.kill ]]; then echo 1 >"$group/cgroup.kill"; fi
  wait_until 20 "the end of machine $1" is_empty_group "$group"
}
