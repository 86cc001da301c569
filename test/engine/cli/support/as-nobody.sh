#!/usr/bin/env bash
# Runs a command as the user nobody in a copy of this project's surroundings: the checkout as its own (what it
# writes there stays in SURROUNDINGS), the caches that cost minutes read-only, a home, a cache and a state folder of its own. Everything mounted goes with the process. Needs root.
#
# usage: as-nobody.sh CHECKOUT CACHE SURROUNDINGS COMMAND...
#   CHECKOUT      the project; the command runs in a view of it
#   CACHE         ghrunners' cache folder of this machine
#   SURROUNDINGS  an empty folder
set -euo pipefail

if [[ ${IN_OWN_MOUNTS:-} != yes ]]; then
  IN_OWN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
fi
unset IN_OWN_MOUNTS
checkout=${1:?} cache=${2:?} around=${3:?}
shift 3

mkdir -p "$around"/{checkout,upper,work,home,state,cache/ghrunners}
chmod 755 "$around"
chown nobody: "$around/upper"
mount -t overlay overlay -o "lowerdir=$checkout,upperdir=$around/upper,workdir=$around/work" "$around/checkout"
# Each entry for itself: the folders above them are for their user alone (mode 0700).
for entry in "$cache"/{toolchain,runner-distribution}/*/; do
  view=$around/cache/ghrunners/${entry#"$cache"/}
  mkdir -p "$view"
  mount --bind "$entry" "$view"
  mount -o remount,bind,ro "$view"
done
chown nobody: "$around"/{home,state,cache,cache/ghrunners}

cd "$around/checkout"
exec env --ignore-environment PATH="$PATH" LANG=C.UTF-8 HOME="$around/home" GHRUNNERS_LAB="${GHRUNNERS_LAB:?}" \
  XDG_CACHE_HOME="$around/cache" XDG_STATE_HOME="$around/state" \
  setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups --no-new-privs "$@"
