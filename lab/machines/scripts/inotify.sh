#!/usr/bin/env bash
# This host's limit on inotify instances, which all machines of all labs share: every user namespace counts for the user
# that made it as well (user_namespaces(7), inotify(7)), and Debian's systemd with its services takes about ten in a machine.
# At the kernel's usual 128 the thirteenth machine does not boot, and units of the others fail: "Too many open files".
# Raised while there is a lab, and put back with the last one. The value before is kept where a boot forgets it too.
#
# usage: inotify.sh raise|restore [ROOT]      ROOT: folder instead of / , for tests
set -euo pipefail

root=${2:-}
limit=$root/proc/sys/fs/inotify/max_user_instances
kept=$root/run/ghrunners-inotify-limit
raised=1024

# One at a time: a lab may come while the last other one goes.
exec 9<"$root/run"
flock 9

case ${1:-} in
  raise)
    before=$(<"$limit")
    # A host that keeps its settings to itself is left as it is: a lab alone fits into the usual limit.
    if ((before < raised)) && [[ -w $limit ]]; then
      # Saved first, so that a kill in between leaves no raised value that would never be restored.
      [[ -s $kept ]] || printf '%s\n' "$before" >"$kept"
      printf '%s\n' "$raised" >"$limit"
    fi
    ;;
  restore)
    if [[ -s $kept ]] && ! compgen -G "$root/run/netns/ghr-*" >/dev/null; then
      # A value that another program has set since stays.
      if [[ $(<"$limit") == "$raised" ]]; then cat "$kept" >"$limit"; fi
      rm "$kept"
    fi
    ;;
  *)
    echo "usage: inotify.sh raise|restore [ROOT]" >&2
    exit 2
    ;;
esac
